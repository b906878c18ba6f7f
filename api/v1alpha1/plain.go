package v1alpha1

import (
	"fmt"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Codes of findings about the YAML itself.
const (
	CodeNotAProfile  = "not-a-profile"
	CodeYAML         = "yaml"
	CodeDuplicateKey = "duplicate-key"
)

// mostNodes and deepest bound a profile whose aliases are expanded. The
// reference, which sets every field, has fewer than a thousand nodes, none deeper
// than 20.
const mostNodes, deepest = 4_000, 100

// MostBytes bounds the text of a profile. The reference, with all its comments, is
// a twentieth of that.
const MostBytes = 1 << 18

// plain returns a copy of the profile that holds nothing but what JSON has, or
// nil with the reason: aliases and merge keys are expanded, and what is dropped
// on the way is reported.
func plain(n *yaml.RNode) (*yaml.Node, kptfn.Results) {
	if size := expandedSize(n.YNode(), 0, map[*yaml.Node]int{}); size > mostNodes {
		return nil, kptfn.Results{fault{message: fmt.Sprintf("has more than %d values once its aliases are expanded, or is nested deeper than %d; a profile has a few hundred values", mostNodes, deepest)}.result(CodeYAML, kptfn.Error)}
	}
	if size := textSize(n.YNode()); size > MostBytes {
		return nil, kptfn.Results{fault{message: fmt.Sprintf("has %d bytes of text; a profile has at most %d", size, MostBytes)}.result(CodeYAML, kptfn.Error)}
	}
	content := yaml.NewRNode(expanded(n.YNode()))
	results := dropStrange(content.YNode(), "")
	if err := content.DeAnchor(); err != nil {
		return nil, append(results, fault{message: oneLine(err.Error())}.result(CodeYAML, kptfn.Error))
	}
	return content.YNode(), results
}

// expandedSize counts the nodes below n as if every alias were a copy. Above
// mostNodes, or too deep, it is mostNodes + 1.
func expandedSize(n *yaml.Node, depth int, known map[*yaml.Node]int) int {
	n = target(n)
	if size, ok := known[n]; ok {
		return size
	}
	if depth > deepest {
		return mostNodes + 1
	}
	known[n] = mostNodes + 1 // an alias of its own ancestor never ends
	size := 1
	for _, child := range n.Content {
		if size += expandedSize(child, depth+1, known); size > mostNodes {
			return mostNodes + 1
		}
	}
	known[n] = size
	return size
}

// textSize counts the bytes of all keys and values, aliases not expanded.
func textSize(n *yaml.Node) int {
	size := len(n.Value)
	for _, child := range n.Content {
		size += textSize(child)
	}
	return size
}

// expanded returns a copy in which every alias is a copy of what it stands for,
// but for keys. RNode.Copy would leave the aliases pointing into the original,
// and DeAnchor would then change that.
func expanded(n *yaml.Node) *yaml.Node {
	c := *target(n)
	c.Anchor = ""
	c.Content = make([]*yaml.Node, len(c.Content))
	for i, child := range target(n).Content {
		if isKey := c.Kind == yaml.MappingNode && i%2 == 0; isKey {
			c.Content[i] = child
		} else {
			c.Content[i] = expanded(child)
		}
	}
	return &c
}

// dropStrange reports and drops what would be lost on the way to JSON, or arrive
// there as something else: second values of a key, keys that are no text, and
// tags that are not YAML's own.
func dropStrange(n *yaml.Node, path string) kptfn.Results {
	var results kptfn.Results
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			results = append(results, dropStrange(item, fmt.Sprintf("%s[%d]", path, i))...)
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
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() == yaml.NodeTagNull:
			results = append(results, fault{path: path, message: "has a key that is no text; write a field's name"}.result(CodeYAML, kptfn.Error))
		case seen[key.Value]:
			results = append(results, fault{path: at, message: "is set twice; keep one of them"}.result(CodeDuplicateKey, kptfn.Error))
		case !slices.Contains(plainTags, value.ShortTag()):
			results = append(results, fault{path: at, message: fmt.Sprintf("has the tag %s, which Kubernetes does not know; remove it", quote(value.Tag))}.result(CodeYAML, kptfn.Error))
		default:
			kept = append(kept, key, value)
			results = append(results, dropStrange(value, at)...)
		}
		seen[key.Value] = true
	}
	n.Content = kept
	return results
}

// plainTags are those of JSON, and of dates, which are strings there.
var plainTags = []string{yaml.NodeTagMap, yaml.NodeTagSeq, yaml.NodeTagString, yaml.NodeTagBool, yaml.NodeTagInt, yaml.NodeTagFloat, yaml.NodeTagNull, "!!timestamp"}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
