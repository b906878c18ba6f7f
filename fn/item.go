package fn

import (
	"strings"

	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// item is an object of the input, which may be anybody's and anything, with
// what is known of it.
type item struct {
	*yaml.RNode
	id          identity
	labels      map[string]string
	annotations map[string]string
}

// identity tells objects apart. A version is a way to write an object, not
// another object.
type identity struct {
	group, kind, namespace, name string
}

// newItem leaves empty what is not there or has another type, where the
// accessors of RNode panic.
func newItem(n *yaml.RNode) *item {
	var object struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string `yaml:"kind"`
		Metadata   struct {
			Name        string            `yaml:"name"`
			Namespace   string            `yaml:"namespace"`
			Labels      map[string]string `yaml:"labels"`
			Annotations map[string]string `yaml:"annotations"`
		} `yaml:"metadata"`
	}
	if err := n.YNode().Decode(&object); err != nil { // what can be decoded is, but for keys that come twice
		or(&object.APIVersion, scalarAt(n.YNode(), "apiVersion"))
		or(&object.Kind, scalarAt(n.YNode(), "kind"))
		or(&object.Metadata.Name, scalarAt(n.YNode(), "metadata", "name"))
		or(&object.Metadata.Namespace, scalarAt(n.YNode(), "metadata", "namespace"))
	}
	group, _, found := strings.Cut(object.APIVersion, "/")
	if !found {
		group = ""
	}
	m := object.Metadata
	return &item{RNode: n, id: identity{group, object.Kind, m.Namespace, m.Name}, labels: m.Labels, annotations: m.Annotations}
}

func or(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// scalarAt returns the scalar below a path of keys, or "".
func scalarAt(n *yaml.Node, path ...string) string {
	for _, key := range path {
		if n == nil || n.Kind != yaml.MappingNode {
			return ""
		}
		n = field(n, key)
	}
	if n == nil {
		return ""
	}
	return n.Value
}

func newItems(nodes []*yaml.RNode) []*item {
	items := make([]*item, len(nodes))
	for i, n := range nodes {
		items[i] = newItem(n)
	}
	return items
}

// profile returns the profile that generated the object, or that was merged into
// it, or "".
func (i *item) profile() string {
	if i.labels[generators.ManagedByLabel] != generators.ManagedBy {
		return ""
	}
	return i.annotations[generators.ProfileAnnotation]
}

// generatedBy tells whether a run of the profile generated the object as a
// whole.
func (i *item) generatedBy(profile string) bool {
	_, merged := i.annotations[MergedAnnotation]
	return i.profile() == profile && !merged
}
