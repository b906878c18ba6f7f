package ynode

import (
	"bytes"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Marshal writes a node as kyaml's RNode.String does. The library took most of the time
// of a render: it keeps an event of some hundred bytes for each node, and goes through
// each text rune by rune. What needs no judgement of its own is written without it.
func Marshal(n *yaml.Node) ([]byte, error) {
	if content, ok := write(n, 0); ok {
		return content, nil
	}
	return marshalAroundItems(n)
}

// marshalAroundItems lets the library write a mapping, but for those items of its lists
// that are written without it: one comment in a list of objects is no reason to give it
// all of them.
func marshalAroundItems(n *yaml.Node) ([]byte, error) {
	rest, items := withoutItems(n)
	content, err := marshal(rest)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for i, item := range items {
		mark := []byte(placeholder(i) + "\n")
		before, after, found := bytes.Cut(content, mark)
		if !found || bytes.Contains(after, mark) { // a value of the input looks like it
			return marshal(n)
		}
		b.Write(before)
		b.Write(item)
		content = after
	}
	b.Write(content)
	return b.Bytes(), nil
}

func placeholder(i int) string { return fmt.Sprintf("registry-profile-item-%d", i) }

// withoutItems returns a copy of a mapping in whose lists a placeholder stands for each
// item that could be written, and these items as they were written, in their order.
func withoutItems(n *yaml.Node) (*yaml.Node, [][]byte) {
	var items [][]byte
	rest := *n
	rest.Content = slices.Clone(n.Content)
	for at, value := range n.Content {
		if n.Kind != yaml.MappingNode || value.Kind != yaml.SequenceNode {
			continue
		}
		list := *value
		list.Content = slices.Clone(value.Content)
		for i, item := range value.Content {
			if text, ok := write(item, step); ok {
				list.Content[i] = String(placeholder(len(items)))
				items = append(items, text)
			}
		}
		rest.Content[at] = &list
	}
	return &rest, items
}

func marshal(n *yaml.Node) ([]byte, error) {
	buffer := &bytes.Buffer{}
	encoder := yaml.NewEncoder(buffer)
	if err := encoder.Encode(n); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
