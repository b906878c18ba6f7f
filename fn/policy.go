package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// brought reports what a policy of ACM would do to any cluster that has a Job of ours: it
// may be for this cluster or for others, so that what else it says is not the profile's.
func (s *plan) brought(i *item) kptfn.Results {
	var results kptfn.Results
	for _, held := range ynode.HeldByPolicy(i.YNode()) {
		object := newItem(yaml.NewRNode(held.Node))
		r := s.wanted[object.ID]
		switch {
		case held.Forbidden && r.Class.Kept():
			results = append(results, i.finding(finding.ReplaceMark, held.Path, "is %s/%s, which the policy deletes; "+
				"take complianceType: mustnothave off it", object.Kind, object.Name))
		case object.Kind == "Config" && r.Class == generators.ClassShared && !held.Forbidden:
			for _, field := range generators.JobFields {
				if ynode.Field(ynode.Field(held.Node, "spec"), field) != nil {
					results = append(results, i.finding(finding.ConfigStorage, held.Path+".spec."+field,
						"would fight the Job, which switches the storage safely; remove it from the policy"))
				}
			}
		}
	}
	return results
}
