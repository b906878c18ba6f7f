package ynode

import (
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// ID tells objects apart. It has no version, because a version is a way to write an
// object and not another object.
type ID struct {
	Group, Kind, Namespace, Name string
}

// Meta is what an object says of itself.
type Meta struct {
	ID
	APIVersion  string
	Labels      map[string]string
	Annotations map[string]string
}

// IDOf reads the identity of an object of any kind. It leaves empty what is not there or
// has another type.
func IDOf(n *yaml.Node) ID {
	metadata := Field(n, "metadata")
	return ID{
		Group:     Group(Text(n, "apiVersion")),
		Kind:      Text(n, "kind"),
		Namespace: Text(metadata, "namespace"),
		Name:      Text(metadata, "name"),
	}
}

// MetaOf reads an object as IDOf does.
func MetaOf(n *yaml.Node) Meta {
	metadata := Field(n, "metadata")
	return Meta{
		ID:          IDOf(n),
		APIVersion:  Text(n, "apiVersion"),
		Labels:      textsByKey(Field(metadata, "labels")),
		Annotations: textsByKey(Field(metadata, "annotations")),
	}
}

// Group returns the group of an apiVersion such as "batch/v1"; that of "v1" is "".
func Group(apiVersion string) string {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		return ""
	}
	return group
}

// textsByKey returns the scalars of a mapping.
func textsByKey(n *yaml.Node) map[string]string {
	n = Target(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	values := make(map[string]string, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if value := Target(n.Content[i+1]); value.Kind == yaml.ScalarNode {
			values[Key(n.Content[i])] = Key(value)
		}
	}
	return values
}
