package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// update gives an object of an earlier run the content of this one. It keeps comments and
// order, where the object is written so that every field stands where it is looked for.
func update(existing, r *item) {
	for key, value := range existing.Annotations {
		if isBookkeeping(key) {
			setAnnotation(r.RNode, key, value)
		}
	}
	if isPlain(existing.YNode()) {
		overlay(existing.YNode(), r.YNode(), true)
	} else {
		replace(existing.YNode(), r.YNode())
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

// setAnnotation writes a new annotation behind those that are there, as kyaml does: kyaml takes a
// fifth of a render for the two of each object. All else is left to it.
func setAnnotation(n *yaml.RNode, key, value string) {
	annotations := ynode.Field(ynode.Field(n.YNode(), "metadata"), "annotations")
	if annotations != nil && annotations.Kind == yaml.MappingNode && len(annotations.Content) > 0 && ynode.Field(annotations, key) == nil {
		quoted := &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: value, Style: yaml.SingleQuotedStyle}
		annotations.Content = append(annotations.Content, ynode.String(key), quoted)
		return
	}
	if err := n.PipeE(yaml.SetAnnotation(key, value)); err != nil {
		panic(fmt.Sprintf("annotating %s: %v", n.GetKind(), err))
	}
}
