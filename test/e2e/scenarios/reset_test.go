package scenarios

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestReset leaves nothing in the cluster of what the product renders, whatever its
// kind: the next scenario would find it.
func TestReset(t *testing.T) {
	s := runner.Start(t)
	rendered := slices.Concat(
		s.Render(`{bootstrap: {reconcile: {schedule: "0 0 1 1 *"}}}`),
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
