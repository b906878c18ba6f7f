package fn

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// settings is a Config or an ImagePruner of the user's own, and what the profile says of
// the same settings.
type settings struct {
	*item
	// field is the name of the settings in the profile's spec.
	field string
	// own is the object's spec without what an earlier run has put there, and without what the
	// profile empties.
	own *yaml.Node
	// set is what stands in the profile, or nil.
	set *yaml.Node
}

// settingsOf returns the settings among the items that are the user's own, sorted by kind.
// It leaves out those that no profile can be merged with.
func (s *plan) settingsOf(items []*item, profile *yaml.Node) []*settings {
	var all []*settings
	for _, i := range items {
		field, ok := generators.SettingsFields[i.Kind]
		_, wanted := s.wanted[i.ID]
		if !ok || !wanted || !isPlain(i.YNode()) || i.generatedBy(s.profile.Metadata.Name) {
			continue
		}
		set := lookUp(profile, []string{"spec", field})
		own := ownSpec(i)
		for _, path := range emptied(set) {
			remove(own, path)
		}
		all = append(all, &settings{item: i, field: field, own: own, set: set})
	}
	slices.SortStableFunc(all, func(a, b *settings) int { return strings.Compare(a.Kind, b.Kind) })
	return slices.DeleteFunc(slices.Clone(all), func(s *settings) bool { return isTwice(s, all) })
}

// isTwice tells whether there are other settings of a kind, so that nobody knows which are
// meant.
func isTwice(s *settings, all []*settings) bool {
	return slices.ContainsFunc(all, func(other *settings) bool { return other != s && other.Kind == s.Kind })
}

// effective returns the profile as it is with what the user's own settings say where it
// is silent, and what the rules of a profile have against that. The profile is nil if
// anything is an error. What the profile alone has been told is not repeated.
func effective(profile *yaml.Node, all []*settings, told kptfn.Results) (*v1alpha1.RegistryProfile, kptfn.Results) {
	together := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	for _, s := range all {
		together.Content = append(together.Content, ynode.String(s.field), s.together())
	}
	content := yaml.CopyYNode(profile)
	if spec := ynode.Field(content, "spec"); spec != nil && isNull(spec) {
		remove(content, []string{"spec"})
	}
	for _, s := range all {
		remove(content, []string{"spec", s.field})
	}
	overlay(content, &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{ynode.String("spec"), together}}, false)
	decoded, results := v1alpha1.Decode(yaml.NewRNode(content))
	var fresh kptfn.Results
	for _, result := range results {
		if !slices.ContainsFunc(told, func(t *kptfn.Result) bool { return same(t, result) }) {
			fresh = append(fresh, attribute(result, all))
		}
	}
	return decoded, fresh
}

// emptied returns the paths of the empty lists and mappings that stand in the profile: it has
// nothing to merge there, and means nothing.
func emptied(set *yaml.Node) [][]string {
	if set == nil {
		return nil
	}
	var paths [][]string
	for _, pointer := range leaves(set, "") {
		if path := steps(pointer); len(path) > 0 {
			if n := lookUp(set, path); n.Kind != yaml.ScalarNode && len(n.Content) == 0 {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// together returns the settings as the rules of a profile know them.
func (s *settings) together() *yaml.Node {
	spec := yaml.CopyYNode(s.own)
	if s.Kind == "Config" {
		for _, field := range generators.JobFields {
			remove(spec, []string{field})
		}
		for _, path := range generators.UpstreamFields {
			remove(spec, path)
		}
	}
	if s.set != nil {
		overlay(spec, s.set, false)
	}
	return spec
}

// attribute makes a finding about settings one about the object that they stand in.
func attribute(result *kptfn.Result, all []*settings) *kptfn.Result {
	for _, s := range all {
		if stream.InSpec(result, s.field) {
			return s.about(result)
		}
	}
	return result
}

func same(a, b *kptfn.Result) bool {
	return a.Message == b.Message && finding.Path(a) == finding.Path(b) && finding.CodeOf(a) == finding.CodeOf(b)
}

// ownSpec returns a copy of an object's spec without what an earlier run has put there.
func ownSpec(i *item) *yaml.Node {
	spec := ynode.Field(i.YNode(), "spec")
	if spec == nil || isNull(spec) {
		return &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	}
	own := yaml.CopyYNode(spec)
	for _, pointer := range earlier(i) {
		if path := steps(pointer); len(path) > 1 {
			remove(own, path[1:]) // below spec
		}
	}
	dropNulls(own)
	return own
}

// dropNulls removes the fields below a node that have no value, as oc get prints them: they
// say nothing.
func dropNulls(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		var kept []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !isNull(n.Content[i+1]) {
				kept = append(kept, n.Content[i], n.Content[i+1])
			}
		}
		n.Content = kept
	}
	for _, child := range n.Content {
		dropNulls(child)
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == yaml.NodeTagNull }
