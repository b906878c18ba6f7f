package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// item is an object of the input, of any kind, with what it said of itself when it came
// in.
type item struct {
	*yaml.RNode
	ynode.Meta
}

func newItem(n *yaml.RNode) *item {
	i := &item{RNode: n, Meta: ynode.MetaOf(n.YNode())}
	if generators.ClusterScoped(i.Group, i.Kind) { // the kind has none
		i.Namespace = ""
	}
	return i
}

func newItems(nodes []*yaml.RNode) []*item {
	items := make([]*item, len(nodes))
	for i, n := range nodes {
		items[i] = newItem(n)
	}
	return items
}

// profile returns the profile that generated the object, or that was merged into it,
// or "".
func (i *item) profile() string { return generators.ProfileOf(i.Labels, i.Annotations) }

// isClaim tells whether the object is of a kind that holds the images.
func (i *item) isClaim() bool { return generators.KindOf(i.Group, i.Kind).Is(generators.ClassClaim) }

// generatedBy tells whether a run of the profile generated the object as a whole.
func (i *item) generatedBy(profile string) bool {
	_, merged := i.Annotations[generators.MergedAnnotation]
	return i.profile() == profile && !merged
}

// finding returns an error about a field of the item, or about the item as a whole.
func (i *item) finding(code finding.Code, path, format string, args ...any) *kptfn.Result {
	return i.about(finding.Error(code, path, format, args...))
}

// about makes a finding one about the item.
func (i *item) about(result *kptfn.Result) *kptfn.Result {
	if finding.Path(result) == "" {
		result.Field = nil
	}
	result.ResourceRef = &kptfn.ResourceRef{
		APIVersion: i.APIVersion, Kind: i.Kind, Name: i.Name, Namespace: i.Namespace,
	}
	return result
}
