package ynode

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Readings are the identities that readers of YAML may take from one object. There are
// several where a key comes twice, of which some readers take the first value and some
// the last, or where a key stands in the object and is merged too: some readers let the
// merged value win.
type Readings struct {
	groups, kinds, namespaces, names []string
}

// ReadingsOf returns every reading of an object.
func ReadingsOf(n *yaml.Node) Readings {
	var r Readings
	for _, version := range texts(values(n, "apiVersion")) {
		r.groups = append(r.groups, Group(version))
	}
	r.kinds = texts(values(n, "kind"))
	for _, metadata := range values(n, "metadata") {
		r.namespaces = append(r.namespaces, texts(values(metadata, "namespace"))...)
		r.names = append(r.names, texts(values(metadata, "name"))...)
	}
	return r
}

// Unique tells whether all readers take the same identity from the object.
func (r Readings) Unique() bool {
	return max(len(r.groups), len(r.kinds), len(r.namespaces), len(r.names)) <= 1
}

// MayBe tells whether a reader may take the object for the one with an identity. An
// object without a namespace may be in any.
func (r Readings) MayBe(id ID) bool {
	return slices.Contains(r.kinds, id.Kind) && slices.Contains(r.names, id.Name) &&
		(slices.Contains(r.groups, id.Group) || id.Group == "" && len(r.groups) == 0) &&
		(len(r.namespaces) == 0 || id.Namespace == "" || slices.Contains(r.namespaces, id.Namespace))
}

// values returns every value that a reader may find under a key of a mapping.
func values(mapping *yaml.Node, key string) []*yaml.Node {
	return valuesBeside(mapping, key, map[*yaml.Node]bool{})
}

// valuesBeside leaves out the mappings that were searched before.
func valuesBeside(mapping *yaml.Node, key string, before map[*yaml.Node]bool) []*yaml.Node {
	mapping = Target(mapping)
	if mapping == nil || mapping.Kind != yaml.MappingNode || before[mapping] {
		return nil
	}
	before[mapping] = true
	var all []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		switch k, value := Key(mapping.Content[i]), mapping.Content[i+1]; k {
		case key:
			all = append(all, value)
		case "<<": // in quotes too, which not every reader minds
			for _, m := range merged(value) {
				all = append(all, valuesBeside(m, key, before)...)
			}
		}
	}
	return all
}

func texts(nodes []*yaml.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, Text(n))
	}
	return all
}
