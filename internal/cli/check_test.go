package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manifestsOf renders a profile that sets nothing.
func manifestsOf(t *testing.T) string {
	t.Helper()
	return good(t, profile("registry", "{}"), "render", "-")
}

const wrongConfig = `apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata:
  name: cluster
spec:
  storage: {emptyDir: {}}
`

func TestCheckReadsEveryForm(t *testing.T) {
	rendered := manifestsOf(t)
	var asJSON []string
	for _, object := range objects(t, rendered) {
		content, err := json.Marshal(object)
		require.NoError(t, err)
		asJSON = append(asJSON, string(content))
	}
	list := `{"apiVersion": "v1", "kind": "List", "items": [` + strings.Join(asJSON, ",\n") + `]}`
	dir := write(t, "all.yaml", rendered, "list.json", list, "sub/folder/all.yml", rendered, "sub/README.md", "# {{",
		"sub/kustomization.yaml", "kind: [", "sub/.git/broken.yaml", "kind: [",
		"sub/values.yaml", "a: b\n", "sub/Kptfile", "kind: [")
	require.NoError(t, os.Symlink(filepath.Join(dir, "all.yaml"), filepath.Join(dir, "link.yaml")))
	for _, path := range []string{"all.yaml", "list.json", "sub", "sub/folder/all.yml", "link.yaml"} {
		assert.Equal(t, result{}, run("", "check", "--strict", filepath.Join(dir, path)), path)
	}
	assert.Equal(t, result{}, run(rendered, "check", "-"))
	assert.Equal(t, result{}, run(list, "check", "-"))

	folder := filepath.Join(t.TempDir(), "registry")
	good(t, profile("registry", "{}"), "render", "--output", folder, "-")
	assert.Equal(t, result{err: fmt.Sprintf("objects: %d\n", len(asJSON))}, run("", "check", "--verbose", folder))
}

func TestCheckNamesTheLine(t *testing.T) {
	rendered := manifestsOf(t)
	without, _, found := strings.Cut(rendered, "---\napiVersion: imageregistry.operator.openshift.io/v1\n")
	require.True(t, found)
	indented := strings.ReplaceAll(strings.TrimSuffix(wrongConfig, "\n"), "\n", "\n  ")
	list := "apiVersion: v1\nkind: List\nitems:\n- " + indented + "\n"
	dir := write(t, "ours.yaml", without, "config.yaml", "# of ours\n"+wrongConfig, "list.yaml", list)
	t.Chdir(dir)
	const says = ": Config/cluster: spec.storage: would fight the Job, which switches the storage safely; " +
		"remove it, and describe the storage in the profile [config-storage]\n"
	assert.Equal(t, result{code: 1, err: "error: config.yaml:7" + says}, run("", "check", "ours.yaml", "config.yaml"))
	assert.Equal(t, result{code: 1, err: "error: list.yaml:9" + says}, run("", "check", "ours.yaml", "list.yaml"))
	assert.Equal(t, result{code: 1, err: "error: stdin:6" + says}, run(wrongConfig, "check", "ours.yaml", "-"))

	twice := run(without+"---\n"+wrongConfig, "check", "config.yaml", "-")
	assert.Contains(t, twice.err, "error: stdin:", "the second one is named where it begins")
	assert.Contains(t, twice.err, ": Config/cluster: is twice in the stream")
}

// TestCheckGoesOn: what cannot be read is one finding, and hides nothing else.
func TestCheckGoesOn(t *testing.T) {
	dir := write(t, "broken.yaml", "kind: Config\n  metadata: [\n", "config.yaml", wrongConfig, "binary.json", "\x00\xff")
	t.Chdir(dir)
	r := run("", "check", "absent.yaml", ".", "neither/")
	assert.Equal(t, 2, r.code)
	assert.Empty(t, r.out)
	lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
	require.Len(t, lines, 5, r.err)
	assert.Equal(t, "error: absent.yaml: no such file or directory", lines[0])
	assert.Regexp(t, `^error: binary\.json: is not YAML: .* \[yaml\]$`, lines[1])
	assert.Regexp(t, `^error: broken\.yaml:\d: is not YAML: .* \[yaml\]$`, lines[2])
	assert.Equal(t, "error: neither/: no such file or directory", lines[3])
	assert.Regexp(t, `^error: config\.yaml:6: Config/cluster: spec\.storage: .* \[config-storage\]$`, lines[4])
}

func TestCheckFindsNothing(t *testing.T) {
	for name, stream := range map[string]string{
		"nothing": "", "others": usersConfigMap, "no objects": "a: b\n", "comments": "# a\n---\n",
	} {
		r := run(stream, "check", "-")
		assert.Equal(t, 1, r.code, name)
		assert.Regexp(t, `^error: the stream holds nothing of .*--enable-exec.* \[nothing-of-ours\]\n$`, r.err, name)
	}
	assert.Equal(t, result{code: 2, err: "error: name files or folders of manifests, or - for stdin\n"}, run("", "check"))
}

// TestLinksAreFollowed, and one that leads nowhere is told, by itself and in a folder.
func TestLinksAreFollowed(t *testing.T) {
	dir := write(t, "all/all.yaml", manifestsOf(t), "dangling/all.yaml", manifestsOf(t), "looping/all.yaml", manifestsOf(t))
	for link, target := range map[string]string{
		"folder": "all", "dangling/link.yaml": "nowhere.yaml", "looping/link.yaml": "link.yaml", "all/link": "nowhere",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(dir, link)))
	}
	assert.Equal(t, result{}, run("", "check", dir+"/folder"))
	for folder, why := range map[string]string{"dangling": "no such file or directory", "looping": "too many levels of symbolic links"} {
		want := result{code: 2, err: "error: " + dir + "/" + folder + "/link.yaml: " + why + "\n"}
		assert.Equal(t, want, run("", "check", dir+"/"+folder))
		assert.Equal(t, want, run("", "check", dir+"/"+folder+"/all.yaml", dir+"/"+folder+"/link.yaml"))
		for _, command := range [][]string{{"plan", examples + "/minimal/profile.yaml"}, {"doctor"}} {
			r := run("", append(command, "--from", dir+"/"+folder+"/link.yaml")...)
			assert.Equal(t, 2, r.code)
			assert.True(t, strings.HasPrefix(r.err, want.err), r.err)
		}
	}
}

func TestCheckIsStrict(t *testing.T) {
	stream := strings.Replace(manifestsOf(t), "  replicas: 2\n", "  replicas: 2\n  httpSecretName: ${SECRET}\n", 1)
	loose := run(stream, "check", "-")
	assert.Zero(t, loose.code)
	assert.Regexp(t, `^warning: stdin:\d+: Config/cluster: spec\.httpSecretName: .* \[template-left\]\n$`, loose.err)
	strict := run(stream, "check", "--strict", "-")
	assert.Equal(t, 1, strict.code)
	assert.Equal(t, strings.Replace(loose.err, "warning", "error", 1), strict.err)
}

// TestCheckPassesWhatIsRendered holds the check to every profile that there is.
func TestCheckPassesWhatIsRendered(t *testing.T) {
	for name, text := range surfaceProfiles {
		if r := run(text, "render", "-"); r.code == 0 {
			assert.Equal(t, result{}, run(r.out, "check", "--strict", "-"), name)
		}
	}
}

// TestCheckFunctionLeavesItemsAlone: whatever it says, the items that came in go out.
func TestCheckFunctionLeavesItemsAlone(t *testing.T) {
	var rendered []string
	for _, r := range minimalResources() {
		rendered = append(rendered, r.MustString())
	}
	for name, c := range map[string]struct {
		config string
		items  []string
		err    string
	}{
		"clean":         {pluginCheck, slices.Concat(rendered, []string{usersConfigMap}), ""},
		"wrong":         {pluginCheck, slices.Concat(rendered, []string{usersSecret}), "written-in-cluster"},
		"empty":         {pluginCheck, nil, "nothing-of-ours"},
		"spec":          {pluginCheck + "spec: {}\n", rendered, "unknown-field"},
		"unknown field": {pluginCheck + "strict: true\n", rendered, "unknown-field"},
		"version":       {strings.Replace(pluginCheck, "v1alpha1", "v2", 1), rendered, "not-allowed"},
		"no name":       {strings.Replace(pluginCheck, "name: final", "labels: {}", 1), rendered, "required"},
	} {
		t.Run(name, func(t *testing.T) {
			list := resourceList(t, c.config, c.items...)
			r := run(list)
			assert.Equal(t, at(objects(t, list)[0], "items"), at(objects(t, r.out)[0], "items"))
			if c.err == "" {
				assert.Zero(t, r.code)
				assert.Empty(t, r.err)
				assert.Nil(t, at(objects(t, r.out)[0], "results"))
				return
			}
			assert.Equal(t, 1, r.code)
			assert.Regexp(t, `^error: RegistryProfileCheck(/final)?: .*\[`+c.err+`\]\n$`, r.err)
			assert.Len(t, at(objects(t, r.out)[0], "results"), 1)
		})
	}
}

// TestCheckOfUTF16: what a shell of Windows has written is read by no engine, and is no stream
// without a fault.
func TestCheckOfUTF16(t *testing.T) {
	var wide strings.Builder
	wide.WriteString("\xff\xfe")
	for _, c := range []byte(usersConfigMap) {
		wide.Write([]byte{c, 0})
	}
	for _, args := range [][]string{{"check", "-"}, {"plan", "../../examples/minimal/profile.yaml", "--from", "-"}} {
		r := run(wide.String(), args...)
		assert.NotZero(t, r.code)
		assert.Contains(t, r.err, "it is not UTF-8 text", args)
	}
}
