package takeover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/cluster/takeover"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// files returns a Reader of a cluster that has what stands in texts, and nothing else.
func files(t testing.TB, texts ...string) cluster.Reader {
	t.Helper()
	var documents []cluster.Document
	for _, content := range texts {
		documents = append(documents, cluster.Document{Name: "test", Content: []byte(content)})
	}
	r, faults := cluster.Files(documents, true)
	require.Empty(t, faults)
	return r
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
	require.NoError(t, err)
	return string(content)
}

func imported(t testing.TB, r cluster.Reader) *takeover.Takeover {
	t.Helper()
	found, err := takeover.Of(t.Context(), r)
	require.NoError(t, err)
	return found
}

// storageOf is what Config would have after the Job, as far as it says where images are.
func storageOf(patch map[string]any) map[string]any {
	where := map[string]any{}
	spec, _ := patch["spec"].(map[string]any)
	storage, _ := spec["storage"].(map[string]any)
	for backend, value := range storage {
		if store, ok := value.(map[string]any); ok {
			for _, field := range []string{"bucket", "regionEndpoint", "claim"} {
				where[backend+"."+field] = store[field]
			}
		}
	}
	return where
}

// TestForms imports registries that were set up by hand. What is printed is a golden; a plan
// on the same cluster switches nothing.
func TestForms(t *testing.T) {
	forms, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	seen := 0
	for _, form := range forms {
		name := strings.TrimSuffix(filepath.Base(form), ".yaml")
		if name == "common" || strings.HasSuffix(name, ".profile") {
			continue
		}
		seen++
		t.Run(name, func(t *testing.T) {
			r := files(t, testdata(t, name), testdata(t, "common"))
			found := imported(t, r)
			require.Empty(t, found.Findings)
			require.Empty(t, found.Blind)
			cases.Golden(t, strings.TrimSuffix(form, ".yaml")+".profile.yaml", string(found.YAML))
			requireSwitchesNothing(t, r, string(found.YAML))
			for _, secret := range []string{"a-secret-of-the-operator", "a-password"} {
				assert.NotContains(t, string(found.YAML), secret)
			}
		})
	}
	require.Greater(t, seen, 10)
}

func requireSwitchesNothing(t *testing.T, r cluster.Reader, content string) {
	t.Helper()
	p := decode(t, content)
	planned, err := plan.Of(t.Context(), r, p)
	require.NoError(t, err)
	require.Zero(t, planned.Job.Exit, "%v", planned.Job.Reasons)
	require.True(t, planned.Job.Certain, "%v", planned.Job.Unseen)
	var config struct {
		Spec map[string]any `json:"spec"`
	}
	require.NoError(t, r.Get(t.Context(), cluster.Configs, "", "cluster").Decode(&config))
	is := storageOf(map[string]any{"spec": config.Spec})
	for _, write := range planned.Job.Writes {
		if spec, ok := write.Patch["spec"]; ok {
			assert.Equal(t, is, storageOf(map[string]any{"spec": spec}))
		}
	}
}

// TestStrict: what is imported passes validate --strict, but on a block device, of which
// every profile is warned.
func TestStrict(t *testing.T) {
	goldens, err := filepath.Glob("testdata/*.profile.yaml")
	require.NoError(t, err)
	for _, golden := range goldens {
		content, err := os.ReadFile(golden)
		require.NoError(t, err)
		_, results := v1alpha1.Decode(yaml.MustParse(string(content)))
		if golden == "testdata/rbd.profile.yaml" {
			require.Len(t, results, 1)
			require.Equal(t, "rbd-availability", finding.CodeOf(results[0]))
			continue
		}
		require.Empty(t, results, golden)
	}
}
