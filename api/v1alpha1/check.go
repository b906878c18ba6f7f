package v1alpha1

import (
	"sync"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// CheckKind is the kind of a functionConfig that asks for the check of a stream. It is a
// kind of its own, since kustomize and kpt call a validator as they call a generator: the
// profile could not tell which of the two is meant.
const CheckKind = "RegistryProfileCheck"

// IsCheck tells whether a functionConfig asks for the check of a stream, in whichever
// version.
func IsCheck(n *yaml.RNode) bool {
	if n.IsNil() {
		return false
	}
	id := ynode.IDOf(n.YNode())
	return id.Group == Group && id.Kind == CheckKind
}

// DecodeCheck returns everything that is wrong with a RegistryProfileCheck, which has
// nothing to set but its metadata.
func DecodeCheck(n *yaml.RNode) kptfn.Results {
	content, results := ynode.Plain(n.YNode())
	if content == nil {
		return results
	}
	results = append(results, checkDefinition().Check(content)...)
	checkStrict(ynode.MetaOf(n.YNode()).Annotations, finding.NewReporter(strictRule.Code, strictRule.Severity,
		func(result *kptfn.Result) { results = append(results, result) }))
	for _, r := range results {
		if r.Field != nil && r.Field.Path == "" {
			r.Field = nil
		}
	}
	return results
}

var checkDefinition = sync.OnceValue(func() *schema.Schema {
	metadata := Schema().Properties["metadata"]
	return schema.New(schema.Of("object", schema.Required("apiVersion", "kind", "metadata"), schema.Closed(schema.Fields{
		"apiVersion": schema.Of("string", schema.Enum(APIVersion)),
		"kind":       schema.Of("string", schema.Enum(CheckKind)),
		"metadata":   &metadata,
	})), map[string]schema.Refusal{
		"spec": {Code: finding.UnknownField, Message: "is not known here: a check has nothing to set; remove it"},
	})
})
