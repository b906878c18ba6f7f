package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// member is an object in another one, such as a List.
type member struct {
	*item
	path string
}

// members returns the objects in an item, and in those that it holds, but for the holders
// that were searched before: a List can hold itself.
func members(i *item, path string, before map[*yaml.Node]bool) []member {
	if before[i.YNode()] {
		return nil
	}
	before[i.YNode()] = true
	var all []member
	for _, held := range ynode.HeldBy(i.YNode()) {
		m := member{newItem(yaml.NewRNode(held.Node)), ynode.Join(path, held.Path)}
		all = append(append(all, m), members(m.item, m.path, before)...)
	}
	return all
}

// listed reports the objects in an item that the function would write, merge or judge if
// they stood in the stream themselves.
func (s *plan) listed(i *item) kptfn.Results {
	var results kptfn.Results
	for _, m := range members(i, "", map[*yaml.Node]bool{}) {
		if s.concerns(m.item) {
			results = append(results, i.finding(finding.ListItem, m.path, "is %s/%s in the %s, "+
				"where it cannot be merged or judged; write it as a document of its own", m.Kind, m.Name, i.Kind))
		}
	}
	return results
}

// concerns tells whether the profile has to do with an object.
func (s *plan) concerns(i *item) bool {
	_, wanted := s.wanted[i.ID]
	return wanted || s.anywhere(i) != nil || i.profile() != "" || len(s.inTheWay(i)) > 0 || s.hidden(i) != nil
}
