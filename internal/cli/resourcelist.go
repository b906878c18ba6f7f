package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// readList reads the one ResourceList that the input has to be. The SDK has a reader too. It
// names types of Go where something is of a wrong type, panics where an item is an alias, and
// refuses a null where a field may be missing.
func readList(input []byte) (*yaml.Node, error) {
	list, err := onlyDocument(input)
	if err != nil {
		return nil, err
	}
	if list.Kind != yaml.MappingNode {
		return nil, errors.New("it is no object")
	}
	if kind := ynode.Text(list, "kind"); kind != kio.ResourceListKind {
		return nil, fmt.Errorf("its kind is %q", kind)
	}
	keys := map[string]bool{}
	for i := 0; i < len(list.Content); i += 2 {
		key := ynode.Key(list.Content[i])
		if keys[key] {
			return nil, fmt.Errorf("%s is set twice; keep one of them", key)
		}
		keys[key] = true
	}
	if err := sharedAnchor(list); err != nil {
		return nil, err
	}
	return list, wrongTypes(list)
}

// onlyDocument returns the one document of the input that is not empty.
func onlyDocument(input []byte) (*yaml.Node, error) {
	var only *yaml.Node
	for decoder := yaml.NewDecoder(bytes.NewReader(input)); ; {
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		content := document.Content[0]
		switch {
		case content.ShortTag() == yaml.NodeTagNull:
		case only != nil:
			return nil, errors.New("more than one document stands there; write one ResourceList")
		default:
			only = content
		}
	}
	if only == nil {
		return nil, errors.New("nothing stands there but comments")
	}
	return only, nil
}

// wrongTypes says which field of a ResourceList is not what it has to be.
func wrongTypes(list *yaml.Node) error {
	is := func(field string, kind yaml.Kind) bool {
		n := ynode.Field(list, field)
		return isNull(n) || n.Kind == kind
	}
	if !is("functionConfig", yaml.MappingNode) {
		return errors.New("functionConfig is no object; write the RegistryProfile there")
	}
	if !is("items", yaml.SequenceNode) {
		return errors.New("items is no list; write a list of objects, or leave it out")
	}
	if _, err := resultsIn(list); err != nil {
		return errors.New("results holds what is no result of a function; leave it out")
	}
	return nil
}

// sharedAnchor refuses an alias that stands for something of another object: each goes its
// own way, so that one of them would be without it.
func sharedAnchor(list *yaml.Node) error {
	for i := 0; i < len(list.Content); i += 2 {
		key, value := ynode.Key(list.Content[i]), list.Content[i+1]
		if key != "items" || value.Kind != yaml.SequenceNode {
			if err := aliasOutOf(value, key); err != nil {
				return err
			}
			continue
		}
		for at, item := range value.Content {
			if err := aliasOutOf(item, fmt.Sprintf("items[%d]", at)); err != nil {
				return err
			}
		}
	}
	return nil
}

func aliasOutOf(n *yaml.Node, path string) error {
	within := map[*yaml.Node]bool{}
	var aliases []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Anchor != "" {
			within[n] = true
		}
		if n.Kind == yaml.AliasNode {
			aliases = append(aliases, n)
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(n)
	for _, alias := range aliases {
		if !within[alias.Alias] {
			return fmt.Errorf("%s has the alias *%s of something outside of it; write that out", path, alias.Value)
		}
	}
	return nil
}

// toList takes the nodes of a ResourceList that readList has returned and whose items are
// objects.
func toList(list *yaml.Node) (*kptfn.ResourceList, error) {
	rl := &kptfn.ResourceList{FunctionConfig: kptfn.NewEmptyKubeObject()}
	if config := ynode.Field(list, "functionConfig"); !isNull(config) {
		rl.FunctionConfig = kptfn.MoveToKubeObject(yaml.NewRNode(config))
	}
	if items := ynode.Field(list, "items"); items != nil {
		for _, item := range items.Content {
			rl.Items = append(rl.Items, kptfn.MoveToKubeObject(yaml.NewRNode(item)))
		}
	}
	results, err := resultsIn(list)
	rl.Results = results
	return rl, err
}

// resultsIn reads the results of the functions before.
func resultsIn(list *yaml.Node) (kptfn.Results, error) {
	var results kptfn.Results
	n := ynode.Field(list, "results")
	if isNull(n) {
		return nil, nil
	}
	err := n.Decode(&results)
	return results, err
}

func isNull(n *yaml.Node) bool { return n == nil || n.ShortTag() == yaml.NodeTagNull }
