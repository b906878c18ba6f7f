package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	configv1 "github.com/openshift/api/config/v1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/generators"
)

// resetTimeout is for the busiest machine: nothing waits for its end but a fault.
const resetTimeout = 2 * time.Minute

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
	return Poll(ctx, func(ctx context.Context) (bool, error) {
		config, co := &imageregistryv1.Config{}, &configv1.ClusterOperator{}
		err := errors.Join(
			c.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, config),
			c.Client.Get(ctx, client.ObjectKey{Name: "image-registry"}, co),
		)
		if err != nil {
			return false, nil
		}
		return config.Status.ObservedGeneration == config.Generation && len(co.Status.Conditions) > 0, nil
	})
}

// madeKinds are the kinds that the stand-ins, the controllers, the Job and the
// scenarios make, in the order in which they are deleted: what makes others comes
// first. The kinds that the product renders are not listed: generators declares
// them, and everything that it renders carries its label.
var madeKinds = []schema.GroupVersionKind{
	{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Kind: "Kustomization"},
	{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"},
	{Group: "argoproj.io", Version: "v1alpha1", Kind: "AppProject"},
	{Group: "source.toolkit.fluxcd.io", Version: "v1", Kind: "GitRepository"},
	{Group: "batch", Version: "v1", Kind: "Job"},
	{Version: "v1", Kind: "Pod"},
	{Group: "objectbucket.io", Version: "v1alpha1", Kind: "ObjectBucketClaim"},
	{Group: "objectbucket.io", Version: "v1alpha1", Kind: "ObjectBucket"},
	{Version: "v1", Kind: "PersistentVolumeClaim"},
	{Group: "apps", Version: "v1", Kind: "Deployment"},
	{Group: "imageregistry.operator.openshift.io", Version: "v1", Kind: "Config"},
	{Group: "imageregistry.operator.openshift.io", Version: "v1", Kind: "ImagePruner"},
	{Group: "config.openshift.io", Version: "v1", Kind: "ClusterOperator"},
	{Group: "route.openshift.io", Version: "v1", Kind: "Route"},
	{Version: "v1", Kind: "ResourceQuota"},
	{Version: "v1", Kind: "Service"},
	{Version: "v1", Kind: "Secret"},
	{Version: "v1", Kind: "ConfigMap"},
	{Group: "image.openshift.io", Version: "v1", Kind: "ImageStream"},
	{Group: "storage.k8s.io", Version: "v1", Kind: "StorageClass"},
	{Version: "v1", Kind: "Event"},
	StorageClusterKind,
}

// Contents returns everything in the cluster that is not its own: what was made for a
// scenario or because of the product, and then what the product has rendered, its
// namespaces last.
func (c *Cluster) Contents(ctx context.Context) ([]unstructured.Unstructured, error) {
	var contents []unstructured.Unstructured
	for _, kind := range madeKinds {
		all, err := c.list(ctx, kind)
		if err != nil {
			return nil, err
		}
		contents = append(contents, slices.DeleteFunc(all, ofClusterOrRendered)...)
	}
	for _, generator := range slices.Backward(generators.All()) {
		kind := schema.FromAPIVersionAndKind(generator.APIVersion, generator.Kind)
		rendered, err := c.list(ctx, kind, client.MatchingLabels{generators.ManagedByLabel: generators.ManagedBy})
		if err != nil {
			return nil, err
		}
		contents = append(contents, rendered...)
	}
	return contents, nil
}

func (c *Cluster) list(
	ctx context.Context, kind schema.GroupVersionKind, options ...client.ListOption,
) ([]unstructured.Unstructured, error) {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(kind)
	err := c.Client.List(ctx, list, options...)
	return list.Items, err
}

// ofClusterOrRendered tells what Contents does not list by its kind: what a cluster
// has without any scenario, and what the product's label names.
func ofClusterOrRendered(object unstructured.Unstructured) bool {
	if object.GetLabels()[generators.ManagedByLabel] == generators.ManagedBy {
		return true
	}
	if namespace := object.GetNamespace(); namespace == "default" || strings.HasPrefix(namespace, "kube-") {
		return true
	}
	ofEachNamespace := []string{"kube-root-ca.crt", ServiceCAName}
	return object.GetKind() == "ConfigMap" && slices.Contains(ofEachNamespace, object.GetName())
}

func (c *Cluster) clear(ctx context.Context) error {
	c.Operator.Stop()
	c.Rook.Stop()
	c.NooBaa.Stop()
	c.Rook.Place("", 0)
	c.NooBaa.Place("", 0)
	c.mendNodes()
	if err := c.liftGuards(ctx); err != nil {
		return fmt.Errorf("removing admission policies: %w", err)
	}
	// Each look lists 40 kinds: less often takes less time.
	err := wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		c.Kubelet.Reset() // each time, as a Job replaces a pod that is killed
		left, err := c.Contents(ctx)
		for i := range left {
			err = errors.Join(err, c.destroy(ctx, &left[i]))
		}
		return len(left) == 0, err
	})
	if err != nil {
		return fmt.Errorf("clearing the cluster: %w", err)
	}
	return errors.Join(c.forgetPullSecrets(ctx), c.Store.Clear(ctx))
}

// forgetPullSecrets removes the ServiceAccounts that have some: a namespace that is destroyed
// leaves them behind, for the next one of its name.
func (c *Cluster) forgetPullSecrets(ctx context.Context) error {
	accounts := &corev1.ServiceAccountList{}
	err := c.Client.List(ctx, accounts)
	for i := range accounts.Items {
		if len(accounts.Items[i].ImagePullSecrets) > 0 {
			err = errors.Join(err, client.IgnoreNotFound(c.Client.Delete(ctx, &accounts.Items[i])))
		}
	}
	return err
}

// liftGuards removes what would refuse the rest. The API server notices a moment later.
func (c *Cluster) liftGuards(ctx context.Context) error {
	for _, kind := range []string{"ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"} {
		guards, err := c.list(ctx, admissionv1.SchemeGroupVersion.WithKind(kind))
		for i := range guards {
			err = errors.Join(err, c.destroy(ctx, &guards[i]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// destroy deletes an object without asking those who hold a finalizer on it. What is still
// guarded stays for another time.
func (c *Cluster) destroy(ctx context.Context, object *unstructured.Unstructured) error {
	if object.GetKind() == "Namespace" {
		return c.removeNamespace(ctx, object)
	}
	if len(object.GetFinalizers()) > 0 {
		bare := object.DeepCopy()
		bare.SetFinalizers(nil)
		if err := c.Client.Patch(ctx, bare, client.MergeFrom(object)); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	background := client.PropagationPolicy(metav1.DeletePropagationBackground)
	err := c.Client.Delete(ctx, object, client.GracePeriodSeconds(0), background)
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return nil
	}
	return err
}

// removeNamespace closes a namespace, and once it is closed lets it go, in the place of
// the namespace controller, which begins only after five seconds. What a cluster gives
// to each namespace stays behind: the next one of that name gets it again.
func (c *Cluster) removeNamespace(ctx context.Context, namespace *unstructured.Unstructured) error {
	if namespace.GetDeletionTimestamp() == nil {
		return client.IgnoreNotFound(c.Client.Delete(ctx, namespace))
	}
	unstructured.RemoveNestedField(namespace.Object, "spec", "finalizers")
	if err := c.Client.SubResource("finalize").Update(ctx, namespace); err != nil {
		return client.IgnoreNotFound(err)
	}
	return c.awaitGone(ctx, namespace.GetName())
}

// RemoveStorage makes the cluster one that has no StorageCluster of its own: neither
// that, nor a Route to a store, nor their namespace.
func (c *Cluster) RemoveStorage(ctx context.Context) error {
	for _, object := range c.seedObjects() {
		if object.GetNamespace() != StorageNamespace {
			continue
		}
		if err := c.Client.Delete(ctx, object); err != nil {
			return err
		}
	}
	namespace := &unstructured.Unstructured{}
	namespace.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "Namespace"})
	for range 2 { // it is closed, and then let go
		err := c.Client.Get(ctx, client.ObjectKey{Name: StorageNamespace}, namespace)
		if err = errors.Join(err, c.removeNamespace(ctx, namespace)); err != nil {
			return err
		}
	}
	return nil
}

// awaitGone waits until the API server does not take the namespace for a closed one
// any more, as it would refuse what comes into the next one of that name.
func (c *Cluster) awaitGone(ctx context.Context, namespace string) error {
	return Poll(ctx, func(ctx context.Context) (bool, error) {
		err := c.Client.Create(ctx, configMap(namespace, "is-it-gone", "", ""), client.DryRunAll)
		return apierrors.IsNotFound(err), nil
	})
}
