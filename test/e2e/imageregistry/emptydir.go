package imageregistry

import (
	"context"
	"reflect"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
)

// emptyDir: pkg/storage/emptydir/emptydir.go:62-95.
type emptyDir struct{}

func (emptyDir) changed(config *imageregistryv1.Config) bool {
	return !reflect.DeepEqual(config.Status.Storage.EmptyDir, config.Spec.Storage.EmptyDir)
}

func (emptyDir) exists(context.Context, *imageregistryv1.Config) (bool, error) { return true, nil }

// create sets managementState Managed, which stays when the storage is switched: 76-79.
func (emptyDir) create(_ context.Context, config *imageregistryv1.Config) error {
	if config.Spec.Storage.ManagementState == "" {
		config.Spec.Storage.ManagementState = imageregistryv1.StorageManagementStateManaged
	}
	config.Status.Storage = imageregistryv1.ImageRegistryConfigStorage{EmptyDir: config.Spec.Storage.EmptyDir.DeepCopy()}
	storageExists(config, operatorv1.ConditionTrue, "Creation Successful", "EmptyDir storage successfully created")
	return nil
}
