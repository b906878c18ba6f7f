package fn_test

import (
	"path/filepath"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestGolden runs every case of testdata.
func TestGolden(t *testing.T) {
	var minimal []string
	for _, c := range cases.All(t) {
		if c.Name == cases.Minimal {
			items, _ := run(t, c)
			minimal = c.Mask(cases.Documents(t, items))
		}
	}
	cases.Each(t, func(t *testing.T, c cases.Case) {
		items, results := run(t, c)
		expected := ""
		switch {
		case c.Name == cases.Minimal:
			expected = cases.Join(minimal)
		case items != nil:
			expected = cases.Difference(minimal, c.Mask(cases.Documents(t, items)))
		}
		cases.Golden(t, filepath.Join(c.Dir, "expected.yaml"), expected)
		cases.Golden(t, filepath.Join(c.Dir, "results.yaml"), cases.FindingsText(t, results))
	})
}

// run calls the function with copies of a case's items. It returns no items where the
// function fails.
func run(t testing.TB, c cases.Case) ([]*yaml.RNode, kptfn.Results) {
	t.Helper()
	return process(t, fn.Processor{}, c.Profile, c.Items)
}

// process calls the function with copies of what it is given.
func process(t testing.TB, p fn.Processor, profile *yaml.RNode, items []*yaml.RNode) ([]*yaml.RNode, kptfn.Results) {
	t.Helper()
	rl := list(profile, items)
	ok, err := p.Process(rl)
	require.NoError(t, err)
	if !ok {
		return nil, rl.Results
	}
	nodes := make([]*yaml.RNode, len(rl.Items))
	for i, item := range rl.Items {
		nodes[i] = item.MoveToResourceNode()
	}
	return nodes, rl.Results
}

// list returns a ResourceList with copies of what it is given.
func list(profile *yaml.RNode, items []*yaml.RNode) *kptfn.ResourceList {
	rl := &kptfn.ResourceList{}
	if profile != nil {
		rl.FunctionConfig = kptfn.MoveToKubeObject(profile.Copy())
	}
	for _, item := range items {
		rl.Items = append(rl.Items, kptfn.MoveToKubeObject(item.Copy()))
	}
	return rl
}
