package ynode

import (
	"fmt"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// mostNodes and deepest bound a profile whose aliases are expanded. The reference,
// which sets every field, has fewer than a thousand nodes, none deeper than 20.
const mostNodes, deepest = 4_000, 100

// MostBytes bounds the text of a profile. The reference, with all its comments, has a
// twentieth of that.
const MostBytes = 1 << 18

// Plain returns a copy of a profile that holds nothing but what JSON has: aliases and
// merge keys are expanded, and what is dropped on the way is reported. The copy is nil
// where the profile is too large.
func Plain(n *yaml.Node) (*yaml.Node, kptfn.Results) {
	if size := expandedSize(n, 0, map[*yaml.Node]int{}); size > mostNodes {
		return nil, kptfn.Results{finding.Error(finding.YAML, "", "has more than %d values once its aliases are expanded, "+
			"or is nested deeper than %d; a profile has a few hundred values", mostNodes, deepest)}
	}
	if size := textSize(n); size > MostBytes {
		return nil, kptfn.Results{finding.Error(finding.YAML, "",
			"has %d bytes of text; a profile has at most %d", size, MostBytes)}
	}
	content := yaml.NewRNode(expanded(n))
	results := dropStrange(content.YNode(), "")
	if err := content.DeAnchor(); err != nil {
		return nil, append(results, finding.Error(finding.YAML, "", "%s", finding.OneLine(err.Error())))
	}
	return content.YNode(), results
}

// expandedSize counts the nodes below n as if every alias were a copy. Above mostNodes,
// or too deep, it is mostNodes + 1.
func expandedSize(n *yaml.Node, depth int, known map[*yaml.Node]int) int {
	n = Target(n)
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

// expanded returns a copy in which every alias is a copy of what it stands for, but for
// keys. RNode.Copy would leave the aliases pointing into the original, and DeAnchor
// would then change that.
func expanded(n *yaml.Node) *yaml.Node {
	c := *Target(n)
	c.Anchor = ""
	c.Content = make([]*yaml.Node, len(c.Content))
	for i, child := range Target(n).Content {
		if isKey := c.Kind == yaml.MappingNode && i%2 == 0; isKey {
			c.Content[i] = child
		} else {
			c.Content[i] = expanded(child)
		}
	}
	return &c
}

// dropStrange reports and drops what would be lost on the way to JSON, or arrive there
// as something else: second values of a key, keys that are no text, and tags that are
// not YAML's own.
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
		at := Join(path, key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() == yaml.NodeTagNull:
			results = append(results, finding.Error(finding.YAML, path, "has a key that is no text; write a field's name"))
		case seen[key.Value]:
			results = append(results, finding.Error(finding.DuplicateKey, at, "is set twice; keep one of them"))
		case !slices.Contains(plainTags, value.ShortTag()):
			results = append(results, finding.Error(finding.YAML, at,
				"has the tag %s, which Kubernetes does not know; remove it", finding.Quote(value.Tag)))
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
var plainTags = []string{
	yaml.NodeTagMap, yaml.NodeTagSeq, yaml.NodeTagString, yaml.NodeTagBool,
	yaml.NodeTagInt, yaml.NodeTagFloat, yaml.NodeTagNull, "!!timestamp",
}
