package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// MergedAnnotation marks an object of the user's own into which fields of a
// profile were merged, and lists them as JSON pointers, so that a field that
// leaves the profile leaves the object too. Such an object is never removed.
const MergedAnnotation = v1alpha1.Group + "/merged"

// Change says what became of a resource among the items.
type Change int

// The changes.
const (
	Added   Change = iota // the object is new
	Updated               // an object of an earlier run has this run's content
	Merged                // our fields are in an object of the user's own
)

// upsert puts a resource among the items. An object that an earlier run
// generated takes its content; one of the user's own keeps every field that the
// resource does not set. Comments, path and index annotations are kept. The
// caller has made sure that the object may be written (see conflicts).
func upsert(items []*item, r *item) ([]*item, Change) {
	i := slices.IndexFunc(items, func(other *item) bool { return other.id == r.id })
	switch {
	case i < 0:
		return append(items, r), Added
	case items[i].generatedBy(r.profile()):
		update(items[i], r)
		return items, Updated
	}
	merge(items[i], r)
	return items, Merged
}

// update gives an object of an earlier run the content of this one.
func update(existing, r *item) {
	for key, value := range existing.annotations {
		if isBookkeeping(key) {
			setAnnotation(r.RNode, key, value)
		}
	}
	overlay(existing.YNode(), r.YNode(), true)
}

// merge writes the fields of a resource into an object of the user's own.
func merge(existing, r *item) {
	ours := leaves(field(r.YNode(), "spec"), "/spec")
	for _, pointer := range strings.Split(existing.annotations[MergedAnnotation], ",") {
		if path := strings.Split(pointer, "/"); len(path) > 1 && !slices.Contains(ours, pointer) {
			remove(existing.YNode(), path[1:])
		}
	}
	setAnnotation(r.RNode, MergedAnnotation, strings.Join(ours, ","))
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
	return strings.HasPrefix(key, "internal.config.kubernetes.io/") || strings.HasPrefix(key, "kustomize.config.k8s.io/") || slices.Contains(legacy, key)
}

func setAnnotation(n *yaml.RNode, key, value string) {
	if err := n.PipeE(yaml.SetAnnotation(key, value)); err != nil {
		panic(fmt.Sprintf("annotating %s: %v", n.GetKind(), err))
	}
}
