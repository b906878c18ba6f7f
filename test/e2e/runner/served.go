package runner

import (
	"context"
	"fmt"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
)

// Discovery asks the API server, as an administrator, what it serves.
func (s *Scenario) Discovery() *discovery.DiscoveryClient {
	s.Helper()
	api, err := discovery.NewDiscoveryClientForConfig(s.Config)
	require.NoError(s, err)
	return api
}

// AwaitServed waits until the API server says that it serves a kind, or that it does not. It
// says so in a document of the version, which Flux reads, and in one of all groups, which
// kubectl reads. Both follow the kind's definition, each in its own time: a program that reads
// them in between knows a kind of which every request is answered with 404, or the reverse.
func (s *Scenario) AwaitServed(kind schema.GroupVersionResource, served bool) {
	s.Helper()
	api := s.Discovery()
	s.Await(fmt.Sprintf("%s to be served: %t", kind, served), func(ctx context.Context) (bool, error) {
		ofVersion, err := api.ServerResourcesForGroupVersionWithContext(ctx, kind.GroupVersion().String())
		if err != nil && !apierrors.IsNotFound(err) {
			return false, err
		}
		_, ofAll, _, err := api.GroupsAndMaybeResourcesWithContext(ctx)
		return has(ofVersion, kind) == served && has(ofAll[kind.GroupVersion()], kind) == served, err
	})
}

func has(list *metav1.APIResourceList, kind schema.GroupVersionResource) bool {
	if list == nil {
		return false
	}
	for _, r := range list.APIResources {
		if r.Name == kind.Resource {
			return true
		}
	}
	return false
}
