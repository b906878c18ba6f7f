package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	configv1 "github.com/openshift/api/config/v1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	routev1 "github.com/openshift/api/route/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const resetTimeout = 20 * time.Second

// Reset makes the cluster as new: nothing of an earlier scenario is left, the
// provisioners run, and the operator has made its first Config unless it is to
// be absent.
func (c *Cluster) Reset(ctx context.Context, operator bool) error {
	ctx, cancel := context.WithTimeout(ctx, resetTimeout)
	defer cancel()
	if c.used++; c.used > 1 {
		if err := c.clear(ctx); err != nil {
			return err
		}
	}
	if err := c.seed(ctx); err != nil {
		return fmt.Errorf("seeding the cluster: %w", err)
	}
	if err := errors.Join(c.Rook.Start(), c.NooBaa.Start()); err != nil {
		return err
	}
	if !operator {
		return nil
	}
	c.Operator.Start()
	return c.awaitOperator(ctx)
}

// awaitOperator waits for what every scenario finds: a Config that is seen.
func (c *Cluster) awaitOperator(ctx context.Context) error {
	return wait.PollUntilContextCancel(ctx, 20*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		config, co := &imageregistryv1.Config{}, &configv1.ClusterOperator{}
		if c.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, config) != nil || c.Client.Get(ctx, client.ObjectKey{Name: "image-registry"}, co) != nil {
			return false, nil
		}
		return config.Status.ObservedGeneration == config.Generation && len(co.Status.Conditions) > 0, nil
	})
}

// contents are the kinds of which nothing may be left in the cluster's namespaces,
// in the order in which they are deleted: what makes others comes first.
func contents() []client.ObjectList {
	clusters := &unstructured.UnstructuredList{}
	clusters.SetGroupVersionKind(StorageClusterKind)
	return []client.ObjectList{
		&batchv1.CronJobList{}, &batchv1.JobList{}, &corev1.PodList{}, &bucketv1alpha1.ObjectBucketClaimList{},
		&corev1.PersistentVolumeClaimList{}, &appsv1.DeploymentList{}, &routev1.RouteList{}, &corev1.ResourceQuotaList{},
		&rbacv1.RoleBindingList{}, &rbacv1.RoleList{}, &corev1.SecretList{}, &corev1.ConfigMapList{}, &corev1.EventList{}, clusters,
	}
}

// clusterWide are the kinds outside of namespaces; of RBAC only what is the product's.
func clusterWide() []client.ObjectList {
	return []client.ObjectList{
		&imageregistryv1.ConfigList{}, &imageregistryv1.ImagePrunerList{}, &configv1.ClusterOperatorList{},
		&bucketv1alpha1.ObjectBucketList{}, &rbacv1.ClusterRoleBindingList{}, &rbacv1.ClusterRoleList{}, &storagev1.StorageClassList{},
	}
}

// Kinds are lists for everything that a scenario can have made.
func Kinds() []client.ObjectList { return append(contents(), clusterWide()...) }

func (c *Cluster) clear(ctx context.Context) error {
	c.Operator.Stop()
	c.Rook.Stop()
	c.NooBaa.Stop()
	c.Kubelet.Reset()
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		left, err := c.sweep(ctx)
		return left == 0, err
	})
	if err != nil {
		return fmt.Errorf("clearing the cluster: %w", err)
	}
	return c.Store.Clear(ctx)
}

// sweep deletes everything that belongs to a scenario, and counts it.
func (c *Cluster) sweep(ctx context.Context) (left int, err error) {
	for _, list := range Kinds() {
		if err := c.Client.List(ctx, list); err != nil {
			return 0, err
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return 0, err
		}
		for _, item := range items {
			object := item.(client.Object)
			if !ofScenario(object) {
				continue
			}
			left++
			if err := c.destroy(ctx, object); err != nil {
				return 0, err
			}
		}
	}
	return left, nil
}

// ofScenario tells a scenario's objects from the cluster's own.
func ofScenario(object client.Object) bool {
	name, namespace := object.GetName(), object.GetNamespace()
	switch object.(type) {
	case *rbacv1.ClusterRole, *rbacv1.ClusterRoleBinding:
		return strings.HasPrefix(name, "registry-profile-")
	case *corev1.ConfigMap:
		return !strings.HasPrefix(namespace, "kube-") && namespace != "default" && name != "kube-root-ca.crt" && name != ServiceCAName
	default:
		return !strings.HasPrefix(namespace, "kube-") && namespace != "default"
	}
}

// destroy deletes an object without asking those who hold a finalizer on it.
func (c *Cluster) destroy(ctx context.Context, object client.Object) error {
	if len(object.GetFinalizers()) > 0 {
		bare := object.DeepCopyObject().(client.Object)
		bare.SetFinalizers(nil)
		if err := c.Client.Patch(ctx, bare, client.MergeFrom(object)); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	err := c.Client.Delete(ctx, object, client.GracePeriodSeconds(0), client.PropagationPolicy(metav1.DeletePropagationBackground))
	return client.IgnoreNotFound(err)
}
