package fn

import (
	"reflect"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// profiles reports two profiles of one name among the items, and one that has the name of
// the profile that runs and says something else. kpt hands over that profile as an item
// too. A profile of another name has a run of its own, which finds this one's Config.
func profiles(items []*item, running *yaml.Node) kptfn.Results {
	byName := map[string][]*item{}
	for _, i := range items {
		if i.Group == v1alpha1.Group && i.Kind == v1alpha1.Kind {
			byName[i.Name] = append(byName[i.Name], i)
		}
	}
	var results kptfn.Results
	for name, named := range byName {
		draft := finding.At(finding.DuplicateProfile, "metadata.name").Value(name)
		switch {
		case len(named) > 1:
			results = append(results, named[0].about(draft.Say(
				"is the name of two profiles in the input; keep one of them")))
		case name == ynode.Text(running, "metadata", "name") && !sameSpec(named[0].YNode(), running):
			results = append(results, named[0].about(draft.Say(
				"is also the name of the profile that runs, which says something else; keep one of them")))
		}
	}
	return results
}

func sameSpec(n, running *yaml.Node) bool {
	plain, _ := ynode.Plain(n)
	return plain != nil && reflect.DeepEqual(specOf(plain), specOf(running))
}

// specOf returns a profile's spec; null and {} are as good as none.
func specOf(plain *yaml.Node) any {
	spec := ynode.Field(plain, "spec")
	if spec == nil || isNull(spec) || len(spec.Content) == 0 {
		return nil
	}
	return schema.Value(spec)
}
