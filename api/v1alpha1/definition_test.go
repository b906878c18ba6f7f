package v1alpha1

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/resid"
)

//go:embed registryprofile.yaml
var functionDefinition string

const generatedFile = "zz_generated.schema.go"

// TestSchemaIsTheDefinitions holds the generated code to registryprofile.yaml. The code has
// no descriptions: the function, which builds the schema at every start, has no use for them.
func TestSchemaIsTheDefinitions(t *testing.T) {
	want := definedSchema(t)
	withoutDescriptions(want)
	golden(t, generatedFile, generate(t, want))
	require.JSONEq(t, asJSON(t, want), asJSON(t, Schema()))
}

// definedSchema reads registryprofile.yaml as other tools do.
func definedSchema(t *testing.T) *spec.Schema {
	t.Helper()
	s, err := framework.SchemaFromFunctionDefinition(resid.NewGvk(Group, Version, Kind), functionDefinition)
	require.NoError(t, err)
	return s
}

// golden compares a generated file with what is generated now. With UPDATE=1 in the
// environment it writes the file.
func golden(t *testing.T, file string, want []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, want, 0o644))
		return
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "run make update-golden")
}

func withoutDescriptions(s *spec.Schema) {
	s.Description = ""
	for name, property := range s.Properties {
		withoutDescriptions(&property)
		s.Properties[name] = property
	}
	if s.Items != nil {
		withoutDescriptions(s.Items.Schema)
	}
	if more := s.AdditionalProperties; more != nil && more.Schema != nil {
		withoutDescriptions(more.Schema)
	}
}

func asJSON(t *testing.T, s *spec.Schema) string {
	t.Helper()
	content, err := json.Marshal(s)
	require.NoError(t, err)
	return string(content)
}

// generator writes each schema once, as a variable that is named after its first path.
type generator struct {
	t     *testing.T
	names map[string]string
	lines []string
}

func generate(t *testing.T, root *spec.Schema) []byte {
	t.Helper()
	g := &generator{t: t, names: map[string]string{}}
	last := g.variable(root)
	code := "// Code generated from registryprofile.yaml by make update-golden. DO NOT EDIT.\n\npackage v1alpha1\n\n" +
		"import (\n\t\"github.com/registryprofile/registry-profile/internal/schema\"\n" +
		"\t\"k8s.io/kube-openapi/pkg/validation/spec\"\n)\n\nfunc functionSchema() *spec.Schema {\n" +
		strings.Join(g.lines, "\n") + "\nreturn " + last + "\n}\n"
	formatted, err := format.Source([]byte(code))
	require.NoError(t, err)
	return formatted
}

// variable returns the name of a schema's variable.
func (g *generator) variable(s *spec.Schema) string {
	key := asJSON(g.t, s)
	if name, ok := g.names[key]; ok {
		return name
	}
	expression := g.expression(s)
	name := fmt.Sprintf("s%d", len(g.names))
	g.names[key] = name
	g.lines = append(g.lines, name+" := "+expression)
	return name
}

func (g *generator) expression(s *spec.Schema) string {
	options := []string{fmt.Sprintf("%q", s.Type[0])}
	add := func(set bool, format string, args ...any) {
		if set {
			options = append(options, fmt.Sprintf("schema."+format, args...))
		}
	}
	for _, other := range s.Type[1:] {
		add(true, "Or(%q)", other)
	}
	add(s.Nullable, "Nullable()")
	add(len(s.Required) > 0, "Required(%s)", quoted(s.Required))
	add(len(s.Enum) > 0, "Enum(%s)", quoted(s.Enum))
	if s.MinLength != nil {
		add(true, "MinLength(%d)", *s.MinLength)
	}
	if s.MinItems != nil {
		add(true, "MinItems(%d)", *s.MinItems)
	}
	if s.Minimum != nil {
		add(true, "Minimum(%v)", *s.Minimum)
	}
	if s.Maximum != nil {
		add(true, "Maximum(%v)", *s.Maximum)
	}
	if s.Items != nil {
		add(true, "Items(%s)", g.variable(s.Items.Schema))
	}
	if more := s.AdditionalProperties; more != nil && more.Schema != nil {
		add(true, "Values(%s)", g.variable(more.Schema))
	}
	if more := s.AdditionalProperties; len(s.Properties) > 0 || more != nil && !more.Allows {
		fields := ""
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			property := s.Properties[name]
			fields += fmt.Sprintf("%q: %s,\n", name, g.variable(&property))
		}
		add(true, "Closed(schema.Fields{\n%s})", fields)
	}
	return "schema.Of(" + strings.Join(options, ", ") + ")"
}

func quoted[T any](values []T) string {
	var all []string
	for _, value := range values {
		all = append(all, fmt.Sprintf("%#v", value))
	}
	return strings.Join(all, ", ")
}
