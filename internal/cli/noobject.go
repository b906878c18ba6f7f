package cli

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// refuseNoObjects reports the items of a ResourceList that are no objects, which the SDK
// cannot hold, and writes the list with them as they came. It refuses nothing where there are none.
func (s *session) refuseNoObjects(list *yaml.Node) (refused bool, err error) {
	results := noObjects(ynode.Field(list, "items"))
	if len(results) == 0 {
		return false, nil
	}
	var config *yaml.RNode
	if n := ynode.Field(list, "functionConfig"); n != nil && n.Kind == yaml.MappingNode {
		config = yaml.NewRNode(n)
	}
	var all yaml.Node
	before, err := resultsIn(list)
	if err == nil {
		err = all.Encode(append(before, results...))
	}
	if err == nil {
		err = yaml.NewRNode(list).PipeE(yaml.SetField("results", yaml.NewRNode(&all)))
	}
	if err != nil {
		return false, err
	}
	s.reportResults(config, results)
	content, err := ynode.Marshal(list)
	if err == nil {
		_, err = s.out.Write(content)
	}
	return true, err
}

func noObjects(items *yaml.Node) kptfn.Results {
	if items == nil || items.Kind != yaml.SequenceNode {
		return nil
	}
	var results kptfn.Results
	for i, item := range items.Content {
		if item.Kind != yaml.MappingNode {
			results = append(results, finding.Error(finding.YAML, fmt.Sprintf("items[%d]", i),
				"is no object; remove it, or write its fields"))
		}
	}
	return results
}
