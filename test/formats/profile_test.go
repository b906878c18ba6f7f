package formats

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestSchemaAgreesWithTheProgram: an editor accepts every profile that the program accepts,
// and refuses every one in which the program finds a fault of the schema.
func TestSchemaAgreesWithTheProgram(t *testing.T) {
	s := compile(t, v1alpha1.JSONSchema())
	accepted, refused := 0, 0
	cases.Each(t, func(t *testing.T, c cases.Case) {
		if c.Profile == nil || c.Profile.GetKind() != v1alpha1.Kind {
			return
		}
		content, _ := ynode.Plain(c.Profile.YNode())
		if content == nil { // nothing that an editor could read either
			return
		}
		text, err := json.Marshal(schema.Value(content))
		require.NoError(t, err)
		profile, results := v1alpha1.Decode(c.Profile)
		switch {
		case profile != nil:
			accepted++
			assert.NoError(t, validate(s, text))
		case slices.ContainsFunc(results, ofSchema):
			refused++
			assert.Error(t, validate(s, text), "%v", results)
		}
	})
	assert.Greater(t, accepted, 60)
	assert.Greater(t, refused, 10)
}

// ofSchema tells whether a result is one that the schema alone decides.
func ofSchema(r *kptfn.Result) bool {
	return slices.ContainsFunc(finding.Codes(), func(code finding.Code) bool {
		of := code.Group == "The schema" || strings.HasPrefix(code.Group, "Fields that are refused")
		return of && code.Name == finding.CodeOf(r)
	})
}

// TestSchemaRefuses names what is refused, and where.
func TestSchemaRefuses(t *testing.T) {
	s := compile(t, v1alpha1.JSONSchema())
	profile := func(spec string) []byte {
		n := yaml.MustParse("apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\n" +
			"metadata: {name: registry}\nspec: " + spec)
		text, err := json.Marshal(schema.Value(n.YNode()))
		require.NoError(t, err)
		return text
	}
	for _, spec := range []string{
		"{}", "null", "{storage: {rgw: {bucket: {maxSize: 500Gi}}}}", "{storage: {cephfs: {size: 1099511627776}}}",
		"{registry: {resources: {limits: {cpu: 0.5, memory: 4Gi}}}}",
	} {
		assert.NoError(t, validate(s, profile(spec)), spec)
	}
	for spec, at := range map[string]string{
		"{storrage: {}}":                                   "/spec",
		"{registry: {replicas: two}}":                      "/spec/registry/replicas",
		"{registry: {replicas: 0}}":                        "/spec/registry/replicas",
		"{registry: {replicas: 10000}}":                    "/spec/registry/replicas",
		"{registry: {rolloutStrategy: rollingupdate}}":     "/spec/registry/rolloutStrategy",
		"{registry: {httpSecret: a}}":                      "/spec/registry",
		"{registry: {routes: [{hostname: a.b}]}}":          "/spec/registry/routes/0",
		"{openshiftVersion: 4.20}":                         "/spec/openshiftVersion",
		`{openshiftVersion: ""}`:                           "/spec/openshiftVersion",
		"{registry: {nodeSelector: {a: true}}}":            "/spec/registry/nodeSelector/a",
		"{storage: {rgw: {chunkSizeMiB: 4}}}":              "/spec/storage/rgw/chunkSizeMiB",
		"{storage: {rgw: null}}":                           "/spec/storage/rgw",
		"{storage: {rgw: {trustedCA: {ingress: {a: b}}}}}": "/spec/storage/rgw/trustedCA/ingress",
		"[]": "/spec",
	} {
		assert.ErrorContains(t, validate(s, profile(spec)), "at '"+at+"'", spec)
	}
	for _, whole := range []string{
		`{"apiVersion": "registryprofile.dev/v1", "kind": "RegistryProfile", "metadata": {"name": "a"}}`,
		`{"apiVersion": "registryprofile.dev/v1alpha1", "kind": "RegistryProfile"}`,
		`[]`,
	} {
		assert.Error(t, validate(s, []byte(whole)), whole)
	}
}

// modeline is how a file names its schema to an editor.
var modeline = regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`)

// TestExamplesNameTheSchema: the profile of every example leads an editor to the schema, and
// is accepted by it.
func TestExamplesNameTheSchema(t *testing.T) {
	s := compile(t, v1alpha1.JSONSchema())
	files, err := filepath.Glob(filepath.Join(cases.Root(t), "examples", "*", "profile.yaml"))
	require.NoError(t, err)
	deeper, err := filepath.Glob(filepath.Join(cases.Root(t), "examples", "*", "*", "profile.yaml"))
	require.NoError(t, err)
	seen := 0
	for _, path := range append(files, deeper...) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		n := yaml.MustParse(string(content))
		if n.GetKind() != v1alpha1.Kind { // a patch of one
			continue
		}
		seen++
		text, err := json.Marshal(schema.Value(n.YNode()))
		require.NoError(t, err)
		assert.NoError(t, validate(s, text), path)
		named := modeline.FindStringSubmatch(string(content))
		if assert.NotNil(t, named, "%s names no schema", path) {
			there, err := os.ReadFile(filepath.Join(filepath.Dir(path), named[1]))
			require.NoError(t, err, path)
			assert.Equal(t, string(v1alpha1.JSONSchema()), string(there), path)
		}
	}
	assert.Greater(t, seen, 10)
}

// compile compiles a schema, which must be one.
func compile(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("schema.json", document))
	s, err := compiler.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func validate(s *jsonschema.Schema, text []byte) error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(document)
}
