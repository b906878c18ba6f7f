package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// check judges the items as what is delivered in the end. It changes none.
func (p Processor) check(config *yaml.RNode, items []*yaml.RNode) kptfn.Results {
	results := v1alpha1.DecodeCheck(config)
	if !finding.HasErrors(results) {
		results = append(results, stream.Check(items)...)
	}
	if p.Strict {
		results = finding.Strict(results)
	}
	return results
}
