package scenarios

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/e2e/bucket"
	"github.com/registryprofile/registry-profile/e2e/runner"
)

// TestFirstInstall is a new cluster, once for each backend and endpoint: the
// registry runs on its storage, an image survives the way there and back, and a
// second Job finds nothing to do.
func TestFirstInstall(t *testing.T) {
	for name, spec := range map[string]string{
		"rgw-route-https":    "{}",
		"rgw-route-http":     "{storage: {rgw: {endpoint: {route: {scheme: http}}}}}",
		"rgw-service-https":  "{storage: {rgw: {endpoint: {service: {scheme: https}}}}}",
		"rgw-no-redirect":    "{registry: {disableRedirect: true}}",
		"rgw-chunk-size":     "{storage: {rgw: {chunkSizeMiB: 16}}}",
		"noobaa-route-https": "{storage: {noobaa: {}}}",
		"cephfs":             "{storage: {cephfs: {}}}",
		"rbd":                "{storage: {rbd: {}}, registry: {replicas: 1, rolloutStrategy: Recreate}}",
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render(spec)
			outcome := s.Bootstrap(objects)
			s.RequireComplete(outcome)
			s.Apply("argocd-controller", objects.Of("Config", "ImagePruner"))
			pushAndPull(s)
		})
	}
}

// pushAndPull moves an image through a registry that is started on what the Job
// has left in the cluster, and sees it in the storage.
func pushAndPull(s *runner.Scenario) {
	registry := s.Registry()
	digest, err := registry.Push(s.Ctx, "e2e/image:v1")
	require.NoError(s, err)
	config := s.RegistryConfig()
	before := len(s.Front.Requests())
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
	direct := downloads(s.Front.Requests()[before:])
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
