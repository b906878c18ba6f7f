// Package ynode reads, compares and writes YAML nodes that may hold anything: unlike
// the accessors of kyaml's RNode it never panics on a value of another type.
package ynode

import (
	"encoding/base64"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Target returns the node that an alias stands for, and any other node itself.
func Target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Field returns the value under a key of a mapping, or nil. It reads keys as the
// readers of YAML do: by alias, as base64 and through merge keys. A key of the
// mapping itself wins over one that is merged.
func Field(mapping *yaml.Node, key string) *yaml.Node { return field(mapping, key, nil) }

// field looks for a key in a mapping that is not among those that were searched before: a
// mapping can merge itself, or another one many times.
func field(mapping *yaml.Node, key string, before map[*yaml.Node]bool) *yaml.Node {
	mapping = Target(mapping)
	if mapping == nil || mapping.Kind != yaml.MappingNode || before[mapping] {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if k := mapping.Content[i]; !isMerge(k) && Key(k) == key {
			return mapping.Content[i+1]
		}
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if !isMerge(mapping.Content[i]) {
			continue
		}
		if before == nil {
			before = map[*yaml.Node]bool{}
		}
		before[mapping] = true
		for _, m := range merged(mapping.Content[i+1]) {
			if value := field(m, key, before); value != nil {
				return value
			}
		}
	}
	return nil
}

// merged returns the mappings that stand under a merge key, alone or in a list.
func merged(n *yaml.Node) []*yaml.Node {
	if list := Target(n); list.Kind == yaml.SequenceNode {
		return list.Content
	}
	return []*yaml.Node{n}
}

// Key returns the text of a key: of an alias what it stands for, and of !!binary what
// it encodes. A key that is no text is "".
func Key(n *yaml.Node) string {
	n = Target(n)
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	if n.ShortTag() == "!!binary" {
		if decoded, err := base64.StdEncoding.DecodeString(n.Value); err == nil {
			return string(decoded)
		}
	}
	return n.Value
}

func isMerge(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" }

// Text returns the text of the scalar below keys that follow each other, or "". Like Key
// it decodes !!binary.
func Text(n *yaml.Node, keys ...string) string {
	for _, key := range keys {
		n = Field(n, key)
	}
	n = Target(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == yaml.NodeTagNull {
		return ""
	}
	return Key(n)
}

// Find follows a field path such as "spec.registry.routes[0].name". It returns the
// line where the path ends, or where its nearest ancestor stands, and the node at
// the end of the path, or nil. The line means something only to the reader of the
// text that n was parsed from: kustomize and kpt hand over rewritten copies.
func Find(n *yaml.Node, path string) (line int, value *yaml.Node) {
	at, value := follow(n, path)
	return at.Line, value
}

// Position returns the line that Find returns, and the column. Both are 0 where n was not
// parsed from a text.
func Position(n *yaml.Node, path string) (line, column int) {
	at, _ := follow(n, path)
	return at.Line, at.Column
}

// follow returns the node that marks the end of a path, or its nearest ancestor, and the
// node at the end of the path, or nil.
func follow(n *yaml.Node, path string) (mark, value *yaml.Node) {
	mark = n
	for path != "" {
		var at *yaml.Node
		if at, n, path = child(Target(n), path); n == nil {
			return mark, nil
		}
		mark = at
	}
	return mark, n
}

// child returns the node under the first segment of a path, the node that marks its
// place, and the rest of the path. Keys may contain dots, so the longest key that
// fits wins.
func child(n *yaml.Node, path string) (at, value *yaml.Node, rest string) {
	if n.Kind == yaml.SequenceNode {
		index, rest, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(n.Content) {
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

// Join returns the path of a field below a path.
func Join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
