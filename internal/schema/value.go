package schema

import (
	"math"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Value converts a node to the types that the validator knows. Only the types of YAML
// 1.2's JSON schema are left: a date is a string, as it is to Kubernetes.
func Value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = Value(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		s := make([]any, len(n.Content))
		for i, item := range n.Content {
			s[i] = Value(item)
		}
		return s
	}
	return scalar(n)
}

func scalar(n *yaml.Node) any {
	var (
		truth   bool
		integer int64
		number  float64
	)
	switch n.ShortTag() {
	case yaml.NodeTagNull:
		return nil
	case yaml.NodeTagBool:
		if n.Decode(&truth) == nil {
			return truth
		}
	case yaml.NodeTagInt:
		if n.Decode(&integer) == nil {
			return integer
		}
	case yaml.NodeTagFloat:
		// A whole number that no integer holds would become another one.
		if n.Decode(&number) == nil && math.Abs(number) < 1<<53 {
			return number
		}
	}
	return n.Value
}

// valueAt returns the value at a field path, or nil.
func valueAt(content *yaml.Node, path string) any {
	if _, n := ynode.Find(content, path); n != nil {
		return Value(n)
	}
	return nil
}

// shown returns a value that a message can show, and nil for objects and lists.
func shown(value any) any {
	switch value.(type) {
	case map[string]any, []any:
		return nil
	}
	return value
}

// typeName names the type of a value, with its article.
func typeName(value any) string {
	switch value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	}
	return "a number"
}
