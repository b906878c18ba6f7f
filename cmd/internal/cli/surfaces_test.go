package cli_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

var (
	regexpPlace       = regexp.MustCompile(`: [^ ]*profile\.yaml(:\d+)?: `)
	regexpPluginPlace = regexp.MustCompile(`: RegistryProfile/[a-z]*: `)
)

// surfaceProfiles are profiles that have little in common.
var surfaceProfiles = map[string]string{
	"minimal": profile("registry", "{}"),
	"noobaa":  profile("n", "{storage: {noobaa: {endpoint: {service: {}}}}, delivery: {engines: [Flux, Kpt]}}"),
	"cephfs":  profile("c", "{storage: {cephfs: {size: 1Ti}}, delivery: {engines: []}}"),
	"rbd":     profile("r", "{storage: {rbd: {}}, bootstrap: {reconcile: {schedule: 0 3 * * *}}}"),
	"wrong":   profile("w", "{storage: {rbd: {}, cephfs: {}}, registry: {replicas: 0}, pruner: {schedule: daily}, unknown: 1}"),
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
				places := regexpPlace.ReplaceAllString(rendered.err, ": ")
				assert.Equal(t, places, generator.err)
				assert.Equal(t, places, kpt.err)
				t.Setenv("KUSTOMIZE_PLUGIN_CONFIG_STRING", text)
				transformed := run("", file)
				assert.Equal(t, want, objects(t, transformed.out))
				assert.Equal(t, places, regexpPluginPlace.ReplaceAllString(transformed.err, ": "))
			})
		})
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
