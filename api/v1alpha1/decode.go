package v1alpha1

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Decode reads a RegistryProfile, fills in its defaults and checks it against the schema
// and the rules. It returns all findings at once, sorted by field path. The profile is
// nil if any of them is an error. Decode does not modify the node.
func Decode(n *yaml.RNode) (*RegistryProfile, kptfn.Results) {
	if kind := identity(n); kind != APIVersion+" "+Kind {
		what := "the input"
		if kind != "" {
			what = finding.Quote(kind)
		}
		return nil, kptfn.Results{finding.Error(finding.NotAProfile, "",
			"%s is not a RegistryProfile; write apiVersion: %s and kind: %s", what, APIVersion, Kind)}
	}
	p, results := decode(n.YNode())
	refer(results, n.YNode())
	if finding.HasErrors(results) {
		return nil, results
	}
	return p, results
}

func decode(n *yaml.Node) (*RegistryProfile, kptfn.Results) {
	content, results := ynode.Plain(n)
	if content == nil {
		return nil, results
	}
	results = append(results, definition().Check(content)...)
	p := &RegistryProfile{}
	if err := decodeTypes(content, p); err != nil {
		return nil, append(results, finding.Error(finding.YAML, "", "%s", finding.OneLine(err.Error())))
	}
	p.setDefaults()
	results = append(results, checkRules(p, results)...)
	slices.SortStableFunc(results, func(a, b *kptfn.Result) int {
		byPath := strings.Compare(finding.Path(a), finding.Path(b))
		return cmp.Or(byPath, strings.Compare(finding.CodeOf(a), finding.CodeOf(b)))
	})
	return p, results
}

func identity(n *yaml.RNode) string {
	if n.IsNil() || n.YNode().Kind != yaml.MappingNode {
		return ""
	}
	return strings.TrimSpace(ynode.Text(n.YNode(), "apiVersion") + " " + ynode.Text(n.YNode(), "kind"))
}

// decodeTypes decodes what the schema left standing. It does not return type errors:
// the schema has reported them by field path.
func decodeTypes(content *yaml.Node, p *RegistryProfile) error {
	var mismatch *yaml.TypeError
	if err := content.Decode(p); err != nil && !errors.As(err, &mismatch) {
		return err
	}
	return nil
}

// refer names the profile in its findings.
func refer(results kptfn.Results, n *yaml.Node) {
	name, namespace := ynode.Text(n, "metadata", "name"), ynode.Text(n, "metadata", "namespace")
	for _, r := range results {
		r.ResourceRef = &kptfn.ResourceRef{APIVersion: APIVersion, Kind: Kind, Name: name, Namespace: namespace}
	}
}
