package fn

import (
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// leaves returns the JSON pointers of everything below a node but for the
// content of lists, which are replaced whole.
func leaves(n *yaml.Node, pointer string) []string {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return []string{pointer}
	}
	var pointers []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		pointers = append(pointers, leaves(n.Content[i+1], pointer+"/"+escape.Replace(n.Content[i].Value))...)
	}
	return pointers
}

// steps returns the keys of a JSON pointer; none of what is no pointer.
func steps(pointer string) []string {
	keys := strings.Split(pointer, "/")[1:]
	for i, key := range keys {
		keys[i] = unescape.Replace(key)
	}
	return keys
}

// lookUp returns the node at the end of a path, or nil.
func lookUp(n *yaml.Node, path []string) *yaml.Node {
	for _, key := range path {
		n = ynode.Field(n, key)
	}
	return n
}

// remove deletes the field at a path, and the mappings that it leaves empty.
func remove(n *yaml.Node, path []string) {
	if n == nil || n.Kind != yaml.MappingNode || len(path) == 0 {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != path[0] {
			continue
		}
		below := n.Content[i+1]
		if len(path) > 1 {
			held := len(below.Content) > 0
			remove(below, path[1:])
			if !held || below.Kind != yaml.MappingNode || len(below.Content) > 0 {
				return
			}
		}
		n.Content = slices.Delete(n.Content, i, i+2)
		return
	}
}
