package v1alpha1

import (
	_ "embed"
	"sync"

	"github.com/registryprofile/registry-profile/internal/schema"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// Schema returns the OpenAPI schema of a RegistryProfile, from registryprofile.yaml.
// It must not be modified, and says nothing about what a field means: JSONSchema does.
//
// The program has it as Go code, in zz_generated.schema.go: reading the YAML took a tenth
// of a cold start. A test writes that file, and holds it to what kyaml's
// framework.SchemaFromFunctionDefinition reads, as other tools do.
func Schema() *spec.Schema { return definition().Root }

// JSONSchema returns the same schema for editors and people, in JSON Schema draft 7: with
// what each field means, and with its default. The function never reads it.
func JSONSchema() []byte { return jsonSchema }

//go:embed registryprofile.schema.json
var jsonSchema []byte

var definition = sync.OnceValue(func() *schema.Schema { return schema.New(functionSchema(), refused) })
