package imageregistry

import (
	"context"
	"errors"
	"fmt"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
)

// errNotConfigured: pkg/storage/storage.go:30.
var errNotConfigured = errors.New("storage backend not configured")

// A driver is one kind of storage: pkg/storage/storage.go:46-90.
type driver interface {
	changed(*imageregistryv1.Config) bool
	exists(context.Context, *imageregistryv1.Config) (bool, error)
	create(context.Context, *imageregistryv1.Config) error
}

// configured lists the kinds of storage that are named: pkg/storage/storage.go:91-136.
// The kind oss is in the API, and no driver serves it.
func configured(storage *imageregistryv1.ImageRegistryConfigStorage) []string {
	var kinds []string
	for _, kind := range []struct {
		name  string
		named bool
	}{
		{"EmptyDir", storage.EmptyDir != nil},
		{"S3", storage.S3 != nil},
		{"Swift", storage.Swift != nil},
		{"GCS", storage.GCS != nil},
		{"IBMCOS", storage.IBMCOS != nil},
		{"PVC", storage.PVC != nil},
		{"Azure", storage.Azure != nil},
	} {
		if kind.named {
			kinds = append(kinds, kind.name)
		}
	}
	return kinds
}

// tooMany: pkg/storage/storage.go:42-44.
func tooMany(kinds []string) error {
	return fmt.Errorf("exactly one storage type should be configured at the same time, got %d: %v", len(kinds), kinds)
}

// driver: pkg/storage/storage.go:91-147. Without storage the platform's is
// used, and bare metal has none: 176-184.
func (o *Operator) driver(storage *imageregistryv1.ImageRegistryConfigStorage) (driver, error) {
	kinds := configured(storage)
	switch {
	case len(kinds) == 0:
		return nil, errNotConfigured
	case len(kinds) > 1:
		return nil, tooMany(kinds)
	}
	switch kinds[0] {
	case "EmptyDir":
		return emptyDir{}, nil
	case "S3":
		return &s3{operator: o, config: storage.S3.DeepCopy()}, nil
	case "PVC":
		return &pvc{operator: o, config: storage.PVC.DeepCopy()}, nil
	default:
		return nil, fmt.Errorf("the stand-in for the operator does not know %s", kinds[0])
	}
}

// applyStorage follows pkg/resource/generator.go:136-174 and 204-221.
func (o *Operator) applyStorage(ctx context.Context, config *imageregistryv1.Config) error {
	d, err := o.driver(&config.Spec.Storage)
	if errors.Is(err, errNotConfigured) {
		return err
	}
	if err == nil {
		err = syncStorage(ctx, d, config)
	}
	if err != nil {
		return fmt.Errorf("unable to sync storage configuration: %w", err)
	}
	storage := &config.Spec.Storage
	if storage.ManagementState == "" {
		storage.ManagementState = imageregistryv1.StorageManagementStateUnmanaged
		if config.Status.StorageManaged {
			storage.ManagementState = imageregistryv1.StorageManagementStateManaged
		}
	}
	config.Status.StorageManaged = storage.ManagementState == imageregistryv1.StorageManagementStateManaged
	config.Status.Storage.ManagementState = storage.ManagementState
	return nil
}

func syncStorage(ctx context.Context, d driver, config *imageregistryv1.Config) error {
	if !d.changed(config) {
		exists, err := d.exists(ctx, config)
		if err != nil || exists {
			return err
		}
	}
	return d.create(ctx, config)
}

func storageExists(config *imageregistryv1.Config, status operatorv1.ConditionStatus, reason, message string) {
	setCondition(config, "StorageExists", status, reason, message)
}
