package fn

import (
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// overlay writes the content of src into dst, and keeps the comments, the order
// and the style of what stays. With prune, dst ends with the content of src
// alone; without, fields that only dst has are kept. Lists are replaced whole,
// as the API server replaces the lists of Config and ImagePruner.
func overlay(dst, src *yaml.Node, prune bool) {
	switch {
	case dst.Kind != src.Kind:
		replace(dst, src)
	case src.Kind == yaml.MappingNode:
		overlayMap(dst, src, prune)
	case src.Kind == yaml.SequenceNode && len(dst.Content) == len(src.Content):
		for i := range src.Content {
			overlay(dst.Content[i], src.Content[i], true)
		}
	case src.Kind == yaml.SequenceNode || dst.Value != src.Value || dst.ShortTag() != src.ShortTag():
		replace(dst, src)
	}
}

// replace takes over src but for the comments, which are the user's.
func replace(dst, src *yaml.Node) {
	head, line, foot := dst.HeadComment, dst.LineComment, dst.FootComment
	*dst = *yaml.CopyYNode(src)
	dst.HeadComment, dst.LineComment, dst.FootComment = head, line, foot
}

func overlayMap(dst, src *yaml.Node, prune bool) {
	if prune {
		kept := dst.Content[:0:0]
		for i := 0; i+1 < len(dst.Content); i += 2 {
			if ynode.Field(src, dst.Content[i].Value) != nil {
				kept = append(kept, dst.Content[i], dst.Content[i+1])
			}
		}
		dst.Content = kept
	}
	for i := 0; i+1 < len(src.Content); i += 2 {
		key, value := src.Content[i], src.Content[i+1]
		if existing := ynode.Field(dst, key.Value); existing != nil {
			overlay(existing, value, prune)
		} else {
			dst.Content = append(dst.Content, yaml.CopyYNode(key), yaml.CopyYNode(value))
		}
	}
}
