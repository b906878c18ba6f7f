package fn

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Processor is the function.
type Processor struct {
	// Strict makes warnings errors, as v1alpha1.StrictAnnotation of a profile does.
	Strict bool
}

var _ kptfn.ResourceListProcessor = Processor{}

// Process puts the resources of the profile in rl.FunctionConfig among rl.Items. It
// removes what an earlier run generated and this one does not, and keeps everything
// else. With a RegistryProfileCheck in place of the profile it judges the items and
// changes none. It adds its findings to rl.Results. If any of them is an error, it
// returns false, and the items are as they were. The error is always nil.
func (p Processor) Process(rl *kptfn.ResourceList) (bool, error) {
	var config *yaml.RNode
	if rl.FunctionConfig != nil {
		config = rl.FunctionConfig.CopyToResourceNode()
		p.Strict = p.Strict || v1alpha1.IsStrict(config)
	}
	items := make([]*yaml.RNode, len(rl.Items))
	for i, item := range rl.Items {
		items[i] = item.CopyToResourceNode()
	}
	if v1alpha1.IsCheck(config) {
		results := p.check(config, items)
		rl.Results = append(rl.Results, results...)
		return !finding.HasErrors(results), nil
	}
	items, results := p.transform(config, items)
	rl.Results = append(rl.Results, results...)
	if finding.HasErrors(results) {
		return false, nil
	}
	rl.Items = rl.Items[:0:0]
	for _, item := range items {
		rl.Items = append(rl.Items, kptfn.MoveToKubeObject(item))
	}
	return true, nil
}

// transform returns the items with the resources of a profile among them. If any of the
// results is an error, it returns no items.
func (p Processor) transform(config *yaml.RNode, nodes []*yaml.RNode) ([]*yaml.RNode, kptfn.Results) {
	profile, results := v1alpha1.Decode(config)
	if p.Strict {
		results = finding.Strict(results)
	}
	if finding.HasErrors(results) {
		return nil, results
	}
	plain, _ := ynode.Plain(config.YNode())
	items := newItems(nodes)
	s := newPlan(profile)
	own := s.settingsOf(items, plain)
	found := profiles(items, plain)
	if len(own) > 0 {
		merged, fresh := effective(plain, own, results)
		found = append(found, fresh...)
		if merged != nil {
			s = newPlan(merged)
		}
	}
	found = append(found, s.judge(items)...)
	sortByItem(found)
	if p.Strict {
		found = finding.Strict(found)
	}
	if results = append(results, found...); finding.HasErrors(results) {
		return nil, results
	}
	return s.put(items, own), results
}

// put removes what an earlier run generated and the resources do not hold any more, and
// puts the resources among the items.
func (s *plan) put(items []*item, own []*settings) []*yaml.RNode {
	profile := s.profile.Metadata.Name
	items = slices.DeleteFunc(items, func(i *item) bool {
		_, wanted := s.wanted[i.ID]
		return i.generatedBy(profile) && !wanted
	})
	for _, r := range s.resources {
		ours := newItem(r.RNode)
		at := slices.IndexFunc(items, func(i *item) bool { return i.ID == ours.ID })
		switch {
		case at < 0 && r.Existing: // somebody else delivers it
		case at < 0:
			place(ours, r.FileName(), items)
			items = append(items, ours)
		case items[at].generatedBy(profile) && !r.Existing:
			update(items[at], ours)
		case r.Class == generators.ClassClaim:
			adopt(items[at], ours)
		default:
			own[slices.IndexFunc(own, func(s *settings) bool { return s.item == items[at] })].merge(ours)
		}
	}
	nodes := make([]*yaml.RNode, len(items))
	for i, item := range items {
		nodes[i] = item.RNode
	}
	return nodes
}
