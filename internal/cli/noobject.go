package cli

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// refuseNoObjects reports the items of a ResourceList that are no objects, which the SDK
// cannot hold, and returns the list with them as they came. It returns nil where there are none.
func (s *session) refuseNoObjects(list *yaml.Node) ([]byte, error) {
	results := noObjects(ynode.Field(list, "items"))
	if len(results) == 0 {
		return nil, nil
	}
	var config *yaml.RNode
	if n := ynode.Field(list, "functionConfig"); n != nil && n.Kind == yaml.MappingNode {
		config = yaml.NewRNode(n)
	}
	var encoded yaml.Node
	if err := encoded.Encode(results); err != nil {
		return nil, err
	}
	all := yaml.LookupCreate(yaml.SequenceNode, "results")
	if err := yaml.NewRNode(list).PipeE(all, yaml.Append(encoded.Content...)); err != nil {
		return nil, err
	}
	s.reportResults(config, results)
	return ynode.Marshal(list)
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
