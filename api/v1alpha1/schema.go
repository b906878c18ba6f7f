package v1alpha1

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	openapi "k8s.io/kube-openapi/pkg/validation/errors"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Codes of findings that the schema makes.
const (
	CodeUnknownField = "unknown-field"
	CodeWrongType    = "wrong-type"
	CodeRequired     = "required"
	CodeNotAllowed   = "not-allowed"
	CodeOutOfRange   = "out-of-range"
	CodeEmpty        = "empty"
	CodeDuplicate    = "duplicate"
)

// checkSchema reports everything in which the profile differs from the schema.
func checkSchema(content *yaml.Node) kptfn.Results {
	var results, others kptfn.Results
	for _, err := range validate.NewSchemaValidator(Schema(), nil, "", strfmt.Default).Validate(schemaValue(content)).Errors {
		invalid, ok := err.(*openapi.Validation)
		switch {
		case !ok:
			others = append(others, fault{message: oneLine(err.Error())}.result(CodeYAML, kptfn.Error))
		case invalid.Code() == openapi.EnumFailCode && invalid.Value == nil: // reported as a wrong type
		default:
			results = append(results, schemaFinding(invalid, content))
		}
	}
	if len(results) == 0 {
		return others
	}
	return results // the others follow from these
}

// schemaValue converts YAML to the types that the validator knows. Only the
// types of YAML 1.2's JSON schema are left: a date is a string, as it is to
// Kubernetes.
func schemaValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = schemaValue(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		s := make([]any, len(n.Content))
		for i, item := range n.Content {
			s[i] = schemaValue(item)
		}
		return s
	}
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

// schemaFinding says in our words what the validator found.
func schemaFinding(invalid *openapi.Validation, content *yaml.Node) *kptfn.Result {
	path := strings.TrimPrefix(invalid.Name, ".")
	switch invalid.Code() {
	case openapi.UnallowedPropertyCode:
		return unknownField(path, fmt.Sprint(invalid.Value))
	case openapi.InvalidTypeCode:
		value := valueAt(content, path)
		return fault{path: path, value: scalar(value), message: wrongType(schemaAt(path), value)}.result(CodeWrongType, kptfn.Error)
	case openapi.RequiredFailCode:
		return fault{path: path, message: "is required; add it"}.result(CodeRequired, kptfn.Error)
	case openapi.EnumFailCode:
		return notAllowed(path, fmt.Sprint(invalid.Value), schemaAt(path))
	case openapi.TooShortFailCode:
		return fault{path: path, value: invalid.Value, message: "is empty; write a value, or remove the line to get the default"}.result(CodeEmpty, kptfn.Error)
	case openapi.MinItemsFailCode:
		return fault{path: path, message: "is an empty list; write at least one item"}.result(CodeEmpty, kptfn.Error)
	case openapi.UniqueFailCode:
		return fault{path: path, message: "holds the same item twice; remove one"}.result(CodeDuplicate, kptfn.Error)
	default:
		value := valueAt(content, path)
		return fault{path: path, value: value, message: fmt.Sprintf("%s is out of range; %s", quote(value), bounds(schemaAt(path)))}.result(CodeOutOfRange, kptfn.Error)
	}
}

func valueAt(content *yaml.Node, path string) any {
	if _, n := find(content, path); n != nil {
		return schemaValue(n)
	}
	return nil
}

// explained are fields of Config.spec and of storage.s3 that a profile refuses
// on purpose, with the reason.
var explained = map[string]struct{ code, message string }{
	"spec.registry.storage":                    {"registry-storage", "belongs to the Job, which switches it safely; describe the storage under spec.storage"},
	"spec.registry.managementState":            {"registry-management-state", "belongs to the Job, which sets Managed together with the storage; remove it"},
	"spec.registry.httpSecret":                 {"registry-http-secret", "is a credential and would stand in Git; remove it, the operator generates one"},
	"spec.registry.observedConfig":             {"registry-operator-field", "is written by the operator; remove it"},
	"spec.registry.unsupportedConfigOverrides": {"registry-operator-field", "blocks upgrades of the cluster; remove it"},
	"spec.storage.rgw.encrypt":                 {"storage-encrypt", "makes every push to RGW fail without a KMS (InvalidArgument 400); remove it, and encrypt at rest in ODF"},
	"spec.storage.noobaa.encrypt":              {"storage-encrypt", "makes pushes to NooBaa fail (OCPBUGS-5051); remove it, NooBaa encrypts at rest by itself"},
}

func unknownField(parent, field string) *kptfn.Result {
	path := join(parent, field)
	if e, ok := explained[path]; ok {
		return fault{path: path, message: e.message}.result(e.code, kptfn.Error)
	}
	known := slices.Sorted(maps.Keys(schemaAt(parent).Properties))
	f := fault{path: path, message: "unknown field; remove it (known here: " + strings.Join(known, ", ") + ")"}
	if guess := nearest(field, known); guess != "" {
		f.message, f.propose = fmt.Sprintf("unknown field; did you mean %q?", guess), guess
	}
	return f.result(CodeUnknownField, kptfn.Error)
}

func notAllowed(path, value string, schema *spec.Schema) *kptfn.Result {
	var allowed []string
	for _, e := range schema.Enum {
		allowed = append(allowed, fmt.Sprint(e))
	}
	f := fault{path: path, value: value, message: fmt.Sprintf("%s is not allowed; write one of %s", quote(value), strings.Join(allowed, ", "))}
	if guess := nearest(value, allowed); guess != "" {
		f.message, f.propose = fmt.Sprintf("%s is not allowed; did you mean %q? (one of %s)", quote(value), guess, strings.Join(allowed, ", ")), guess
	}
	return f.result(CodeNotAllowed, kptfn.Error)
}

func wrongType(schema *spec.Schema, value any) string {
	want := strings.Join(schema.Type, " or ")
	switch {
	case value == nil && len(schema.Required) > 0:
		return "has no value; add " + strings.Join(schema.Required, ", ")
	case value == nil && want == "object":
		return "has no value; write {} to choose it with its defaults, or remove the line"
	case value == nil:
		return fmt.Sprintf("has no value; write a %s, or remove the line to get the default", want)
	case want == "string" && scalar(value) != nil:
		// Without the value: YAML has read 4.20 as 4.2.
		return fmt.Sprintf("is a %s where a string is needed; put it in quotes", typeName(value))
	case scalar(value) != nil:
		return fmt.Sprintf("%s is a %s where a value of type %s is needed", quote(value), typeName(value), want)
	}
	return fmt.Sprintf("is a %s where a value of type %s is needed", typeName(value), want)
}

func typeName(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "list"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}

func bounds(schema *spec.Schema) string {
	switch {
	case schema.Minimum != nil && schema.Maximum != nil:
		return fmt.Sprintf("write %.0f to %.0f", *schema.Minimum, *schema.Maximum)
	case schema.Minimum != nil:
		return fmt.Sprintf("write %.0f or more", *schema.Minimum)
	}
	return "see the reference"
}

// scalar returns a value that can be shown, nil for objects and lists.
func scalar(value any) any {
	switch value.(type) {
	case map[string]any, []any:
		return nil
	}
	return value
}

// schemaAt returns the schema of a field path, or an empty one.
func schemaAt(path string) *spec.Schema {
	schema := Schema()
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
