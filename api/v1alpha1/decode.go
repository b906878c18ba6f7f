package v1alpha1

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Decode reads a RegistryProfile, fills in its defaults and checks it against
// the schema and the rules. All findings are returned at once, sorted by field
// path; the profile is nil if any of them is an error. Decode does not modify
// the node.
func Decode(n *yaml.RNode) (*RegistryProfile, kptfn.Results) {
	if kind := identity(n); kind != APIVersion+" "+Kind {
		return nil, kptfn.Results{{
			Severity: kptfn.Error,
			Message:  fmt.Sprintf("%s is not a RegistryProfile; write apiVersion: %s and kind: %s", quoteOr(kind, "the input"), APIVersion, Kind),
			Tags:     tags(CodeNotAProfile),
		}}
	}
	content, results := plain(n)
	if content == nil {
		return nil, refer(results, n)
	}
	results = append(results, checkSchema(content)...)
	p := &RegistryProfile{}
	if err := decodeTypes(content, p); err != nil {
		results = append(results, fault{message: oneLine(err.Error())}.result(CodeYAML, kptfn.Error))
		return nil, refer(results, n)
	}
	p.setDefaults()
	results = append(results, checkRules(p, results)...)
	slices.SortStableFunc(results, func(a, b *kptfn.Result) int {
		return cmp.Or(strings.Compare(a.Field.Path, b.Field.Path), strings.Compare(Code(a), Code(b)))
	})
	if HasErrors(results) {
		return nil, refer(results, n)
	}
	return p, refer(results, n)
}

// HasErrors tells whether any of the results is an error.
func HasErrors(results kptfn.Results) bool {
	return slices.ContainsFunc(results, func(r *kptfn.Result) bool { return r.Severity == kptfn.Error })
}

func identity(n *yaml.RNode) string {
	if n == nil || n.YNode() == nil || n.YNode().Kind != yaml.MappingNode {
		return ""
	}
	return strings.TrimSpace(n.GetApiVersion() + " " + n.GetKind())
}

// decodeTypes decodes what the schema left standing. Type errors are not
// reported here: the schema has reported them by field path.
func decodeTypes(content *yaml.Node, p *RegistryProfile) error {
	var mismatch *yaml.TypeError
	if err := content.Decode(p); err != nil && !errors.As(err, &mismatch) {
		return err
	}
	return nil
}

// refer names the profile in its findings. The accessors of RNode would panic
// where metadata is no map.
func refer(results kptfn.Results, n *yaml.RNode) kptfn.Results {
	name, _ := valueAt(n.YNode(), "metadata.name").(string)
	namespace, _ := valueAt(n.YNode(), "metadata.namespace").(string)
	for _, r := range results {
		r.ResourceRef = &kptfn.ResourceRef{APIVersion: APIVersion, Kind: Kind, Name: name, Namespace: namespace}
	}
	return results
}
