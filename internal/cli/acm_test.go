package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

type acmPolicy struct {
	Spec struct {
		Templates []struct {
			Definition struct {
				Spec struct {
					Remediation string `json:"remediationAction"`
					Prune       string `json:"pruneObjectBehavior"`
					Objects     []struct {
						Compliance string         `json:"complianceType"`
						Metadata   string         `json:"metadataComplianceType"`
						Definition map[string]any `json:"objectDefinition"`
					} `json:"object-templates"`
				} `json:"spec"`
			} `json:"objectDefinition"`
		} `json:"policy-templates"`
	} `json:"spec"`
}

// TestPolicyOfACM evaluates the example's policy as the hub does, and then as the cluster
// does, and finds every object as it was rendered. Go's own templates, with the delimiters
// of ACM, stand in for its library (stolostron/go-template-utils), which builds on them.
func TestPolicyOfACM(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(examples, "acm/policy/policy.yaml"))
	require.NoError(t, err)
	for _, delimiters := range [][2]string{{"{{hub", "hub}}"}, {"{{", "}}"}} {
		parsed, err := template.New("policy").Delims(delimiters[0], delimiters[1]).Parse(string(content))
		require.NoError(t, err)
		var evaluated strings.Builder
		require.NoError(t, parsed.Execute(&evaluated, nil))
		content = []byte(evaluated.String())
	}
	var policy acmPolicy
	require.NoError(t, yaml.Unmarshal(content, &policy))
	require.Len(t, policy.Spec.Templates, 1)
	spec := policy.Spec.Templates[0].Definition.Spec
	require.Equal(t, "enforce", spec.Remediation)
	require.Equal(t, "None", spec.Prune)

	rendered := strings.Split(good(t, "", "render", filepath.Join(examples, "acm/profile.yaml")), "\n---\n")
	require.Len(t, spec.Objects, len(rendered))
	for i, document := range rendered {
		var object map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document+"\n"), &object))
		require.True(t, assert.ObjectsAreEqual(object, spec.Objects[i].Definition), "object %d differs", i+1)
		require.Equal(t, "musthave", spec.Objects[i].Metadata)
		require.Equal(t, complianceType(object), spec.Objects[i].Compliance, "%s", object["kind"])
	}
}

// complianceType: what somebody else writes into an object is not ours to take away, and a
// list of an object that is ours alone has nothing else (config-policy-controller,
// controllers/configurationpolicy_controller.go: mergeArrays). A ConfigMap and a Job have a
// hash in their names and do not change, and a Job cannot.
func complianceType(object map[string]any) string {
	apiVersion, kind := object["apiVersion"].(string), object["kind"].(string)
	ofOthers := []string{"Namespace", "ServiceAccount", "Job", "ConfigMap"}
	k := generators.KindOf(ynode.Group(apiVersion), kind)
	if k.Kept() && !k.Is(generators.ClassGuard) || slices.Contains(ofOthers, kind) {
		return "musthave"
	}
	return "mustonlyhave"
}

// wrapped runs the example's wrap.sh on a command, over a Policy that is there. It returns
// the Policy, and what was said where wrap.sh has failed.
func wrapped(t *testing.T, command ...string) (policy, failure string) {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "policy.yaml")
	require.NoError(t, os.WriteFile(file, []byte("of before\n"), 0o644))
	script, err := filepath.Abs(filepath.Join(examples, "acm/wrap.sh"))
	require.NoError(t, err)
	said, err := exec.Command(script, append([]string{file}, command...)...).CombinedOutput()
	if err != nil {
		failure = string(said)
		require.NotEmpty(t, failure)
	}
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1, "something is left behind")
	return string(content), failure
}

// TestWrapOfACM: what separates documents in YAML does so here, and what is no list of
// manifests, or not all of it, leaves the Policy as it was.
func TestWrapOfACM(t *testing.T) {
	want, failure := wrapped(t, "printf", "kind: A\n---\nkind: B\n")
	require.Empty(t, failure)
	require.Equal(t, 2, strings.Count(want, "- complianceType: musthave"))
	for _, same := range []string{
		"---\nkind: A\n---\nkind: B\n---\n",
		"kind: A\r\n---\r\nkind: B\r\n",
		"# a comment\nkind: A\n--- # the next\nkind: B\n",
		"kind: A\n---\n\n---\n# nothing\n---\nkind: B",
		"kind: A\n...\n---  \nkind: B\n",
	} {
		got, failure := wrapped(t, "printf", "%s", same)
		assert.Empty(t, failure, "%q", same)
		assert.Equal(t, want, got, "%q", same)
	}
	for _, kind := range []string{"Role", `"Role"`, "'Role'", "  Role", `"Role" # ours`} {
		got, failure := wrapped(t, "printf", "%s", "kind: "+kind+"\n")
		assert.Empty(t, failure, kind)
		assert.Contains(t, got, "- complianceType: mustonlyhave\n", kind)
	}
	for manifests, why := range map[string]string{
		"":                         "has written no manifest",
		"---\n# nothing\n---\n":    "has written no manifest",
		"kind: A\nkind: B\n":       "two objects without ---",
		"kind: A\n---\nspec: {}\n": "no kind",
		"--- {kind: A}\n":          "write manifests as render does",
		"%YAML 1.2\n---\nkind: A":  "write manifests as render does",
		"\ufeffkind: A\n":          "write manifests as render does",
		"kind: !!str Role\n":       "line 1: write manifests as render does",
		"kind:\n  Role\n":          "line 1: write manifests as render does",
	} {
		policy, failure := wrapped(t, "printf", "%s", manifests)
		assert.Contains(t, failure, why, "%q", manifests)
		assert.Equal(t, "of before\n", policy, "%q", manifests)
	}
	for _, command := range [][]string{
		nil, {"false"}, {"sh", "-c", "echo kind: A; exit 3"}, {"sh", "-c", "echo kind: A; kill -9 $$"}, {"no-such-command"},
	} {
		policy, failure := wrapped(t, command...)
		assert.NotEmpty(t, failure, command)
		assert.Equal(t, "of before\n", policy, command)
	}
}

// TestFileOfWrap: what stands where the Policy is to be, and is no file, stays as it is, and no
// command is run for it.
func TestFileOfWrap(t *testing.T) {
	script, err := filepath.Abs(filepath.Join(examples, "acm/wrap.sh"))
	require.NoError(t, err)
	for file, why := range map[string]string{
		"folder":   "folder is a folder or another thing that is no file; name a file, such as policy/policy.yaml",
		"link":     "link is a link; name the file that it leads to",
		"dangling": "dangling is a link; name the file that it leads to",
		"-x":       "-x begins with a hyphen; write ./-x",
	} {
		folder := write(t, "folder/x", "", "file", "of before\n")
		require.NoError(t, os.Symlink("file", filepath.Join(folder, "link")))
		require.NoError(t, os.Symlink("nowhere", filepath.Join(folder, "dangling")))
		command := exec.Command(script, file, "sh", "-c", "echo kind: A; >was-run")
		command.Dir = folder
		said, err := command.CombinedOutput()
		assert.Error(t, err, file)
		assert.Equal(t, "wrap.sh: "+why+"\n", string(said))
		left, err := filepath.Glob(filepath.Join(folder, "*"))
		require.NoError(t, err)
		assert.Len(t, left, 4, file)
		content, err := os.ReadFile(filepath.Join(folder, "file"))
		require.NoError(t, err)
		assert.Equal(t, "of before\n", string(content), file)
		inside, err := os.ReadDir(filepath.Join(folder, "folder"))
		require.NoError(t, err)
		assert.Len(t, inside, 1, file)
	}
}
