package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// update gives an object of an earlier run the content of this one.
func update(existing, r *item) {
	for key, value := range existing.Annotations {
		if isBookkeeping(key) {
			setAnnotation(r.RNode, key, value)
		}
	}
	overlay(existing.YNode(), r.YNode(), true)
}

// merge writes the fields of a resource into an object of the user's own.
func merge(existing, r *item) {
	ours := leaves(ynode.Field(r.YNode(), "spec"), "/spec")
	for _, pointer := range strings.Split(existing.Annotations[generators.MergedAnnotation], ",") {
		if path := strings.Split(pointer, "/"); len(path) > 1 && !slices.Contains(ours, pointer) {
			remove(existing.YNode(), path[1:])
		}
	}
	setAnnotation(r.RNode, generators.MergedAnnotation, strings.Join(ours, ","))
	overlay(existing.YNode(), r.YNode(), false)
}

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

// remove deletes the field at a path, and the mappings that it leaves empty.
func remove(n *yaml.Node, path []string) {
	for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		if n.Content[i].Value != unescape.Replace(path[0]) {
			continue
		}
		if len(path) > 1 {
			remove(n.Content[i+1], path[1:])
		}
		if len(path) == 1 || n.Content[i+1].Kind == yaml.MappingNode && len(n.Content[i+1].Content) == 0 {
			n.Content = slices.Delete(n.Content, i, i+2)
		}
		return
	}
}

// isBookkeeping recognises the annotations by which kustomize, kpt and the SDK
// follow an item through a function.
func isBookkeeping(key string) bool {
	//lint:ignore SA1019 older tools still set these
	legacy := []string{kioutil.LegacyPathAnnotation, kioutil.LegacyIndexAnnotation, kioutil.LegacyIdAnnotation}
	return strings.HasPrefix(key, "internal.config.kubernetes.io/") ||
		strings.HasPrefix(key, "kustomize.config.k8s.io/") || slices.Contains(legacy, key)
}

func setAnnotation(n *yaml.RNode, key, value string) {
	if err := n.PipeE(yaml.SetAnnotation(key, value)); err != nil {
		panic(fmt.Sprintf("annotating %s: %v", n.GetKind(), err))
	}
}
