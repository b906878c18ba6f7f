package v1alpha1

import (
	_ "embed"
	"fmt"
	"sync"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

//go:embed registryprofile.yaml
var functionDefinition string

// Schema returns the OpenAPI schema of a RegistryProfile, from
// registryprofile.yaml. It must not be modified.
//
// It is what kyaml's framework.SchemaFromFunctionDefinition returns, and a test
// holds it to that. Read here, with aliases shared instead of copied, it takes a
// tenth of the time, which is most of a cold start.
var Schema = sync.OnceValue(func() *spec.Schema {
	definition, err := yaml.Parse(functionDefinition)
	if err != nil {
		panic("registryprofile.yaml: " + err.Error())
	}
	_, n := find(definition.YNode(), "spec.versions[0].schema.openAPIV3Schema")
	return schemaReader{}.read(n)
})

// schemaReader holds the schemas that have an anchor, by their node.
type schemaReader map[*yaml.Node]*spec.Schema

func (r schemaReader) read(n *yaml.Node) *spec.Schema {
	n = target(n)
	if known, ok := r[n]; ok {
		return known
	}
	schema := &spec.Schema{}
	r.fields(n, schema)
	r[n] = schema
	return schema
}

func (r schemaReader) fields(n *yaml.Node, s *spec.Schema) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		switch key {
		case "<<":
			r.fields(target(value), s)
		case "description":
			s.Description = value.Value
		case "type":
			s.Type = decoded[spec.StringOrArray](value)
		case "nullable":
			s.Nullable = decoded[bool](value)
		case "uniqueItems":
			s.UniqueItems = decoded[bool](value)
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
			panic(fmt.Sprintf("registryprofile.yaml:%d: %s is not read", n.Content[i].Line, key))
		}
	}
}

func (r schemaReader) properties(n *yaml.Node, properties map[string]spec.Schema) {
	n = target(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name, value := n.Content[i].Value, n.Content[i+1]; name == "<<" {
			r.properties(value, properties)
		} else {
			properties[name] = *r.read(value)
		}
	}
}

func (r schemaReader) additional(n *yaml.Node) *spec.SchemaOrBool {
	if n.ShortTag() == yaml.NodeTagBool {
		return &spec.SchemaOrBool{Allows: decoded[bool](n)}
	}
	return &spec.SchemaOrBool{Allows: true, Schema: r.read(n)}
}

// target follows an alias.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// decoded decodes a value of our own file; one name instead of a list of names
// is a list of one.
func decoded[T any](n *yaml.Node) T {
	var value T
	if _, list := any(value).(spec.StringOrArray); list && n.Kind == yaml.ScalarNode {
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}
	}
	if err := n.Decode(&value); err != nil {
		panic(fmt.Sprintf("registryprofile.yaml:%d: %v", n.Line, err))
	}
	return value
}
