package conformance

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// apis are the modules with the CRDs of each minor version of OpenShift 4: the revision of
// openshift/api that the registry's operator of that version was built with
// (cluster-image-registry-operator, go.mod of release-4.N). The operator of 4.18 was built
// with a later one than that of 4.19 to 4.21. That of 4.15 (2023-11-22) cannot be verified,
// since Go's checksum database does not know it; 4.14 and 4.16 stand around it.
var apis = map[int]string{
	14: "openshift.example/api-4.14",
	15: "",
	16: "openshift.example/api-4.16",
	17: "openshift.example/api-4.17",
	18: "openshift.example/api-4.18",
	19: "openshift.example/api-4.19",
	20: "openshift.example/api-4.19",
	21: "openshift.example/api-4.19",
	22: newestAPI,
	23: newestAPI,
}

const newestAPI = "openshift.example/api-4.22"

// crdFiles are the CRDs of the registry's operator in a module, and that of AlertingRule. Of
// one that depends on the feature set of a cluster it is the one of the default set.
func crdFiles(t *testing.T, module string) []string {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	require.NoError(t, err)
	var files []string
	for _, pattern := range []string{
		"imageregistry/v1/*.crd.yaml", "imageregistry/v1/zz_generated.crd-manifests/*.crd.yaml",
		"monitoring/v1/*alertingrules*.crd.yaml", "monitoring/v1/zz_generated.crd-manifests/*alertingrules*.crd.yaml",
	} {
		found, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), pattern))
		require.NoError(t, err)
		files = append(files, found...)
	}
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "NoUpgrade.crd.yaml") })
	require.Len(t, files, 3, module)
	return files
}

// TestEveryVersionOfOpenShift renders every profile for each version that a profile can name,
// and holds it to the CRDs of that version. What a version lacks, the profile's rules refuse.
func TestEveryVersionOfOpenShift(t *testing.T) {
	all := profiles(t)
	for minor := v1alpha1.OldestMinor; ; minor++ {
		version := fmt.Sprintf("4.%d", minor)
		if p, _ := v1alpha1.Decode(yaml.MustParse(minimalFor(version))); p == nil {
			require.Len(t, apis, minor-v1alpha1.OldestMinor, "the table has other versions than the API")
			return
		}
		module, known := apis[minor]
		require.True(t, known, version)
		if module == "" {
			continue
		}
		t.Run(version, func(t *testing.T) {
			crds, checked := customResourcesOf(t, module), map[string]int{}
			for path, profile := range all {
				p, _ := v1alpha1.Decode(forVersion(profile, version))
				if p == nil {
					continue
				}
				for _, r := range generators.Expand(p) {
					if crds[r.GetApiVersion()+" "+r.GetKind()] != nil {
						assert.NoError(t, check(crds, []byte(r.MustString())), "%s %s", path, r.GetKind())
						checked[r.GetKind()]++
					}
				}
			}
			require.Len(t, checked, len(crds), "no profile has all kinds")
			t.Log(checked)
		})
	}
}

func minimalFor(version string) string {
	return "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\n" +
		fmt.Sprintf("spec: {openshiftVersion: %q}\n", version)
}

func forVersion(profile *yaml.RNode, version string) *yaml.RNode {
	p := profile.Copy()
	spec := yaml.NewStringRNode(version)
	spec.YNode().Style = yaml.DoubleQuotedStyle
	// A profile whose spec is no map is refused by Decode.
	_, _ = p.Pipe(yaml.LookupCreate(yaml.MappingNode, "spec"), yaml.SetField("openshiftVersion", spec))
	return p
}

// TestWhatAVersionLacks: chunkSizeMiB came with 4.18, and the profile's rule and the CRD of
// 4.14 agree on that.
func TestWhatAVersionLacks(t *testing.T) {
	crds := customResourcesOf(t, apis[14])
	config := map[string]any{
		"metadata": map[string]any{"name": "cluster"},
		"spec":     map[string]any{"replicas": int64(2), "storage": map[string]any{"s3": map[string]any{"chunkSizeMiB": int64(64)}}},
	}
	assert.ErrorContains(t, crds["imageregistry.operator.openshift.io/v1 Config"].check(config), "chunkSizeMiB")
}
