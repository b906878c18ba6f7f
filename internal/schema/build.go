package schema

import "k8s.io/kube-openapi/pkg/validation/spec"

// Fields are the properties of an object, by name.
type Fields map[string]*spec.Schema

// Option sets one keyword of a schema.
type Option func(*spec.Schema)

// Of returns a schema of a type, such as "object".
func Of(typeName string, options ...Option) *spec.Schema {
	s := &spec.Schema{SchemaProps: spec.SchemaProps{Type: spec.StringOrArray{typeName}}}
	for _, option := range options {
		option(s)
	}
	return s
}

// Or allows one more type.
func Or(typeName string) Option { return func(s *spec.Schema) { s.Type = append(s.Type, typeName) } }

// Nullable allows null.
func Nullable() Option { return func(s *spec.Schema) { s.Nullable = true } }

// Required names the fields that must be there.
func Required(names ...string) Option { return func(s *spec.Schema) { s.Required = names } }

// Enum lists the values that are allowed.
func Enum(values ...any) Option { return func(s *spec.Schema) { s.Enum = values } }

// MinLength is the least number of characters.
func MinLength(n int64) Option { return func(s *spec.Schema) { s.MinLength = &n } }

// MinItems is the least number of items.
func MinItems(n int64) Option { return func(s *spec.Schema) { s.MinItems = &n } }

// Minimum is the least number.
func Minimum(n float64) Option { return func(s *spec.Schema) { s.Minimum = &n } }

// Maximum is the greatest number.
func Maximum(n float64) Option { return func(s *spec.Schema) { s.Maximum = &n } }

// Items is the schema of every item of a list.
func Items(item *spec.Schema) Option {
	return func(s *spec.Schema) { s.Items = &spec.SchemaOrArray{Schema: item} }
}

// Values is the schema of every value of a map.
func Values(value *spec.Schema) Option {
	return func(s *spec.Schema) { s.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: value} }
}

// Closed lists the fields of an object that may have no others.
func Closed(fields Fields) Option {
	return func(s *spec.Schema) {
		s.AdditionalProperties = &spec.SchemaOrBool{}
		s.Properties = make(map[string]spec.Schema, len(fields))
		for name, field := range fields {
			s.Properties[name] = *field
		}
	}
}
