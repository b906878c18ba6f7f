package v1alpha1

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Codes of findings about the YAML itself.
const (
	CodeNotAProfile  = "not-a-profile"
	CodeYAML         = "yaml"
	CodeDuplicateKey = "duplicate-key"
)

// mostNodes bounds a profile whose aliases are expanded. The reference, which
// sets every field, has fewer than a thousand.
const mostNodes = 20_000

// plain returns a copy of the profile with aliases and merge keys expanded, or
// nil with the reason. Duplicate keys are reported, and the first one kept.
func plain(n *yaml.RNode) (*yaml.Node, kptfn.Results) {
	if size := expandedSize(n.YNode(), map[*yaml.Node]int{}); size > mostNodes {
		return nil, kptfn.Results{fault{message: fmt.Sprintf("more than %d values once its aliases are expanded; a profile has a few hundred", mostNodes)}.result(CodeYAML, kptfn.Error)}
	}
	content := n.Copy()
	results := dropDuplicates(content.YNode(), "")
	if err := content.DeAnchor(); err != nil {
		return nil, append(results, fault{message: oneLine(err.Error())}.result(CodeYAML, kptfn.Error))
	}
	return content.YNode(), results
}

// expandedSize counts the nodes below n as if every alias were a copy, and
// stops counting above mostNodes.
func expandedSize(n *yaml.Node, known map[*yaml.Node]int) int {
	n = target(n)
	if size, ok := known[n]; ok {
		return size
	}
	known[n] = mostNodes + 1 // an alias of its own ancestor never ends
	size := 1
	for _, child := range n.Content {
		if size += expandedSize(child, known); size > mostNodes {
			return mostNodes + 1
		}
	}
	known[n] = size
	return size
}

func dropDuplicates(n *yaml.Node, path string) kptfn.Results {
	var results kptfn.Results
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			results = append(results, dropDuplicates(item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	if n.Kind != yaml.MappingNode {
		return results
	}
	seen := map[string]bool{}
	kept := make([]*yaml.Node, 0, len(n.Content))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if seen[key.Value] {
			results = append(results, fault{path: at, message: "is set twice; keep one of them"}.result(CodeDuplicateKey, kptfn.Error))
			continue
		}
		seen[key.Value] = true
		kept = append(kept, key, value)
		results = append(results, dropDuplicates(value, at)...)
	}
	n.Content = kept
	return results
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
