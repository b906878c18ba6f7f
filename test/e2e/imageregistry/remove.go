package imageregistry

import (
	"context"
	"fmt"
	"slices"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// remove takes the registry away, and its storage if the operator may:
// pkg/resource/generator.go:278-331. Two storages make it fail, too (278-282).
func (o *Operator) remove(ctx context.Context, config *imageregistryv1.Config) error {
	if kinds := configured(&config.Spec.Storage); len(kinds) > 1 {
		return fmt.Errorf("unable to get generators: %w", tooMany(kinds))
	}
	for _, owned := range []client.Object{&appsv1.Deployment{ObjectMeta: named(workload)}, &corev1.Secret{ObjectMeta: named(private)}} {
		if err := client.IgnoreNotFound(o.client.Delete(ctx, owned)); err != nil {
			return err
		}
	}
	o.removeStorage(config)
	config.Status.Storage = imageregistryv1.ImageRegistryConfigStorage{}
	return nil
}

// removeStorage looks at the storage that is in use, and at who may remove it:
// pkg/storage/s3/s3.go:888-949, pkg/storage/pvc/pvc.go:240-254. The storage
// itself is left alone; that it would have gone is recorded.
func (o *Operator) removeStorage(config *imageregistryv1.Config) {
	if config.Spec.Storage.ManagementState != imageregistryv1.StorageManagementStateManaged {
		return
	}
	if s3 := config.Status.Storage.S3; s3 != nil && s3.Bucket != "" {
		o.recordLoss("BUCKET WIPED: " + s3.Bucket)
	}
	if pvc := config.Status.Storage.PVC; pvc != nil && pvc.Claim != "" {
		o.recordLoss("VOLUME DELETED: " + pvc.Claim)
	}
}

// finalize lets a deleted Config go: pkg/operator/finalizer.go:26-52. The next
// sync makes a new one.
func (o *Operator) finalize(ctx context.Context, config *imageregistryv1.Config) error {
	if !slices.Contains(config.Finalizers, Finalizer) {
		return nil
	}
	if err := o.remove(ctx, config); err != nil {
		return fmt.Errorf("unable to finalize resource: %w", err)
	}
	config.Finalizers = slices.DeleteFunc(config.Finalizers, func(name string) bool { return name == Finalizer })
	return o.client.Update(ctx, config)
}

func named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: Namespace, Name: name}
}
