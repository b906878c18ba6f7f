package schema

import (
	"fmt"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// read returns the schema of the first version of a KRMFunctionDefinition.
//
// It returns what kyaml's framework.SchemaFromFunctionDefinition returns, and a test
// holds it to that. Read here, with aliases shared instead of copied, it takes a tenth
// of the time, which was most of a cold start.
func read(definition string) *spec.Schema {
	parsed, err := yaml.Parse(definition)
	if err != nil {
		panic("schema: " + err.Error())
	}
	_, n := ynode.Find(parsed.YNode(), "spec.versions[0].schema.openAPIV3Schema")
	return reader{}.read(n)
}

// reader holds the schemas that were read, by their node.
type reader map[*yaml.Node]*spec.Schema

func (r reader) read(n *yaml.Node) *spec.Schema {
	n = ynode.Target(n)
	if known, ok := r[n]; ok {
		return known
	}
	schema := &spec.Schema{}
	r.fields(n, schema)
	r[n] = schema
	return schema
}

func (r reader) fields(n *yaml.Node, s *spec.Schema) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		switch key {
		case "<<":
			r.fields(ynode.Target(value), s)
		case "description":
			s.Description = value.Value
		case "type":
			s.Type = decoded[spec.StringOrArray](value)
		case "nullable":
			s.Nullable = decoded[bool](value)
		case "enum":
			s.Enum = decoded[[]any](value)
		case "required":
			s.Required = decoded[[]string](value)
		case "minLength":
			s.MinLength = decoded[*int64](value)
		case "minItems":
			s.MinItems = decoded[*int64](value)
		case "minimum":
			s.Minimum = decoded[*float64](value)
		case "maximum":
			s.Maximum = decoded[*float64](value)
		case "items":
			s.Items = &spec.SchemaOrArray{Schema: r.read(value)}
		case "properties":
			s.Properties = map[string]spec.Schema{}
			r.properties(value, s.Properties)
		case "additionalProperties":
			s.AdditionalProperties = r.additional(value)
		default:
			panic(fmt.Sprintf("schema, line %d: %s is not read", n.Content[i].Line, key))
		}
	}
}

func (r reader) properties(n *yaml.Node, properties map[string]spec.Schema) {
	n = ynode.Target(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name, value := n.Content[i].Value, n.Content[i+1]; name == "<<" {
			r.properties(value, properties)
		} else {
			properties[name] = *r.read(value)
		}
	}
}

func (r reader) additional(n *yaml.Node) *spec.SchemaOrBool {
	if n.ShortTag() == yaml.NodeTagBool {
		return &spec.SchemaOrBool{Allows: decoded[bool](n)}
	}
	return &spec.SchemaOrBool{Allows: true, Schema: r.read(n)}
}

// decoded decodes a value of the definition. A single name where a list of names is
// wanted becomes a list of one.
func decoded[T any](n *yaml.Node) T {
	var value T
	if _, list := any(value).(spec.StringOrArray); list && n.Kind == yaml.ScalarNode {
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}
	}
	if err := n.Decode(&value); err != nil {
		panic(fmt.Sprintf("schema, line %d: %v", n.Line, err))
	}
	return value
}
