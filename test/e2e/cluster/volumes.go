package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
)

// binder stands in for the CSI drivers of CephFS and RBD: their classes bind a claim as
// soon as it is there (volumeBindingMode Immediate, ocs-operator
// pkg/util/storageclasses.go). Those of a class that waits for a pod are left to the
// scenario. It makes no volume: nothing here mounts one by its claim.
type binder struct{ client client.Client }

func (c *Cluster) bindVolumes(mgr ctrl.Manager) error {
	unchecked := true
	return ctrl.NewControllerManagedBy(mgr).Named("csi-provisioner").For(&corev1.PersistentVolumeClaim{}).
		WithOptions(controller.Options{SkipNameValidation: &unchecked}).
		Complete(&binder{client: c.Client})
}

// Reconcile binds one claim.
func (b *binder) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	claim := &corev1.PersistentVolumeClaim{}
	if err := b.client.Get(ctx, request.NamespacedName, claim); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if claim.Spec.StorageClassName == nil || claim.Status.Phase == corev1.ClaimBound || claim.DeletionTimestamp != nil {
		return ctrl.Result{}, nil
	}
	class := &storagev1.StorageClass{}
	if err := b.client.Get(ctx, client.ObjectKey{Name: *claim.Spec.StorageClassName}, class); client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, err
	}
	if mode := class.VolumeBindingMode; mode != nil && *mode == storagev1.VolumeBindingWaitForFirstConsumer {
		return ctrl.Result{}, nil
	}
	claim.Status.Phase, claim.Status.AccessModes = corev1.ClaimBound, claim.Spec.AccessModes
	return ctrl.Result{}, client.IgnoreNotFound(b.client.Status().Update(ctx, claim))
}
