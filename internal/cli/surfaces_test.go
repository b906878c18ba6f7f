package cli_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

var regexpFile = regexp.MustCompile(`: [^ ]*profile\.yaml(:\d+)?: `)

// surfaceProfiles are profiles that have little in common.
var surfaceProfiles = map[string]string{
	"minimal": profile("minimal", "{}"),
	"noobaa":  profile("noobaa", "{storage: {noobaa: {endpoint: {service: {}}}}}"),
	"cephfs":  profile("cephfs", "{storage: {cephfs: {size: 1Ti}}}"),
	"rbd":     profile("rbd", "{storage: {rbd: {}}, bootstrap: {reconcile: {schedule: 0 3 * * *}}}"),
	"wrong":   profile("wrong", "{storage: {rbd: {}, cephfs: {}}, registry: {replicas: 0}, pruner: {schedule: daily}, unknown: 1}"),
}

// resourceList wraps a profile, and items, as kustomize and kpt do.
func resourceList(t *testing.T, config string, items ...string) string {
	t.Helper()
	list := yaml.MustParse("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n")
	require.NoError(t, list.PipeE(yaml.SetField("functionConfig", yaml.MustParse(config))))
	for _, item := range items {
		require.NoError(t, list.PipeE(yaml.Lookup("items"), yaml.Append(yaml.MustParse(item).YNode())))
	}
	return list.MustString()
}

// The same profile gives the same objects, or the same findings, however the
// program is called.
func TestEverySurfaceGivesTheSame(t *testing.T) {
	for name, text := range surfaceProfiles {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(write(t, "profile.yaml", text), "profile.yaml")
			rendered := run("", "render", file)
			want := objects(t, rendered.out)

			generator := run(resourceList(t, text, text))
			kpt := run(resourceList(t, text, kptfile, text))
			plugin := run("", file)
			for _, r := range []result{generator, kpt, plugin} {
				assert.Equal(t, rendered.code, r.code)
			}
			assert.Equal(t, want, items(t, generator.out))
			assert.Equal(t, want, items(t, kpt.out))
			assert.Equal(t, rendered, plugin)

			t.Run("findings", func(t *testing.T) {
				named := regexpFile.ReplaceAllString(rendered.err, ": RegistryProfile/"+name+": ")
				assert.Equal(t, named, generator.err)
				assert.Equal(t, named, kpt.err)
				t.Setenv("KUSTOMIZE_PLUGIN_CONFIG_STRING", text)
				transformed := run("", file)
				assert.Equal(t, want, objects(t, transformed.out))
				assert.Equal(t, named, transformed.err)
			})
		})
	}
}

// Where kustomize or kpt calls, one build may hold several profiles, and files of
// theirs are unknown: findings name the profile.
func TestFindingsNameTheProfile(t *testing.T) {
	const storage = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\nspec: {storage: {emptyDir: {}}}\n"
	for name, c := range map[string]struct{ config, item, want string }{
		"field":          {profile("one", "{registry: {replicas: 0}}"), usersConfigMap, "error: RegistryProfile/one: spec.registry.replicas: "},
		"other object":   {profile("one", "{}"), storage, "error: RegistryProfile/one: Config/cluster: spec.storage: "},
		"warning":        {profile("one", "{storage: {rbd: {}}}"), usersConfigMap, "warning: RegistryProfile/one: spec.storage.rbd: "},
		"no name":        {head + "spec: {registry: {replicas: 2}}\n", usersConfigMap, "error: RegistryProfile: metadata: "},
		"no string":      {head + "metadata: {name: [one]}\n", usersConfigMap, "error: RegistryProfile: metadata.name: "},
		"name twice":     {head + "metadata: {name: one, name: two}\n", usersConfigMap, "error: RegistryProfile/one: metadata.name: "},
		"long name":      {profile(strings.Repeat("one", 1000), "{}"), usersConfigMap, "error: RegistryProfile/" + strings.Repeat("one", 21) + "o...: metadata.name: "},
		"other kind":     {usersConfigMap, usersConfigMap, `error: ConfigMap/dashboard: "v1 ConfigMap" is not a RegistryProfile; `},
		"other version":  {strings.Replace(profile("one", "{}"), "v1alpha1", "v1", 1), usersConfigMap, `error: RegistryProfile/one: "registryprofile.dev/v1 RegistryProfile" is not `},
		"nothing at all": {"{metadata: {namespace: one}}", usersConfigMap, "error: the input is not a RegistryProfile; "},
	} {
		t.Run(name, func(t *testing.T) {
			function := run(resourceList(t, c.config, c.item))
			assert.Equal(t, 1, strings.Count(function.err, "\n"), function.err)
			assert.True(t, strings.HasPrefix(function.err, c.want), function.err)

			t.Setenv("KUSTOMIZE_PLUGIN_CONFIG_STRING", c.config)
			plugin := run(c.item, filepath.Join(write(t, "profile.yaml", c.config), "profile.yaml"))
			assert.Equal(t, function.err, plugin.err)
		})
	}
}

// TestStrictByAnnotation: a profile can ask for itself, since kustomize gives a plugin no
// flags and drops the warnings of one that succeeds.
func TestStrictByAnnotation(t *testing.T) {
	for value, code := range map[string]int{"true": 1, "false": 0} {
		text := strings.Replace(surfaceProfiles["rbd"], "  name: rbd\n",
			"  name: rbd\n  annotations: {registryprofile.dev/strict: \""+value+"\"}\n", 1)
		file := filepath.Join(write(t, "profile.yaml", text), "profile.yaml")
		for name, r := range map[string]result{
			"function": run(resourceList(t, text)), "plugin": run("", file),
			"render": run("", "render", file), "validate": run("", "validate", file),
		} {
			assert.Equal(t, code, r.code, "%s: %s", name, value)
		}
		t.Setenv("KUSTOMIZE_PLUGIN_CONFIG_STRING", text)
		assert.Equal(t, code, run("", file).code, "as kustomize calls it")
		t.Setenv("KUSTOMIZE_PLUGIN_CONFIG_STRING", "")
	}
}

func TestStrictIsTheSameOnEverySurface(t *testing.T) {
	text := surfaceProfiles["rbd"] // which has a warning
	file := filepath.Join(write(t, "profile.yaml", text), "profile.yaml")
	for name, r := range map[string]struct {
		stdin string
		args  []string
	}{
		"function": {stdin: resourceList(t, text)},
		"plugin":   {args: []string{file}},
		"render":   {args: []string{"render", file}},
		"validate": {args: []string{"validate", file}},
	} {
		t.Run(name, func(t *testing.T) {
			loose := run(r.stdin, r.args...)
			assert.Zero(t, loose.code)
			assert.Regexp(t, `(?m)^warning: .* \[rbd-availability\]$`, loose.err)
			strict := run(r.stdin, append(r.args, "--strict")...)
			assert.Equal(t, 1, strict.code)
			assert.Regexp(t, `(?m)^error: .* \[rbd-availability\]$`, strict.err)
		})
	}
}
