package cases_test

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestEveryCodeHasACase holds testdata to the codes that the program knows.
func TestEveryCodeHasACase(t *testing.T) {
	known := map[string]bool{}
	for _, rule := range v1alpha1.Rules() {
		assert.False(t, known[rule.Code], "two rules have the code %s", rule.Code)
		known[rule.Code] = true
	}
	for _, code := range finding.Codes() {
		assert.False(t, known[code.Name], "two codes have the name %s", code.Name)
		known[code.Name] = true
	}
	shown := map[string]bool{}
	for _, c := range cases.All(t) {
		for _, f := range cases.Findings(process(t, c)) {
			shown[f.Code] = true
		}
	}
	for _, c := range cases.FinalStreams(t) {
		for _, f := range cases.Findings(stream.Check(c.Items)) {
			shown[f.Code] = true
		}
	}
	assert.Equal(t, known, shown, "every code has a case, and every finding a declared code")
}

// TestEveryFieldHasACase walks the schema: each field is set in a case that
// renders, to a value without which the profile would be another, or none.
func TestEveryFieldHasACase(t *testing.T) {
	missing := map[string]bool{}
	for _, path := range leaves(v1alpha1.Schema(), "") {
		missing[path] = true
	}
	delete(missing, "apiVersion")
	delete(missing, "kind")
	for _, volume := range []string{"cephfs", "rbd"} { // which can have the default alone
		delete(missing, "spec.storage."+volume+".existingClaim.namespace")
	}
	require.Greater(t, len(missing), 100)
	for _, c := range cases.All(t) {
		if c.Profile == nil {
			continue
		}
		full := yaml.MustParse(c.Profile.MustString())
		if p, _ := v1alpha1.Decode(c.Profile); p != nil {
			require.NoError(t, full.DeAnchor())
			for _, at := range scalars(full.YNode(), nil) {
				if path := schemaPath(at); missing[path] && matters(t, full, p, at) {
					delete(missing, path)
				}
			}
		}
	}
	assert.Empty(t, missing, "no case sets these to a value of its own")
}

// leaves returns the paths of a schema's scalars: a[] is the item of a list, a{}
// the value of a map.
func leaves(s *spec.Schema, path string) []string {
	var paths []string
	switch {
	case s.Items != nil:
		return leaves(s.Items.Schema, path+"[]")
	case s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil:
		return leaves(s.AdditionalProperties.Schema, path+"{}")
	case len(s.Properties) == 0:
		return []string{path}
	}
	for name, property := range s.Properties {
		paths = append(paths, leaves(&property, strings.TrimPrefix(path+"."+name, "."))...)
	}
	return paths
}

// scalars returns the paths of the scalars below a node, as keys and indices.
func scalars(n *yaml.Node, path []string) [][]string {
	var paths [][]string
	below := func(child *yaml.Node, step string) {
		paths = append(paths, scalars(child, append(path[:len(path):len(path)], step))...)
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			below(n.Content[i+1], n.Content[i].Value)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			below(item, strconv.Itoa(i))
		}
	case yaml.ScalarNode:
		return [][]string{path}
	}
	if len(n.Content) == 0 { // {} is a choice
		return [][]string{path}
	}
	return paths
}

// schemaPath writes the path of a scalar as leaves does.
func schemaPath(at []string) string {
	path, s := "", v1alpha1.Schema()
	for _, step := range at {
		switch {
		case s == nil:
			return ""
		case s.Items != nil:
			path, s = path+"[]", s.Items.Schema
		case s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil:
			path, s = path+"{}", s.AdditionalProperties.Schema
		default:
			next, ok := s.Properties[step]
			if !ok {
				return ""
			}
			path, s = strings.TrimPrefix(path+"."+step, "."), &next
		}
	}
	return path
}

// matters tells whether the profile would be another, or none, without the
// value.
func matters(t *testing.T, n *yaml.RNode, p *v1alpha1.RegistryProfile, at []string) bool {
	t.Helper()
	without := n.Copy()
	drop(without.YNode(), at)
	other, _ := v1alpha1.Decode(without)
	return !reflect.DeepEqual(p, other)
}

func drop(n *yaml.Node, at []string) {
	for i := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode && strconv.Itoa(i) == at[0]:
			if len(at) == 1 {
				n.Content = append(n.Content[:i:i], n.Content[i+1:]...)
			} else {
				drop(n.Content[i], at[1:])
			}
			return
		case n.Kind == yaml.MappingNode && i%2 == 0 && n.Content[i].Value == at[0]:
			if len(at) == 1 {
				n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			} else {
				drop(n.Content[i+1], at[1:])
			}
			return
		}
	}
}

// TestCasesAreNamedForWhatTheyDo: refuse- cases are refused, warn- cases warn, the others
// render.
func TestCasesAreNamedForWhatTheyDo(t *testing.T) {
	refused := 0
	for _, c := range cases.All(t) {
		results := process(t, c)
		assert.Equal(t, strings.HasPrefix(c.Name, "refuse-"), finding.HasErrors(results), c.Name)
		if strings.HasPrefix(c.Name, "warn-") {
			assert.NotEmpty(t, results, c.Name)
		}
		if regexp.MustCompile("^(refuse|warn)-").MatchString(c.Name) {
			refused++
		}
	}
	assert.GreaterOrEqual(t, refused, 40)
}
