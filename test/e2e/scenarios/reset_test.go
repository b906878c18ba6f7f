package scenarios

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/bucket"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestReset leaves nothing in the cluster of what the product renders, whatever its
// kind: the next scenario would find it.
func TestReset(t *testing.T) {
	s := runner.Start(t)
	rendered := slices.Concat(
		s.Render(`{bootstrap: {networkPolicy: true, reconcile: {schedule: "0 0 1 1 *"}}}`),
		s.Render("{storage: {cephfs: {}}}"),
	)
	for _, generator := range generators.All() {
		require.NotEmpty(t, rendered.Of(generator.Kind), "no profile here renders %s: add one", generator.Kind)
	}
	s.Apply("argocd-controller", rendered)
	require.NotEmpty(t, renderedLeft(s))
	s.Reset()
	require.Empty(t, renderedLeft(s))
}

// TestResetOfStores leaves no claim of a scenario's own, and the stores where a cluster has
// them: the next scenario's claims are served there.
func TestResetOfStores(t *testing.T) {
	s := runner.Start(t)
	s.Rook.Place(cluster.ExternalHost, cluster.ExternalPort)
	claim := makeClaim(s, client.ObjectKey{Namespace: cluster.StorageNamespace, Name: "rgwbucket"}, "ocs-storagecluster-ceph-rgw")
	s.Await("the claim to be served", func(ctx context.Context) (bool, error) {
		bound := &corev1.ConfigMap{}
		err := s.Client.Get(ctx, client.ObjectKeyFromObject(claim), bound)
		return bound.Data["BUCKET_HOST"] == cluster.ExternalHost, client.IgnoreNotFound(err)
	})
	s.Reset()
	deleted, err := gone(s.Client.Get(s.Ctx, client.ObjectKeyFromObject(claim), claim))
	require.NoError(t, err)
	require.True(t, deleted, "the claim is still there")
	s.RequireComplete(s.Bootstrap(s.Render("{storage: {rgw: {endpoint: {service: {}}}}}")))
	require.Equal(t, "https://"+bucket.Rook.Host, s.RegistryConfig().Spec.Storage.S3.RegionEndpoint)
}

// renderedLeft names the objects, of every kind that can be listed, that carry the
// product's label.
func renderedLeft(s *runner.Scenario) []string {
	s.Helper()
	var found []string
	for _, kind := range listable(s) {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		label := client.MatchingLabels{generators.ManagedByLabel: generators.ManagedBy}
		require.NoError(s, s.Client.List(s.Ctx, list, label), kind)
		for _, object := range list.Items {
			found = append(found, object.GetKind()+" "+object.GetNamespace()+"/"+object.GetName())
		}
	}
	return found
}
