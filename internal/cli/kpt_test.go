package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/fn/runtime/exec"
	"sigs.k8s.io/kustomize/kyaml/fn/runtime/runtimeutil"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// kptRender does what kpt fn render does with a package: all its files are the items, what
// comes back from the mutators replaces them, each in a place of its own, and the validators
// get a copy.
func kptRender(dir string) error {
	mutators, err := kptFunctions(dir, "mutators")
	if err != nil {
		return err
	}
	validators, err := kptFunctions(dir, "validators")
	if err != nil {
		return err
	}
	files := &kio.LocalPackageReadWriter{
		PackagePath: dir, PackageFileName: "Kptfile", IncludeSubpackages: true, PreserveSeqIndent: true,
		MatchFilesGlob: []string{"*.yaml", "Kptfile"},
	}
	validate := kio.FilterFunc(func(items []*yaml.RNode) ([]*yaml.RNode, error) {
		copied := make([]*yaml.RNode, len(items))
		for i, item := range items {
			copied[i] = item.Copy()
		}
		for _, validator := range validators {
			if _, err := validator.Filter(copied); err != nil {
				return nil, err
			}
		}
		return items, nil
	})
	return kio.Pipeline{
		Inputs: []kio.Reader{files}, Filters: append(mutators, validate, kio.FilterFunc(ownPlaces)), Outputs: []kio.Writer{files},
	}.Execute()
}

// ownPlaces refuses two objects in one place, as kpt does (pkg/lib/fnruntime/runner.go).
func ownPlaces(items []*yaml.RNode) ([]*yaml.RNode, error) {
	taken := map[string]bool{}
	for _, item := range items {
		file, index, err := kioutil.GetFileAnnotations(item)
		place := fmt.Sprintf("resource at path %q and index %q", file, index)
		if err != nil {
			return nil, err
		}
		if taken[place] {
			return nil, fmt.Errorf("%s already exists", place)
		}
		taken[place] = true
	}
	return items, nil
}

// kptFunctions returns the functions of a list in the Kptfile's pipeline.
func kptFunctions(dir, list string) ([]kio.Filter, error) {
	working, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	kptfile, err := yaml.ReadFile(filepath.Join(dir, "Kptfile"))
	if err != nil {
		return nil, err
	}
	steps, err := kptfile.Pipe(yaml.Lookup("pipeline", list))
	if err != nil || steps == nil {
		return nil, err
	}
	var functions []kio.Filter
	err = steps.VisitElements(func(step *yaml.RNode) error {
		config, err := yaml.ReadFile(filepath.Join(dir, step.Field("configPath").Value.YNode().Value))
		functions = append(functions, &exec.Filter{
			WorkingDir:     working,
			Path:           step.Field("exec").Value.YNode().Value,
			FunctionFilter: runtimeutil.FunctionFilter{FunctionConfig: config, GlobalScope: true},
		})
		return err
	})
	return functions, err
}

// kptMain is the kpt of the examples' commands.
func kptMain(args []string) int {
	if strings.Join(args, " ") != "fn render --allow-exec" {
		fmt.Fprintln(os.Stderr, "only fn render --allow-exec")
		return 1
	}
	if err := kptRender("."); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		return 1
	}
	return 0
}

const kptfile = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: registry
pipeline:
  mutators:
  - exec: registry-profile
    configPath: profile.yaml
`

func kptPackage(t *testing.T, namesAndContents ...string) string {
	return write(t, append([]string{"Kptfile", kptfile}, namesAndContents...)...)
}

func TestKptRendersTwiceTheSame(t *testing.T) {
	const config = `# ours
apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata:
  name: cluster # the one
spec:
  logLevel: Debug # while we look
  replicas: 1
`
	dir := kptPackage(t, "profile.yaml", profile("registry", "{registry: {replicas: 3}}"), "mine/config.yaml", config, "mine/dashboard.yaml", usersConfigMap)
	before := tree(t, dir)
	require.NoError(t, kptRender(dir))
	first := tree(t, dir)
	for _, untouched := range []string{"Kptfile", "profile.yaml", "mine/dashboard.yaml"} {
		assert.Equal(t, before[untouched], first[untouched])
	}
	assert.Contains(t, first["mine/config.yaml"], "# ours\n")
	assert.Contains(t, first["mine/config.yaml"], "name: cluster # the one\n")
	assert.Contains(t, first["mine/config.yaml"], "logLevel: Debug # while we look\n")
	assert.Contains(t, first["mine/config.yaml"], "replicas: 3\n")
	for name := range first {
		assert.NotRegexp(t, `/\d\d-config\.yaml$`, name, "a second Config")
	}

	require.NoError(t, kptRender(dir))
	assert.Equal(t, first, tree(t, dir))
}

func TestKptRemovesWhatAnEarlierRunGenerated(t *testing.T) {
	dir := kptPackage(t, "profile.yaml", profile("registry", "{}"), "mine/dashboard.yaml", usersConfigMap)
	require.NoError(t, kptRender(dir))
	require.Contains(t, strings.Join(kinds(t, dir), " "), "ObjectBucketClaim")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "profile.yaml"), []byte(profile("registry", "{storage: {cephfs: {}}}")), 0o644))
	require.NoError(t, kptRender(dir))
	left := strings.Join(kinds(t, dir), " ")
	assert.NotContains(t, left, "ObjectBucketClaim")
	assert.Contains(t, left, "PersistentVolumeClaim")
	assert.Contains(t, tree(t, dir), "mine/dashboard.yaml")
}

// TestKptWritesBesideFilesOfTheUsersOwn: the claim of the backend before, which is the
// user's own by now, has the file of the new one's.
func TestKptWritesBesideFilesOfTheUsersOwn(t *testing.T) {
	dir := kptPackage(t, "profile.yaml", profile("registry", "{}"))
	require.NoError(t, kptRender(dir))
	claim := fileOf("ObjectBucketClaim")
	mine := strings.NewReplacer("registryprofile.dev/profile: registry\n", "mine: yes-it-is\n",
		"app.kubernetes.io/managed-by: registry-profile", "team: mine").Replace(tree(t, dir)["registry/"+claim])
	require.NoError(t, os.WriteFile(filepath.Join(dir, "registry", claim), []byte(mine), 0o644))
	namespace := filepath.Join(dir, "registry", fileOf("Namespace"))
	require.NoError(t, os.WriteFile(namespace, []byte(usersConfigMap), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "profile.yaml"), []byte(profile("registry", "{storage: {noobaa: {}}}")), 0o644))

	require.NoError(t, kptRender(dir))
	first := tree(t, dir)
	both := objects(t, first["registry/"+claim])
	require.Len(t, both, 2)
	assert.Equal(t, "image-registry-rgw", at(both[0], "metadata", "name"))
	assert.Equal(t, "yes-it-is", at(both[0], "metadata", "annotations", "mine"))
	assert.Equal(t, "image-registry-noobaa", at(both[1], "metadata", "name"))
	assert.Len(t, objects(t, first["registry/"+fileOf("Namespace")]), 2)

	require.NoError(t, kptRender(dir))
	assert.Equal(t, first, tree(t, dir))
}

func kinds(t *testing.T, dir string) []string {
	var kinds []string
	for name, content := range tree(t, dir) {
		if strings.HasSuffix(name, ".yaml") {
			kinds = append(kinds, fmt.Sprint(at(objects(t, content)[0], "kind")))
		}
	}
	return kinds
}

func TestKptFailureLeavesThePackageAlone(t *testing.T) {
	dir := kptPackage(t, "profile.yaml", profile("registry", "{}"))
	require.NoError(t, kptRender(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "profile.yaml"), []byte(profile("registry", "{storge: {}}")), 0o644))
	before := tree(t, dir)
	assert.Error(t, kptRender(dir))
	assert.Equal(t, before, tree(t, dir))
}
