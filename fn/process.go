// Package fn is the KRM function: it turns the RegistryProfile in a
// ResourceList's functionConfig into resources among its items.
package fn

import (
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// folder is where kpt writes new objects.
const folder = "registry"

// Options change how findings are judged.
type Options struct {
	// Strict makes warnings errors.
	Strict bool
}

// Process is the function, with the signature that kpt and Porch embed. It adds
// its findings to rl.Results and returns false if any is an error; the items are
// then as they were.
func Process(rl *kptfn.ResourceList) (bool, error) { return Options{}.Process(rl) }

// Process is the function with options.
func (o Options) Process(rl *kptfn.ResourceList) (bool, error) {
	items := make([]*yaml.RNode, len(rl.Items))
	for i, item := range rl.Items {
		items[i] = item.CopyToResourceNode()
	}
	items, results := o.Transform(functionConfig(rl), items)
	rl.Results = append(rl.Results, results...)
	if v1alpha1.HasErrors(results) {
		return false, nil
	}
	rl.Items = rl.Items[:0:0]
	for _, item := range items {
		rl.Items = append(rl.Items, kptfn.MoveToKubeObject(item))
	}
	return true, nil
}

// functionConfig returns the profile of a function, or nil where it has none.
func functionConfig(rl *kptfn.ResourceList) *yaml.RNode {
	if rl.FunctionConfig == nil {
		return nil
	}
	return rl.FunctionConfig.CopyToResourceNode()
}

// Transform puts the resources of a profile among the items: what an earlier run
// generated and this one does not is removed, everything else stays. If any of
// the results is an error, nothing is returned beside them.
func (o Options) Transform(profile *yaml.RNode, items []*yaml.RNode) ([]*yaml.RNode, kptfn.Results) {
	p, results := o.Decode(profile)
	if p == nil {
		return nil, results
	}
	resources := generators.Expand(p)
	wanted := map[identity]generators.Resource{}
	for _, r := range resources {
		wanted[newItem(r.RNode).id] = r
	}
	known := newItems(items)
	results = append(results, o.judge(conflicts(known, wanted, p.Metadata.Name))...)
	if v1alpha1.HasErrors(results) {
		return nil, results
	}
	known = slices.DeleteFunc(known, func(i *item) bool {
		_, ok := wanted[i.id]
		return i.generatedBy(p.Metadata.Name) && !ok
	})
	names := FileNames(resources)
	for i, r := range resources {
		ours := newItem(r.RNode)
		var change Change
		if known, change = upsert(known, ours); change == Added {
			setAnnotation(ours.RNode, kioutil.PathAnnotation, folder+"/"+names[i])
			setAnnotation(ours.RNode, kioutil.IndexAnnotation, "0")
		}
	}
	items = make([]*yaml.RNode, len(known))
	for i, item := range known {
		items[i] = item.RNode
	}
	return items, results
}

// Render returns the resources of a profile in apply order. If any of the
// results is an error, nothing is returned beside them.
func (o Options) Render(profile *yaml.RNode) ([]generators.Resource, kptfn.Results) {
	p, results := o.Decode(profile)
	if p == nil {
		return nil, results
	}
	return generators.Expand(p), results
}

// Decode is v1alpha1.Decode with the severities of the options.
func (o Options) Decode(profile *yaml.RNode) (*v1alpha1.RegistryProfile, kptfn.Results) {
	p, results := v1alpha1.Decode(profile)
	if v1alpha1.HasErrors(o.judge(results)) {
		return nil, results
	}
	return p, results
}

// judge makes warnings errors where that is asked for.
func (o Options) judge(results kptfn.Results) kptfn.Results {
	for _, r := range results {
		if o.Strict {
			r.Severity = kptfn.Error
		}
	}
	return results
}

// FileNames returns the name of the file of each resource: numbered, so that a
// folder that is applied in the order of its names is applied in ours, and
// without the hashes, so that a change is a change of one file.
func FileNames(resources []generators.Resource) []string {
	kinds := map[string]int{}
	for _, r := range resources {
		kinds[r.GetKind()]++
	}
	names := make([]string, len(resources))
	for i, r := range resources {
		suffix := ""
		if kinds[r.GetKind()] > 1 {
			suffix = "-" + r.GetNamespace()
		}
		names[i] = fmt.Sprintf("%02d-%s%s.yaml", i+1, strings.ToLower(r.GetKind()), suffix)
	}
	return names
}
