package fn

import (
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// item is an object of the input, of any kind, with what it said of itself when it came
// in.
type item struct {
	*yaml.RNode
	ynode.Meta
}

func newItem(n *yaml.RNode) *item { return &item{RNode: n, Meta: ynode.MetaOf(n.YNode())} }

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

// generatedBy tells whether a run of the profile generated the object as a whole.
func (i *item) generatedBy(profile string) bool {
	_, merged := i.Annotations[generators.MergedAnnotation]
	return i.profile() == profile && !merged
}
