package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/e2e/runner"
)

func TestFirstInstallRGWRoute(t *testing.T) {
	s := runner.Start(t)
	objects := patched(s.Render("{}"))
	outcome := s.Bootstrap(objects)
	s.RequireComplete(outcome)
	t.Log(outcome.Last().Output())
	for _, call := range outcome.Last().Calls() {
		t.Log(call)
	}
	config := s.RegistryConfig()
	registry := s.Registry()
	digest, err := registry.Push(s.Ctx, "e2e/image:v1")
	require.NoError(t, err)
	require.NoError(t, registry.Pull(s.Ctx, "e2e/image:v1", digest))
	blobs, err := s.Store.Objects(s.Ctx, config.Spec.Storage.S3.Bucket)
	require.NoError(t, err)
	t.Log(blobs)
	require.NotEmpty(t, blobs)
}

func patched(objects runner.Objects) runner.Objects {
	for _, o := range objects.Of("ConfigMap") {
		data := o.Object["data"].(map[string]any)
		data["bootstrap.sh"] = strings.ReplaceAll(data["bootstrap.sh"].(string), `oc "--request-timeout=$request_timeout"`, "oc")
	}
	return objects
}
