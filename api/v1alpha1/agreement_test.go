package v1alpha1

import (
	_ "embed"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

//go:embed reference.yaml
var referenceFile string

// documents are the profiles of reference.yaml, in their order.
func documents(t *testing.T) []string {
	t.Helper()
	all := strings.Split(referenceFile, "\n---\n")
	require.Greater(t, len(all), 5)
	return all
}

// TestSchemaAndTypesAgree walks both: each field of one is a field of the other,
// of the same kind.
func TestSchemaAndTypesAgree(t *testing.T) {
	agree(t, "", Schema(), reflect.TypeFor[RegistryProfile]())
}

func agree(t *testing.T, path string, s *spec.Schema, typ reflect.Type) {
	t.Helper()
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	kinds := map[reflect.Kind]string{reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer"}
	if !assert.True(t, s.Type.Contains(kinds[typ.Kind()]), "%s: %v in the schema, %s in Go", path, s.Type, typ) {
		return
	}
	switch typ.Kind() {
	case reflect.Slice:
		agree(t, path+"[]", s.Items.Schema, typ.Elem())
	case reflect.Map:
		agree(t, path+"{}", s.AdditionalProperties.Schema, typ.Elem())
	case reflect.Struct:
		assert.NotNil(t, s.AdditionalProperties, "%s accepts unknown fields", path)
		fields := map[string]reflect.Type{}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ",")
			require.NotEmpty(t, name, "%s.%s", typ, typ.Field(i).Name)
			fields[name] = typ.Field(i).Type
		}
		if path == ".spec.storage.rgw" {
			delete(fields, "bucketClass") // NooBaa's alone
		}
		assert.ElementsMatch(t, slices.Collect(maps.Keys(fields)), slices.Collect(maps.Keys(s.Properties)), path)
		for name, property := range s.Properties {
			if fields[name] != nil {
				agree(t, path+"."+name, &property, fields[name])
			}
		}
	}
}

// TestReferenceIsAccepted: as it stands, with no finding but the two that it
// announces.
func TestReferenceIsAccepted(t *testing.T) {
	for i, document := range documents(t) {
		p, results := Decode(yaml.MustParse(document))
		require.NotNil(t, p, "document %d: %v", i, results)
		for _, r := range results {
			assert.Contains(t, []string{"rbd-availability", "pruner-deprecated", "leave-storage-once"}, finding.CodeOf(r))
		}
	}
}

// TestReferenceNamesEveryField compares its keys with the schema's.
func TestReferenceNamesEveryField(t *testing.T) {
	named := map[string]bool{}
	for _, document := range documents(t) {
		n := yaml.MustParse(document)
		require.NoError(t, n.DeAnchor())
		keys(Schema(), n.YNode(), "", func(path string, _ *yaml.Node) { named[path] = true })
	}
	for _, path := range fieldsOf(Schema(), "") {
		assert.True(t, named[path], "reference.yaml does not name %s", path)
	}
}

// TestReferenceDocumentsEveryField looks for a comment beside or above each key,
// but for the fields of types of Kubernetes' own.
func TestReferenceDocumentsEveryField(t *testing.T) {
	upstream := regexp.MustCompile(`\.(affinity|tolerations\[\]|topologySpreadConstraints\[\])\.`)
	identity := regexp.MustCompile(`^(apiVersion|kind|metadata|spec|metadata\.name)$|^metadata\.annotations\{\}$`)
	for _, document := range documents(t) {
		lines := strings.Split(document, "\n")
		keys(Schema(), yaml.MustParse(document).YNode(), "", func(path string, key *yaml.Node) {
			if upstream.MatchString(path) || identity.MatchString(path) || strings.HasSuffix(path, "{}") {
				return
			}
			line := lines[key.Line-1]
			above := strings.TrimSpace(lines[max(0, key.Line-2)])
			assert.True(t, strings.Contains(line, "# ") || strings.HasPrefix(above, "#") || path == "spec.storage", "%s has no comment: %s", path, line)
		})
	}
}

var unset = regexp.MustCompile(`# unset\b`)

// TestReferenceShowsTheDefaults: without the fields that it marks "unset", each
// document is the profile that sets nothing but chooses the same backend and
// endpoint.
func TestReferenceShowsTheDefaults(t *testing.T) {
	for i, document := range documents(t) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			lines := strings.Split(document, "\n")
			n := yaml.MustParse(document)
			require.NoError(t, n.DeAnchor())
			dropUnset(n.YNode(), lines)
			shown, results := Decode(n)
			require.NotNil(t, shown, "%v", results)

			chosen := yaml.MustParse("apiVersion: " + APIVersion + "\nkind: " + Kind + "\nmetadata: {name: registry}\nspec: {storage: {}}\n")
			if backend := regexp.MustCompile(`(?m)^    (rgw|noobaa|cephfs|rbd):`).FindStringSubmatch(document); backend != nil {
				endpoint := "{}"
				if regexp.MustCompile(`(?m)^        service: .*\n          scheme:`).MatchString(document) || strings.Contains(document, "        service:\n") {
					endpoint = "{endpoint: {service: {}}}"
				}
				require.NoError(t, chosen.PipeE(yaml.Lookup("spec", "storage"), yaml.SetField(backend[1], yaml.MustParse(endpoint))))
			}
			defaults, results := Decode(chosen)
			require.NotNil(t, defaults, "%v", results)
			assert.Equal(t, defaults, shown)
		})
	}
}

func dropUnset(n *yaml.Node, lines []string) {
	kept := n.Content[:0:0]
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if !unset.MatchString(lines[n.Content[i].Line-1]) {
			dropUnset(n.Content[i+1], lines)
			kept = append(kept, n.Content[i], n.Content[i+1])
		}
	}
	if n.Kind == yaml.MappingNode {
		n.Content = kept
	}
}

// keys visits every key below n with the path that fieldsOf gives it.
func keys(s *spec.Schema, n *yaml.Node, path string, visit func(path string, key *yaml.Node)) {
	n = ynode.Target(n)
	switch {
	case s.Items != nil:
		for _, item := range n.Content {
			keys(s.Items.Schema, item, path+"[]", visit)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if property, ok := s.Properties[key.Value]; ok {
				visit(strings.TrimPrefix(path+"."+key.Value, "."), key)
				keys(&property, n.Content[i+1], strings.TrimPrefix(path+"."+key.Value, "."), visit)
			} else {
				visit(path+"{}", key)
			}
		}
	}
}

// fieldsOf returns the paths of all fields of a schema: a[] is the item of a
// list, a{} the value of a map.
func fieldsOf(s *spec.Schema, path string) []string {
	switch {
	case s.Items != nil:
		return fieldsOf(s.Items.Schema, path+"[]")
	case s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil:
		return []string{path + "{}"}
	}
	var paths []string
	for name, property := range s.Properties {
		at := strings.TrimPrefix(path+"."+name, ".")
		paths = append(append(paths, at), fieldsOf(&property, at)...)
	}
	return paths
}
