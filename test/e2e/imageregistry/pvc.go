package imageregistry

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	defaultClaim = "image-registry-storage"     // pkg/defaults/defaults.go:12
	ownClaim     = "imageregistry.openshift.io" // pkg/storage/pvc/pvc.go:204
)

// pvc: pkg/storage/pvc/pvc.go:86-238.
type pvc struct {
	operator *Operator
	config   *imageregistryv1.ImageRegistryConfigStoragePVC
}

func (d *pvc) changed(config *imageregistryv1.Config) bool {
	if reflect.DeepEqual(config.Status.Storage.PVC, config.Spec.Storage.PVC) {
		return false
	}
	storageExists(config, operatorv1.ConditionUnknown, "PVC Configuration Changed", "PVC storage is in an old state")
	return true
}

func (d *pvc) exists(ctx context.Context, config *imageregistryv1.Config) (bool, error) {
	_, err := d.claim(ctx)
	switch {
	case err == nil:
		storageExists(config, operatorv1.ConditionTrue, "PVC Exists", "")
		return true, nil
	case apierrors.IsNotFound(err):
		storageExists(config, operatorv1.ConditionFalse, "PVC does not exist", "")
		return false, nil
	default:
		return false, err
	}
}

// create: 186-238. Access modes are checked here only, so not for a later
// change of replicas; whether the claim is bound is not checked at all.
func (d *pvc) create(ctx context.Context, config *imageregistryv1.Config) error {
	state := imageregistryv1.StorageManagementStateUnmanaged
	if d.config.Claim == "" {
		d.config.Claim, state = defaultClaim, imageregistryv1.StorageManagementStateManaged
		if err := d.makeDefault(ctx); err != nil {
			storageExists(config, operatorv1.ConditionFalse, "PVC Already Exists", err.Error())
			return err
		}
	}
	storageExists(config, operatorv1.ConditionTrue, "PVC Exists", "")
	if err := d.check(ctx, config); err != nil {
		storageExists(config, operatorv1.ConditionFalse, "PVC Issues Found", err.Error())
		return err
	}
	if config.Spec.Storage.ManagementState == "" {
		config.Spec.Storage.ManagementState = state
	}
	config.Status.Storage = imageregistryv1.ImageRegistryConfigStorage{PVC: d.config.DeepCopy()}
	config.Spec.Storage.PVC = d.config.DeepCopy()
	return nil
}

// makeDefault makes the claim that nobody has named, ReadWriteMany and of no
// storage class: 160-184.
func (d *pvc) makeDefault(ctx context.Context) error {
	claim, err := d.claim(ctx)
	if err == nil {
		if _, own := claim.Annotations[ownClaim]; !own {
			return errors.New("could not create default PVC, it already exists and is not owned by the operator")
		}
		return nil
	}
	if !apierrors.IsNotFound(err) {
		return err
	}
	claim = &corev1.PersistentVolumeClaim{ObjectMeta: named(d.config.Claim)}
	claim.Annotations = map[string]string{ownClaim: "true"}
	claim.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}
	claim.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("100Gi")}
	return d.operator.client.Create(ctx, claim)
}

// check: 118-158.
func (d *pvc) check(ctx context.Context, config *imageregistryv1.Config) error {
	claim, err := d.claim(ctx)
	if err != nil {
		return err
	}
	once := false
	for _, mode := range claim.Spec.AccessModes {
		switch mode {
		case corev1.ReadWriteMany:
			return nil
		case corev1.ReadWriteOnce:
			once = true
		}
	}
	switch {
	case !once:
		return fmt.Errorf("PVC %s does not contain the necessary access modes: %s or %s", d.config.Claim, corev1.ReadWriteMany, corev1.ReadWriteOnce)
	case config.Spec.Replicas > 1:
		return fmt.Errorf("cannot use %s access mode with more than one replica of the image registry", corev1.ReadWriteOnce)
	case config.Spec.RolloutStrategy != string(appsv1.RecreateDeploymentStrategyType):
		return fmt.Errorf("cannot use %s access mode with %s rollout strategy", corev1.ReadWriteOnce, config.Spec.RolloutStrategy)
	}
	return nil
}

func (d *pvc) claim(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
	claim := &corev1.PersistentVolumeClaim{}
	return claim, d.operator.client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: d.config.Claim}, claim)
}
