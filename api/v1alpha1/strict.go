package v1alpha1

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// StrictAnnotation of a profile makes warnings errors, as the flag --strict does, if its
// value is "true". kustomize gives a plugin no flags, and drops what a plugin that
// succeeds has written on stderr (api/internal/plugins/execplugin).
const StrictAnnotation = Group + "/strict"

// IsStrict tells whether an object asks for warnings to be errors.
func IsStrict(n *yaml.RNode) bool {
	return !n.IsNil() && ynode.MetaOf(n.YNode()).Annotations[StrictAnnotation] == "true"
}

// strictRule refuses what looks like a wish for strictness and would be none.
var strictRule = Rule{
	Code:     "strict-annotation",
	Severity: kptfn.Error,
	Doc:      "Any other value than \"true\" would let warnings pass, and nobody would notice.",
	check:    func(p *RegistryProfile, r finding.Reporter) { checkStrict(p.Metadata.Annotations, r) },
}

func checkStrict(annotations map[string]string, r finding.Reporter) {
	if value, set := annotations[StrictAnnotation]; set && value != "true" && value != "false" {
		r.At(ynode.Join("metadata.annotations", StrictAnnotation)).Value(value).Propose("true").Say(
			"is not \"true\"; write \"true\" to make warnings errors, or remove it")
	}
}
