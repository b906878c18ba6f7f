package cli

import (
	"errors"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// parseList reads a ResourceList. The SDK refuses a null where a field may be missing, and names
// types of Go where something is of a wrong type.
func parseList(input []byte) (*kptfn.ResourceList, error) {
	rl, err := kptfn.ParseResourceList(input)
	if err == nil {
		return rl, nil
	}
	list, wrong := yaml.Parse(string(input))
	if wrong != nil || ynode.Text(list.YNode(), "kind") != kio.ResourceListKind {
		return nil, err
	}
	if wrong := wrongTypes(list.YNode()); wrong != nil {
		return nil, wrong
	}
	nulls := false
	for _, field := range []string{"functionConfig", "items"} {
		if n := ynode.Field(list.YNode(), field); n != nil && ynode.Target(n).ShortTag() == yaml.NodeTagNull {
			nulls = true
			if err := list.PipeE(yaml.Clear(field)); err != nil {
				return nil, err
			}
		}
	}
	if !nulls {
		return nil, err
	}
	without, err := ynode.Marshal(list.YNode())
	if err != nil {
		return nil, err
	}
	return kptfn.ParseResourceList(without)
}

// wrongTypes says which field of a ResourceList is not what it has to be.
func wrongTypes(list *yaml.Node) error {
	is := func(field string, kind yaml.Kind) bool {
		n := ynode.Target(ynode.Field(list, field))
		return n == nil || n.Kind == kind || n.ShortTag() == yaml.NodeTagNull
	}
	if !is("functionConfig", yaml.MappingNode) {
		return errors.New("functionConfig is no object; write the RegistryProfile there")
	}
	if !is("items", yaml.SequenceNode) {
		return errors.New("items is no list; write a list of objects, or leave it out")
	}
	results := ynode.Target(ynode.Field(list, "results"))
	if results != nil && results.Kind == yaml.SequenceNode && results.Decode(&kptfn.Results{}) != nil {
		return errors.New("results holds what is no result of a function; leave it out")
	}
	return nil
}
