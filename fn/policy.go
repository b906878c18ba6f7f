package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// brought reports what a policy of ACM would do to any cluster that has a Job of ours: it
// may be for this cluster or for others, so that what else it says is not the profile's.
func (s *plan) brought(i *item) kptfn.Results {
	var results kptfn.Results
	told := map[string]bool{}
	for _, held := range ynode.HeldByPolicy(i.YNode()) {
		object := newItem(yaml.NewRNode(held.Node))
		r := s.wanted[object.ID]
		if held.Forbidden && s.loses(object.ID) {
			results = append(results, i.finding(finding.ReplaceMark, held.Path, "is %s/%s, which the policy deletes; "+
				"take complianceType: mustnothave off it", object.Kind, object.Name))
		}
		if held.Forbidden || !r.Class.Kept() {
			continue
		}
		for _, fault := range stream.HarmsOf(held.Rules, object.ID) {
			if !told[fault.Path] { // one rule is for all that the policy holds
				told[fault.Path] = true
				results = append(results, i.finding(fault.Code, fault.Path, "%s", fault.Message))
			}
		}
		if object.Kind == "Config" && r.Class == generators.ClassShared {
			results = append(results, i.writesStorage(held)...)
		}
	}
	return results
}

// loses tells whether something that must be kept goes when an object goes.
func (s *plan) loses(object ynode.ID) bool {
	for id, r := range s.wanted {
		if r.Class.Kept() && (id == object || stream.GoesWith(id, object)) {
			return true
		}
	}
	return false
}

// writesStorage reports the fields of the Job in a Config that a policy holds.
func (i *item) writesStorage(held ynode.Held) kptfn.Results {
	var results kptfn.Results
	for _, field := range generators.JobFields {
		if ynode.Field(ynode.Field(held.Node, "spec"), field) != nil {
			results = append(results, i.finding(finding.ConfigStorage, held.Path+".spec."+field,
				"would fight the Job, which switches the storage safely; remove it from the policy"))
		}
	}
	return results
}
