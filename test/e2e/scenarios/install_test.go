package scenarios

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/bucket"
	"github.com/registryprofile/registry-profile/test/e2e/pushpull"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// installs are the profiles of all backends and endpoints, with the endpoint that
// the registry then has.
var installs = map[string]struct{ spec, endpoint string }{
	"rgw-route-https":      {"{}", "https://ocs-storagecluster-cephobjectstore-secure-openshift-storage.apps.e2e.example.com"},
	"rgw-route-http":       {"{storage: {rgw: {endpoint: {route: {scheme: http}}}}}", "http://ocs-storagecluster-cephobjectstore-openshift-storage.apps.e2e.example.com"},
	"rgw-literal-host":     {"{storage: {rgw: {endpoint: {route: {host: s3-openshift-storage.apps.e2e.example.com}}, trustedCA: {ingress: {}}}}}", "https://s3-openshift-storage.apps.e2e.example.com"},
	"rgw-service-https":    {"{storage: {rgw: {endpoint: {service: {scheme: https}}}}}", "https://rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc"},
	"rgw-service-http":     {"{storage: {rgw: {endpoint: {service: {scheme: http}}}}}", "http://rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc"},
	"rgw-no-redirect":      {"{registry: {disableRedirect: true}}", "https://ocs-storagecluster-cephobjectstore-secure-openshift-storage.apps.e2e.example.com"},
	"rgw-chunk-size":       {"{storage: {rgw: {chunkSizeMiB: 16}}}", "https://ocs-storagecluster-cephobjectstore-secure-openshift-storage.apps.e2e.example.com"},
	"noobaa-route-https":   {"{storage: {noobaa: {}}}", "https://s3-openshift-storage.apps.e2e.example.com"},
	"noobaa-route-http":    {"{storage: {noobaa: {endpoint: {route: {scheme: http}}}}}", "http://s3-openshift-storage.apps.e2e.example.com"},
	"noobaa-service-https": {"{storage: {noobaa: {endpoint: {service: {scheme: https}}}}}", "https://s3.openshift-storage.svc"},
	"noobaa-service-http":  {"{storage: {noobaa: {endpoint: {service: {scheme: http}}}}}", "http://s3.openshift-storage.svc"},
	"noobaa-no-redirect":   {"{storage: {noobaa: {}}, registry: {disableRedirect: true}}", "https://s3-openshift-storage.apps.e2e.example.com"},
	"cephfs":               {"{storage: {cephfs: {}}}", ""},
	"rbd":                  {"{storage: {rbd: {}}}", ""},
}

// TestFirstInstall is a new cluster: the registry runs on its storage, a second
// Job writes nothing, an image survives the way there and back, and the smoke test
// pushes one that a node pulls.
func TestFirstInstall(t *testing.T) {
	t.Parallel()
	for name, c := range installs {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render(tested(c.spec, "{}"))
			first := s.Bootstrap(objects)
			s.RequireComplete(first)
			if s3 := s.RegistryConfig().Spec.Storage.S3; c.endpoint != "" {
				require.Equal(t, c.endpoint, s3.RegionEndpoint)
			}
			requireSettled(s, objects, first)
			pushAndPullThrough(s, s.ServeRegistry())
			smokeIsGreen(s, objects)
		})
	}
}

// requireSettled runs the Job once more, which finds nothing to do, and delivers what comes
// after it.
func requireSettled(s *runner.Scenario, objects runner.Objects, first *runner.Outcome) {
	s.Helper()
	before := versions(s)
	s.DeleteJob(first.Job)
	second := s.RunJob(objects)
	s.RequireComplete(second)
	require.Empty(s, writes(second.Last()))
	require.Equal(s, before, versions(s))
	s.Apply("argocd-controller", objects.After())
}

// versions are those of all that the Job writes; what is not there has none.
func versions(s *runner.Scenario) map[client.ObjectKey]string {
	s.Helper()
	found := map[client.ObjectKey]string{{Name: "cluster"}: s.RegistryConfig().ResourceVersion}
	for key, object := range map[client.ObjectKey]client.Object{registryCredentials: &corev1.Secret{}, registryCA: &corev1.ConfigMap{}} {
		if err := s.Client.Get(s.Ctx, key, object); !apierrors.IsNotFound(err) {
			require.NoError(s, err)
			found[key] = object.GetResourceVersion()
		}
	}
	return found
}

// pushAndPull moves an image through a registry that is started on what the Job
// has left in the cluster, and sees it in the storage.
func pushAndPull(s *runner.Scenario) {
	s.Helper()
	pushAndPullThrough(s, s.Registry())
}

func pushAndPullThrough(s *runner.Scenario, registry *pushpull.Registry) {
	s.Helper()
	digest, err := registry.Push(s.Ctx, "e2e/image:v1")
	require.NoError(s, err)
	config := s.RegistryConfig()
	before := len(s.Gateway.Requests())
	require.NoError(s, registry.Pull(s.Ctx, "e2e/image:v1", digest))
	if config.Spec.Storage.S3 == nil {
		blobs, err := filepath.Glob(filepath.Join(registry.Volume, "docker/registry/v2/blobs/sha256/*/*/data"))
		require.NoError(s, err)
		require.Len(s, blobs, 3) // layer, config and manifest
		return
	}
	objects, err := s.Store.Objects(s.Ctx, config.Spec.Storage.S3.Bucket)
	require.NoError(s, err)
	require.GreaterOrEqual(s, len(objects), 3)
	direct := downloads(s.Gateway.Requests()[before:])
	if config.Spec.DisableRedirect {
		require.Zero(s, direct, "the client went to the store although redirects are off")
	} else {
		require.NotZero(s, direct, "no redirect led the client to the store")
	}
}

// downloads counts what image clients, not the registry, have got from the store.
func downloads(requests []bucket.Request) int {
	count := 0
	for _, r := range requests {
		if r.FromClient() && r.Method == "GET" {
			count++
		}
	}
	return count
}
