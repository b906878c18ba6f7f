package cli_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// flags are those of kustomize build that decide about functions and plugins.
type flags struct{ alphaPlugins, exec bool }

var (
	withPlugins   = flags{alphaPlugins: true}
	withFunctions = flags{alphaPlugins: true, exec: true}
)

// build is kustomize build, by kustomize's own code.
func build(dir string, f flags) (string, error) {
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	if f.alphaPlugins {
		options.PluginConfig = types.EnabledPluginConfig(types.BploUseStaticallyLinked)
		options.PluginConfig.FnpLoadingOptions.EnableExec = f.exec
	}
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return "", err
	}
	content, err := resources.AsYaml()
	return string(content), err
}

// kustomizeMain is the kustomize of the examples' commands.
func kustomizeMain(args []string) int {
	var f flags
	dir := "."
	if len(args) == 0 || args[0] != "build" {
		fmt.Fprintln(os.Stderr, "only build")
		return 1
	}
	for _, arg := range args[1:] {
		switch arg {
		case "--enable-alpha-plugins":
			f.alphaPlugins = true
		case "--enable-exec":
			f.exec = true
		default:
			dir = arg
		}
	}
	content, err := build(dir, f)
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		return 1
	}
	fmt.Print(content)
	return 0
}

const functionProfile = `apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfile
metadata:
  name: registry
  annotations:
    config.kubernetes.io/function: |
      exec: {path: registry-profile}
spec: {registry: {replicas: 3}}
`

const usersConfig = `apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata: {name: cluster, labels: {team: platform}}
spec: {replicas: 1, logLevel: Debug}
`

const usersConfigMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: dashboard}
data: {a: b}
`

// forms are the two ways in which kustomize runs the program.
func forms(t *testing.T, test func(t *testing.T, profile string, f flags)) {
	t.Run("function", func(t *testing.T) { test(t, functionProfile, withFunctions) })
	t.Run("plugin", func(t *testing.T) {
		installPlugin(t)
		test(t, profile("registry", "{registry: {replicas: 3}}"), withPlugins)
	})
}

// installPlugin puts the program where kustomize looks for it during a test.
func installPlugin(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	require.Equal(t, result{}, start(t, "", "install", "--plugin-home", home))
	t.Setenv("KUSTOMIZE_PLUGIN_HOME", home)
}

func TestKustomizeGenerator(t *testing.T) {
	forms(t, func(t *testing.T, text string, f flags) {
		dir := write(t,
			"base/profile.yaml", text,
			"base/kustomization.yaml", "generators: [profile.yaml]\nsortOptions: {order: fifo}\n",
			"overlay/kustomization.yaml", `
resources: [../base]
commonAnnotations: {cluster: one}
patches:
- patch: |
    apiVersion: imageregistry.operator.openshift.io/v1
    kind: ImagePruner
    metadata: {name: cluster}
    spec: {keepTagRevisions: 7}
- target: {kind: Job}
  patch: '[{"op": "add", "path": "/spec/backoffLimit", "value": 9}]'
`)
		rendered := objects(t, good(t, "", "render", dir+"/base/profile.yaml"))

		base, err := build(dir+"/base", f)
		require.NoError(t, err)
		assert.Equal(t, rendered, objects(t, base))

		overlay, err := build(dir+"/overlay", f)
		require.NoError(t, err)
		got := objects(t, overlay)
		require.Len(t, got, len(rendered))
		for _, object := range got {
			assert.Equal(t, "one", at(object, "metadata", "annotations", "cluster"))
			switch at(object, "kind") {
			case "ImagePruner":
				assert.Equal(t, 7, at(object, "spec", "keepTagRevisions"))
			case "Job":
				assert.Equal(t, 9, at(object, "spec", "backoffLimit"))
			}
		}
	})
}

func TestKustomizeTransformer(t *testing.T) {
	forms(t, func(t *testing.T, text string, f flags) {
		dir := write(t, "profile.yaml", text, "config.yaml", usersConfig, "configmap.yaml", usersConfigMap,
			"kustomization.yaml", "resources: [config.yaml, configmap.yaml]\ntransformers: [profile.yaml]\n")
		rendered := byID(t, objects(t, good(t, "", "render", dir+"/profile.yaml")))

		output, err := build(dir, f)
		require.NoError(t, err)
		got := byID(t, objects(t, output))

		assert.Equal(t, objects(t, usersConfigMap)[0], got["ConfigMap/<nil>/dashboard"])
		config := got["Config/<nil>/cluster"]
		assert.Equal(t, "platform", at(config, "metadata", "labels", "team"))
		assert.Equal(t, "Debug", at(config, "spec", "logLevel"))
		assert.Equal(t, 3, at(config, "spec", "replicas"))
		delete(got, "ConfigMap/<nil>/dashboard")
		delete(got, "Config/<nil>/cluster")
		delete(rendered, "Config/<nil>/cluster")
		assert.Equal(t, rendered, got)
	})
}

// What kustomize changes in every resource must not reach what the profile adds:
// it does not know which kinds are cluster-wide.
func TestKustomizeTransformerRunsAfterNamespaceAndPrefix(t *testing.T) {
	forms(t, func(t *testing.T, text string, f flags) {
		dir := write(t, "profile.yaml", text, "configmap.yaml", usersConfigMap,
			"kustomization.yaml", "namespace: team\nnamePrefix: p-\nresources: [configmap.yaml]\ntransformers: [profile.yaml]\n")
		rendered := byID(t, objects(t, good(t, "", "render", dir+"/profile.yaml")))

		output, err := build(dir, f)
		require.NoError(t, err)
		got := byID(t, objects(t, output))
		assert.Contains(t, got, "ConfigMap/team/p-dashboard")
		delete(got, "ConfigMap/team/p-dashboard")
		assert.Equal(t, rendered, got)
	})
}

func TestKustomizeFails(t *testing.T) {
	forms(t, func(t *testing.T, text string, f flags) {
		const storage = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\nspec: {storage: {emptyDir: {}}}\n"
		for name, kustomization := range map[string]string{
			"wrong profile":  "generators: [wrong.yaml]\n",
			"user's storage": "resources: [storage.yaml]\ntransformers: [profile.yaml]\n",
			"user's object":  "resources: [config.yaml]\ngenerators: [profile.yaml]\n",
		} {
			t.Run(name, func(t *testing.T) {
				dir := write(t, "profile.yaml", text, "wrong.yaml", text+"unknown: field\n", "storage.yaml", storage, "config.yaml", usersConfig,
					"kustomization.yaml", kustomization)
				output, err := build(dir, f)
				assert.Error(t, err)
				assert.Empty(t, output)
			})
		}
	})
}

// The error of a plugin carries its stderr, where the temporary file with the
// profile must not be named.
func TestKustomizePluginNamesTheProfile(t *testing.T) {
	installPlugin(t)
	dir := write(t, "profile.yaml", profile("registry", "{registry: {replicas: 0}}"), "kustomization.yaml", "generators: [profile.yaml]\n")
	_, err := build(dir, withPlugins)
	assert.ErrorContains(t, err, "error: RegistryProfile/registry: spec.registry.replicas: ")
}

// kustomize says nothing where functions are not enabled; the patch of the
// example makes it fail.
func TestPatchGuardsAgainstFunctionsThatDoNotRun(t *testing.T) {
	dir := write(t, "profile.yaml", functionProfile, "kustomization.yaml", "generators: [profile.yaml]\n")
	output, err := build(dir, withPlugins)
	require.NoError(t, err)
	require.Empty(t, output)

	_, err = build("../../examples/kustomize", withPlugins)
	assert.ErrorContains(t, err, "no matches for Id ObjectBucketClaim")
}
