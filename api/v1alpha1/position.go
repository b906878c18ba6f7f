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
	line, _ = find(n.YNode(), path)
	return line
}

// find follows a field path such as "spec.registry.routes[0].name". It returns
// the line where it ends, and the node there, or nil.
func find(n *yaml.Node, path string) (line int, value *yaml.Node) {
	line = n.Line
	for path != "" {
		var at *yaml.Node
		if at, n, path = child(target(n), path); n == nil {
			return line, nil
		}
		line = at.Line
	}
	return line, n
}

// child returns the node under the first segment of a path, the node that marks
// its place, and the rest of the path. Keys may contain dots, so that the longest
// key that fits is the one.
func child(n *yaml.Node, path string) (at, value *yaml.Node, rest string) {
	if n.Kind == yaml.SequenceNode {
		index, rest, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		if i, err := strconv.Atoi(index); err == nil && i < len(n.Content) {
			return n.Content[i], n.Content[i], strings.TrimPrefix(rest, ".")
		}
		return nil, nil, ""
	}
	longest := -1
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		after, ok := strings.CutPrefix(path, key)
		if ok && len(key) > longest && (after == "" || after[0] == '.' || after[0] == '[') {
			at, value, rest, longest = n.Content[i], n.Content[i+1], strings.TrimPrefix(after, "."), len(key)
		}
	}
	return at, value, rest
}
