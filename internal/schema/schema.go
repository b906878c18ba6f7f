// Package schema builds OpenAPI schemas and reports, in words for people, everything in
// which an object differs from one. It knows no version of the API.
package schema

import (
	"strings"
	"sync"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	openapi "k8s.io/kube-openapi/pkg/validation/errors"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Schema is the schema of one version of one kind. It must not be modified.
type Schema struct {
	Root *spec.Schema
	// Refused holds the fields that are unknown on purpose, by path.
	Refused   map[string]Refusal
	validator *validate.SchemaValidator
	// byName holds the paths of all fields by the field's name, once index is done.
	byName map[string][]string
	index  sync.Once
}

// Refusal says why a field is refused, and what to do instead.
type Refusal struct {
	Code    finding.Code
	Message string
}

// New returns the schema with its validator.
func New(root *spec.Schema, refused map[string]Refusal) *Schema {
	return &Schema{Root: root, Refused: refused, validator: validate.NewSchemaValidator(root, nil, "", strfmt.Default)}
}

// Check reports everything in which an object differs from the schema.
func (s *Schema) Check(content *yaml.Node) kptfn.Results {
	var results, others kptfn.Results
	for _, err := range s.validator.Validate(Value(content)).Errors {
		invalid, ok := err.(*openapi.Validation)
		switch {
		case !ok:
			others = append(others, finding.Error(finding.YAML, "", "%s", finding.OneLine(err.Error())))
		case invalid.Code() == openapi.EnumFailCode && invalid.Value == nil: // reported as a wrong type
		default:
			results = append(results, s.finding(invalid, content))
		}
	}
	if len(results) == 0 {
		return others
	}
	return results // the others follow from these
}

// At returns the schema of a field path, or an empty one.
func (s *Schema) At(path string) *spec.Schema {
	schema := s.Root
	for _, field := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		switch {
		case schema.Items != nil:
			schema = schema.Items.Schema
		case schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil:
			return schema.AdditionalProperties.Schema
		default:
			next, ok := schema.Properties[field]
			if !ok {
				return &spec.Schema{}
			}
			schema = &next
		}
	}
	return schema
}
