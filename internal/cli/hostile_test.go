package cli_test

import (
	"fmt"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// hostileBase holds the items that the function looks into most: one that it
// merged into, and one of its own of an earlier run.
const hostileBase = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: imageregistry.operator.openshift.io/v1
  kind: Config
  metadata:
    name: cluster
    labels: {app.kubernetes.io/managed-by: registry-profile}
    annotations:
      registryprofile.dev/profile: registry
      registryprofile.dev/merged: /spec/replicas,/spec/requests/read/maxRunning
      internal.config.kubernetes.io/path: a.yaml
  spec:
    replicas: 2
    requests:
      read: {maxRunning: 1}
    tolerations:
    - {operator: Exists}
- apiVersion: v1
  kind: Namespace
  metadata:
    name: registry-profile
    labels: {app.kubernetes.io/managed-by: registry-profile}
    annotations: {registryprofile.dev/profile: registry, config.kubernetes.io/index: "1"}
functionConfig:
  apiVersion: registryprofile.dev/v1alpha1
  kind: RegistryProfile
  metadata: {name: registry}
  spec: {registry: {tolerations: [{operator: Exists}], requests: {write: {maxRunning: 3}}}}
results:
- message: of another function
  severity: info
`

// strange are values in the place of which something else is expected.
var strange = []string{"null", "7", "[name, labels, annotations]", "{a: [x], a: {b: c}}", "{? [a] : b}", "{<<: {a: b}}", `"\0\n: - {"`}

// TestStrangeInputNeverPanics replaces each value of a ResourceList by each of
// the strange ones: the function works, or says in one line why it cannot.
func TestStrangeInputNeverPanics(t *testing.T) {
	t.Parallel()
	base := yaml.MustParse(hostileBase)
	count := 0
	eachNode(base.YNode(), "", func(path string, n *yaml.Node) {
		original := *n
		for _, text := range strange {
			*n = *yaml.MustParse(text).YNode()
			input, err := base.String()
			*n = original
			if err != nil {
				continue // go-yaml cannot write an alias of its own ancestor
			}
			count++
			runStrange(t, path+" = "+text, input)
		}
	})
	assert.Greater(t, count, 400)
}

// runStrange fails the test if the function panics, or explains itself on more than one
// line, or writes something that is no YAML.
func runStrange(t *testing.T, what, input string) {
	t.Helper()
	r := run(input)
	assert.NotContains(t, r.err, "internal fault", what)
	assert.Equal(t, r.code != 0, strings.Contains(r.err, "error: "), what)
	for _, line := range strings.SplitAfter(r.err, "\n") {
		assert.Regexp(t, `^((error|warning|info): [^\n]*\n)?$`, line, what)
	}
	if r.out != "" {
		_, err := yaml.Parse(r.out)
		assert.NoError(t, err, what)
	}
}

func eachNode(n *yaml.Node, path string, visit func(path string, n *yaml.Node)) {
	if path != "" {
		visit(path, n)
	}
	for i, child := range n.Content {
		step := fmt.Sprintf("%s[%d]", path, i)
		if n.Kind == yaml.MappingNode {
			step = path + "." + n.Content[i-i%2].Value
			if i%2 == 0 {
				step += "(key)"
			}
		}
		eachNode(child, step, visit)
	}
}

// TestWholeInputs are inputs that are no ResourceList, or hardly one.
func TestWholeInputs(t *testing.T) {
	for name, input := range map[string]string{
		"empty":           "",
		"blank":           " \n\n",
		"comment":         "# nothing\n",
		"null":            "null\n",
		"scalar":          "text\n",
		"list":            "- a\n",
		"binary":          "\x7fELF\x02\x01\x01\x00\x00\xff\xfe",
		"nul":             "\x00",
		"unclosed":        "{a: [",
		"tab":             "a:\n\tb: c\n",
		"two documents":   "kind: ResourceList\n---\nkind: ResourceList\n",
		"other kind":      "apiVersion: v1\nkind: ConfigMap\n",
		"no items":        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n",
		"unknown anchor":  "kind: ResourceList\nitems: *x\n",
		"self":            "kind: ResourceList\nitems: &x [*x]\n",
		"deep":            strings.Repeat("[", 20000),
		"profile, bare":   "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\n",
		"UTF-16":          "\xff\xfek\x00i\x00n\x00d\x00:\x00",
		"latin1":          "kind: ResourceList\nitems: [\"\xe9\"]\n",
		"huge key":        strings.Repeat("k", 1<<16) + ": v\n",
		"document marker": "---\n...\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := run(input)
			assert.Equal(t, functionCode(r), r.code)
			assert.NotContains(t, r.err, "internal fault")
			assert.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
			assert.Less(t, len(r.err), 500)
		})
	}
}

// FuzzFunction: the function works on any bytes, or says in one line why it cannot.
func FuzzFunction(f *testing.F) {
	for _, c := range cases.All(f) {
		f.Add(listOf(f, c))
	}
	f.Add([]byte(hostileBase))
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) <= 1<<20 {
			runStrange(t, "fuzz", string(input))
		}
	})
}

// listOf writes a case as a ResourceList.
func listOf(t testing.TB, c cases.Case) []byte {
	t.Helper()
	list := yaml.MustParse("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n")
	items, err := list.Pipe(yaml.Lookup("items"))
	require.NoError(t, err)
	items.YNode().Style = 0
	for _, item := range c.Items {
		items.YNode().Content = append(items.YNode().Content, item.Copy().YNode())
	}
	if c.Profile != nil {
		require.NoError(t, list.PipeE(yaml.SetField("functionConfig", c.Profile.Copy())))
	}
	return []byte(list.MustString())
}

// TestSecondRunChangesNoByte runs the function on its own output.
func TestSecondRunChangesNoByte(t *testing.T) {
	cases.Each(t, func(t *testing.T, c cases.Case) {
		once := run(string(listOf(t, c)))
		if once.code != 0 {
			return
		}
		before, _, _ := strings.Cut(once.out, "\nresults:\n")
		after, _, _ := strings.Cut(run(before).out, "\nresults:\n")
		assert.Equal(t, strings.TrimSpace(before), strings.TrimSpace(after))
	})
}

// TestOutputParses reads the output with two parsers that did not write it.
func TestOutputParses(t *testing.T) {
	cases.Each(t, func(t *testing.T, c cases.Case) {
		r := run(string(listOf(t, c)))
		rl, err := kptfn.ParseResourceList([]byte(r.out))
		require.NoError(t, err)
		assert.Equal(t, r.code != 0, finding.HasErrors(rl.Results))
		lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
		assert.Len(t, lines, max(1, len(rl.Results)), "a line a finding")
		if r.code != 0 {
			return
		}
		for _, item := range rl.Items {
			var strict map[string]any
			require.NoError(t, sigsyaml.UnmarshalStrict([]byte(item.String()), &strict))
		}
	})
}
