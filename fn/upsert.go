package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/fn/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// MergedAnnotation marks an object of the user's own into which fields of a
// profile were merged, and lists them as JSON pointers, so that a field that
// leaves the profile leaves the object too. Such an object is never removed.
const MergedAnnotation = v1alpha1.Group + "/merged"

// Change says what Upsert did.
type Change int

// The changes.
const (
	Added   Change = iota // the object is new
	Updated               // an object of an earlier run has this run's content
	Merged                // our fields are in an object of the user's own
)

// Upsert puts a resource among the items. An object that an earlier run
// generated takes its content; one of the user's own keeps every field that the
// resource does not set. Comments, path and index annotations are kept. The
// caller has made sure that the object may be written (see conflicts).
func Upsert(items []*yaml.RNode, r *yaml.RNode) ([]*yaml.RNode, Change) {
	i := slices.IndexFunc(items, func(item *yaml.RNode) bool { return sameID(item, r) })
	if i < 0 {
		return append(items, r.Copy()), Added
	}
	if !generatedBy(items[i], profileOf(r)) {
		merge(items[i], r.Copy())
		return items, Merged
	}
	update(items[i], r.Copy())
	return items, Updated
}

// update gives an object of an earlier run the content of this one.
func update(item, r *yaml.RNode) {
	for key, value := range item.GetAnnotations() {
		if isBookkeeping(key) {
			setAnnotation(r, key, value)
		}
	}
	overlay(item.YNode(), r.YNode(), true)
}

// merge writes the fields of a resource into an object of the user's own.
func merge(item, r *yaml.RNode) {
	ours := leaves(field(r.YNode(), "spec"), "/spec")
	for _, pointer := range strings.Split(item.GetAnnotations()[MergedAnnotation], ",") {
		if pointer != "" && !slices.Contains(ours, pointer) {
			remove(item.YNode(), strings.Split(pointer, "/")[1:])
		}
	}
	setAnnotation(r, MergedAnnotation, strings.Join(ours, ","))
	overlay(item.YNode(), r.YNode(), false)
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
		if len(path) == 1 || len(n.Content[i+1].Content) == 0 {
			n.Content = slices.Delete(n.Content, i, i+2)
		}
		return
	}
}

// sameID compares group, kind, namespace and name: a version is a way to write
// an object, not another object.
func sameID(a, b *yaml.RNode) bool {
	one, other := resid.FromRNode(a), resid.FromRNode(b)
	return one.Group == other.Group && one.Kind == other.Kind && one.Name == other.Name && one.Namespace == other.Namespace
}

// profileOf returns the profile that generated an object, or that was merged
// into it, or "".
func profileOf(item *yaml.RNode) string {
	if item.GetLabels()[generators.ManagedByLabel] != generators.ManagedBy {
		return ""
	}
	return item.GetAnnotations()[generators.ProfileAnnotation]
}

// generatedBy tells whether a run of the profile generated the object as a
// whole.
func generatedBy(item *yaml.RNode, profile string) bool {
	_, merged := item.GetAnnotations()[MergedAnnotation]
	return profileOf(item) == profile && !merged
}

// isBookkeeping recognises the annotations by which kustomize, kpt and the SDK
// follow an item through a function.
func isBookkeeping(key string) bool {
	//lint:ignore SA1019 older tools still set these
	legacy := []string{kioutil.LegacyPathAnnotation, kioutil.LegacyIndexAnnotation, kioutil.LegacyIdAnnotation}
	return strings.HasPrefix(key, "internal.config.kubernetes.io/") || strings.HasPrefix(key, "kustomize.config.k8s.io/") || slices.Contains(legacy, key)
}

func setAnnotation(item *yaml.RNode, key, value string) {
	if err := item.PipeE(yaml.SetAnnotation(key, value)); err != nil {
		panic(fmt.Sprintf("annotating %s: %v", item.GetKind(), err))
	}
}
