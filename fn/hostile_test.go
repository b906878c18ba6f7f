package fn_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/fn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
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
	base := parse(t, hostileBase)
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

// runStrange fails the test if the function panics, or explains itself on more
// than one line, or writes something after an error of its own.
func runStrange(t *testing.T, what, input string) {
	t.Helper()
	var out, lines bytes.Buffer
	var err error
	if !assert.NotPanics(t, func() { err = fn.Options{}.Run(strings.NewReader(input), &out, &lines) }, what) {
		return
	}
	if err != nil {
		assert.NotContains(t, err.Error(), "\n", what)
		assert.NotEmpty(t, err.Error(), what)
	}
	for _, line := range strings.SplitAfter(lines.String(), "\n") {
		assert.Regexp(t, `^((error|warning): .* \[[a-z0-9-]+\]\n)?$`, line, what)
	}
	if out.Len() > 0 {
		_, parseErr := yaml.Parse(out.String())
		assert.NoError(t, parseErr, what)
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
			var out, lines bytes.Buffer
			var err error
			require.NotPanics(t, func() { err = fn.Options{}.Run(strings.NewReader(input), &out, &lines) })
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error())+lines.Len(), 500)
		})
	}
}
