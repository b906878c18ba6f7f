package v1alpha1

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// keywords are those of JSON Schema draft 7 that the schema uses, in the order in which
// they are written.
type keywords struct {
	Schema      string              `json:"$schema,omitempty"`
	Title       string              `json:"title,omitempty"`
	Description string              `json:"description,omitempty"`
	Type        any                 `json:"type"`
	Default     any                 `json:"default,omitempty"`
	Enum        []any               `json:"enum,omitempty"`
	MinLength   *int64              `json:"minLength,omitempty"`
	MinItems    *int64              `json:"minItems,omitempty"`
	Minimum     *float64            `json:"minimum,omitempty"`
	Maximum     *float64            `json:"maximum,omitempty"`
	Required    []string            `json:"required,omitempty"`
	Properties  map[string]keywords `json:"properties,omitempty"`
	// More is false for an object without other fields, and a schema for a map.
	More  any       `json:"additionalProperties,omitempty"`
	Items *keywords `json:"items,omitempty"`
}

// TestJSONSchemaIsTheDefinitions holds registryprofile.schema.json to registryprofile.yaml
// and to the defaults.
func TestJSONSchemaIsTheDefinitions(t *testing.T) {
	root := toJSONSchema(definedSchema(t), "", defaults(t))
	root.Schema, root.Title = "http://json-schema.org/draft-07/schema#", Kind
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	require.NoError(t, encoder.Encode(root))
	golden(t, "registryprofile.schema.json", content.Bytes())
}

func toJSONSchema(s *spec.Schema, path string, defaults map[string]any) keywords {
	k := keywords{
		Description: s.Description, Type: jsonType(s), Default: defaults[path], Enum: s.Enum, MinLength: s.MinLength,
		MinItems: s.MinItems, Minimum: s.Minimum, Maximum: s.Maximum, Required: s.Required,
	}
	for name, property := range s.Properties {
		if k.Properties == nil {
			k.Properties = map[string]keywords{}
		}
		k.Properties[name] = toJSONSchema(&property, ynode.Join(path, name), defaults)
	}
	if more := s.AdditionalProperties; more != nil && more.Schema != nil {
		k.More = toJSONSchema(more.Schema, path+"{}", defaults)
	} else if more != nil {
		k.More = more.Allows
	}
	if s.Items != nil {
		items := toJSONSchema(s.Items.Schema, path+"[]", defaults)
		k.Items = &items
	}
	return k
}

// jsonType returns one type, or several.
func jsonType(s *spec.Schema) any {
	types := []string(s.Type)
	if s.Nullable {
		types = append(types, "null")
	}
	if len(types) == 1 {
		return types[0]
	}
	return types
}

// defaults returns the default of every field that has one, by path: what is there after
// defaulting where nothing but the backend and the endpoint is chosen, and what
// reference.yaml shows, since Go leaves out a false and a 0. Outside of the storage the
// first choice counts: some defaults of the others follow from it.
func defaults(t *testing.T) map[string]any {
	t.Helper()
	all := map[string]any{}
	for i, storage := range []string{
		"{}", "{noobaa: {}}", "{cephfs: {}}", "{rbd: {}}",
		"{rgw: {endpoint: {service: {}}}}", "{noobaa: {endpoint: {service: {}}}}",
		"{rgw: {endpoint: {external: {}}, trustedCA: {system: {}}}}",
		"{noobaa: {endpoint: {external: {}}, trustedCA: {system: {}}}}",
		"{rgw: {existingClaim: {name: a}}}", "{noobaa: {existingClaim: {name: a}}}",
		"{cephfs: {existingClaim: {name: a}}}", "{rbd: {existingClaim: {name: a}}}",
	} {
		given := yaml.MustParse("apiVersion: " + APIVersion + "\nkind: " + Kind + "\nmetadata: {name: registry}\n" +
			"spec: {storage: " + storage + "}\n")
		profile, results := Decode(given)
		require.NotNil(t, profile, "%s: %v", storage, results)
		content, err := yaml.Marshal(profile)
		require.NoError(t, err)
		addScalars(all, yaml.MustParse(string(content)), given, i == 0)
	}
	for i, document := range documents(t) {
		n := yaml.MustParse(document)
		dropUnset(n.YNode(), strings.Split(document, "\n"))
		addScalars(all, n, yaml.MustParse("{apiVersion: a, kind: a, metadata: {name: a}}"), i == 0)
	}
	return all
}

// addScalars adds the values that are neither given nor known, and only those below
// spec.storage unless everything is asked for.
func addScalars(all map[string]any, profile, given *yaml.RNode, everything bool) {
	for path, value := range scalarsOf(schema.Value(profile.YNode()), "") {
		_, stands := ynode.Find(given.YNode(), path)
		_, known := all[path]
		if stands == nil && !known && (everything || strings.HasPrefix(path, "spec.storage.")) {
			all[path] = value
		}
	}
}

// scalarsOf returns the values below an object, by path.
func scalarsOf(value any, path string) map[string]any {
	fields, ok := value.(map[string]any)
	if !ok {
		return map[string]any{path: value}
	}
	all := map[string]any{}
	for name, field := range fields {
		maps.Copy(all, scalarsOf(field, ynode.Join(path, name)))
	}
	return all
}

// TestEveryFieldIsDescribed: in a sentence or more of its own, in plain text on one line.
func TestEveryFieldIsDescribed(t *testing.T) {
	var root keywords
	require.NoError(t, json.Unmarshal(JSONSchema(), &root))
	fields := 0
	described(t, root, "", &fields)
	assert.Equal(t, len(fieldsOf(Schema(), ""))-countMaps(Schema()), fields, "each field once")
	assert.Equal(t, "http://json-schema.org/draft-07/schema#", root.Schema)
}

func described(t *testing.T, k keywords, path string, fields *int) {
	t.Helper()
	for name, property := range k.Properties {
		at := ynode.Join(path, name)
		*fields++
		text := property.Description
		assert.Regexp(t, `^\S[^\n]*\.$`, text, "%s needs a description in registryprofile.yaml", at)
		assert.LessOrEqual(t, len(text), 200, at)
		assert.NotContains(t, text, "  ", at)
		described(t, property, at, fields)
	}
	if k.Items != nil {
		described(t, *k.Items, path+"[]", fields)
	}
}

// countMaps counts the entries of fieldsOf that are values of maps, and not fields.
func countMaps(s *spec.Schema) int {
	n := 0
	for _, path := range fieldsOf(s, "") {
		if strings.HasSuffix(path, "{}") {
			n++
		}
	}
	return n
}
