package v1alpha1

import (
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Position returns the line of a field path in the text that n was parsed
// from, or that of its nearest ancestor that is there. It means something only
// to whoever parsed the text: kustomize and kpt hand over rewritten copies.
func Position(n *yaml.RNode, path string) (line int) {
	node := n.YNode()
	line = node.Line
	for _, segment := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		key, value := child(target(node), segment)
		if value == nil {
			break
		}
		node, line = value, key.Line
	}
	return line
}

// child returns the node under a key or an index, and the node that marks its
// place.
func child(n *yaml.Node, segment string) (at, value *yaml.Node) {
	if i, err := strconv.Atoi(segment); err == nil && n.Kind == yaml.SequenceNode && i < len(n.Content) {
		return n.Content[i], n.Content[i]
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == segment {
				return n.Content[i], n.Content[i+1]
			}
		}
	}
	return nil, nil
}
