package fn

import (
	"fmt"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// member is an object in a List.
type member struct {
	*item
	path string
}

// members returns the objects in a List, and in the Lists that it holds, but for those that
// were found before: a List can hold itself.
func members(i *item, path string, before map[*yaml.Node]bool) []member {
	kind, isList := strings.CutSuffix(i.Kind, "List")
	list := ynode.Target(ynode.Field(i.YNode(), "items"))
	if !isList || list == nil || list.Kind != yaml.SequenceNode || before[list] {
		return nil
	}
	before[list] = true
	var all []member
	for at, n := range list.Content {
		m := member{newItem(yaml.NewRNode(ynode.Target(n))), fmt.Sprintf("%s[%d]", path, at)}
		if m.Kind == "" { // as in a ConfigList
			m.Kind, m.APIVersion, m.Group = kind, i.APIVersion, i.Group
			m.dropNamespace()
		}
		all = append(append(all, m), members(m.item, m.path+".items", before)...)
	}
	return all
}

// listed reports the objects in a List that the function would write, merge or judge if
// they stood in the stream themselves.
func (s *plan) listed(i *item) kptfn.Results {
	var results kptfn.Results
	for _, m := range members(i, "items", map[*yaml.Node]bool{}) {
		if s.concerns(m.item) {
			results = append(results, i.finding(finding.ListItem, m.path, "is %s/%s in a List, "+
				"where it cannot be merged or judged; write it as a document of its own", m.Kind, m.Name))
		}
	}
	return results
}

// concerns tells whether the profile has to do with an object.
func (s *plan) concerns(i *item) bool {
	_, wanted := s.wanted[i.ID]
	return wanted || i.profile() != "" || len(s.inTheWay(i)) > 0 || s.hidden(i) != nil
}
