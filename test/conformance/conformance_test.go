// Package conformance holds everything that a profile renders to the APIs it is
// meant for, as strictly as an API server would. It is a module of its own, so
// that the function does not depend on an API server.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubeschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	apiservercel "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/client-go/kubernetes/scheme"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

const root = "../.."

func TestEverythingRenderedConforms(t *testing.T) {
	crds := customResources(t)
	checked := map[string]int{}
	for path, profile := range profiles(t) {
		t.Run(path, func(t *testing.T) {
			p, results := v1alpha1.Decode(profile)
			if strings.HasPrefix(path, "examples/") {
				assert.NotNil(t, p, "%v", results)
			}
			if p == nil {
				return
			}
			for _, r := range generators.Expand(p) {
				assert.NoError(t, check(crds, []byte(r.MustString())), "%s %s/%s", r.GetKind(), r.GetNamespace(), r.GetName())
				checked[r.GetKind()]++
			}
		})
	}
	t.Log(checked)
	for _, g := range generators.All() {
		assert.Positive(t, checked[g.Kind], "no case rendered a %s", g.Kind)
	}
}

// TestPlantedFaultsAreFound tests the test: each fault in an object that
// conforms must be found.
func TestPlantedFaultsAreFound(t *testing.T) {
	crds := customResources(t)
	good := map[string]string{}
	p, results := v1alpha1.Decode(yaml.MustParse("apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\n" +
		"metadata: {name: registry}\nspec: {storage: {rgw: {bucket: {maxObjects: 7}}}}\n"))
	require.NotNil(t, p, "%v", results)
	for _, r := range generators.Expand(p) {
		if good[r.GetKind()] == "" { // one of each kind is enough
			good[r.GetKind()] = r.MustString()
		}
	}
	for _, fault := range []struct{ kind, from, to, finds string }{
		{"Config", "\nspec:\n", "\nspec:\n  colour: red\n", "colour"},
		{"Config", "replicas: 2", `replicas: "2"`, "replicas"},
		{"Config", "rolloutStrategy: RollingUpdate", "rolloutStrategy: Never", "rolloutStrategy"},
		{"Config", "\nspec:\n", "\nspec:\n  topologySpreadConstraints: [{maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]\n", "topologyKey"},
		{"Config", "\nmetadata:\n", "\nmetadata:\n  nickname: x\n", "nickname"},
		{"ImagePruner", "keepTagRevisions: 5", "keepTagRevisions: 5.5", "keepTagRevisions"},
		{"Job", "backoffLimit: 6", `backoffLimit: "6"`, "backoffLimit"},
		{"Job", "backoffLimit:", "backofflimit:", "backofflimit"},
		{"Job", "\nmetadata:\n", "\nmetadata:\n  generation: 1\n  generation: 2\n", "generation"},
		{"AlertingRule", "for: 15m", "for: 1 hour", "for"},
		{"AlertingRule", "  groups:", "  rules: []\n  groups:", "rules"},
		{"ObjectBucketClaim", `maxObjects: "7"`, "maxObjects: 7", "additionalConfig"},
		{"ObjectBucketClaim", "storageClassName:", "storageclassname:", "storageclassname"},
		{"ServiceAccount", "name: registry-bootstrap", "name: Registry", "metadata.name"},
		{"ServiceAccount", "kind: ServiceAccount", "kind: Servant", "Servant"},
	} {
		t.Run(fault.kind+" "+fault.to, func(t *testing.T) {
			require.NoError(t, check(crds, []byte(good[fault.kind])))
			require.Contains(t, good[fault.kind], fault.from)
			bad := strings.Replace(good[fault.kind], fault.from, fault.to, 1)
			assert.ErrorContains(t, check(crds, []byte(bad)), fault.finds)
		})
	}
}

// TestRulesInCELAreChecked: those of today's CRDs are about storage and status,
// which no profile renders; a schema of our own shows that others would be found.
func TestRulesInCELAreChecked(t *testing.T) {
	c := newCustomResource(t, &apiextensionsv1.JSONSchemaProps{
		Type: "object",
		Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": {
			Type:         "object",
			Properties:   map[string]apiextensionsv1.JSONSchemaProps{"replicas": {Type: "integer"}},
			XValidations: apiextensionsv1.ValidationRules{{Rule: "self.replicas < 3", Message: "too many"}},
		}},
	})
	assert.NoError(t, c.check(map[string]any{"spec": map[string]any{"replicas": int64(2)}}))
	assert.ErrorContains(t, c.check(map[string]any{"spec": map[string]any{"replicas": int64(3)}}), "too many")
}

// profiles returns those of testdata and examples, by file.
func profiles(t *testing.T) map[string]*yaml.RNode {
	found := map[string]*yaml.RNode{}
	for _, folder := range []string{"testdata", "examples"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".yaml" || (folder == "testdata" && filepath.Base(path) != "input.yaml") {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if profile := profileIn(string(content)); profile != nil {
				found[strings.TrimPrefix(path, root+"/")] = profile
			}
			return nil
		}))
	}
	return found
}

// profileIn returns the profile that a file is, or that a ResourceList has as
// its functionConfig, or nil.
func profileIn(content string) *yaml.RNode {
	n, err := yaml.Parse(content)
	if err != nil || n.IsNilOrEmpty() {
		return nil
	}
	if n.GetKind() == kio.ResourceListKind {
		config := n.Field("functionConfig")
		if config == nil {
			return nil
		}
		n = config.Value
	}
	if n.GetKind() != v1alpha1.Kind {
		return nil
	}
	return n
}

// builtIn returns an empty object of a kind that Kubernetes or ODF's claims bring along,
// or nil.
func builtIn(apiVersion, kind string) any {
	if apiVersion == "objectbucket.io/v1alpha1" && kind == "ObjectBucketClaim" {
		// The CRD (lib-bucket-provisioner, deploy/crds) lets unknown fields pass and loses
		// them; these are all that it knows.
		return &objectBucketClaim{}
	}
	object, err := scheme.Scheme.New(kubeschema.FromAPIVersionAndKind(apiVersion, kind))
	if err != nil {
		return nil
	}
	return object
}

type objectBucketClaim struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		StorageClassName   string            `json:"storageClassName"`
		BucketName         string            `json:"bucketName"`
		GenerateBucketName string            `json:"generateBucketName"`
		AdditionalConfig   map[string]string `json:"additionalConfig"`
	} `json:"spec"`
}

// check returns everything for which an API server would refuse an object, or
// that it would drop.
func check(crds map[string]*customResource, manifest []byte) error {
	content, err := sigsyaml.YAMLToJSONStrict(manifest)
	if err != nil {
		return err
	}
	object := map[string]any{}
	if err := strict(content, &object); err != nil {
		return err
	}
	apiVersion, kind := fmt.Sprint(object["apiVersion"]), fmt.Sprint(object["kind"])
	if typed := builtIn(apiVersion, kind); typed != nil {
		return errors.Join(checkMetadata(object), strict(content, typed))
	}
	if crd := crds[apiVersion+" "+kind]; crd != nil {
		return errors.Join(checkMetadata(object), crd.check(object))
	}
	return fmt.Errorf("%s %s is not known", apiVersion, kind)
}

func strict(content []byte, into any) error {
	unknown, err := strictjson.UnmarshalStrict(content, into)
	return errors.Join(err, errors.Join(unknown...))
}

func checkMetadata(object map[string]any) error {
	content, err := sigsyaml.Marshal(object["metadata"])
	if err != nil {
		return err
	}
	if content, err = sigsyaml.YAMLToJSON(content); err != nil {
		return err
	}
	var meta metav1.ObjectMeta
	if err := strict(content, &meta); err != nil {
		return err
	}
	return metavalidation.ValidateObjectMeta(&meta, meta.Namespace != "", metavalidation.NameIsDNSSubdomain, field.NewPath("metadata")).ToAggregate()
}

// customResource is a kind as its CRD defines it.
type customResource struct {
	schema    *schema.Structural
	validator validation.SchemaValidator
	rules     *cel.Validator
}

// customResources reads the newest CRDs of the registry's operator.
func customResources(t *testing.T) map[string]*customResource {
	return customResourcesOf(t, newestAPI)
}

// customResourcesOf reads the CRDs of a module that openshift_test.go names.
func customResourcesOf(t *testing.T, module string) map[string]*customResource {
	crds := map[string]*customResource{}
	for _, file := range crdFiles(t, module) {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var crd apiextensionsv1.CustomResourceDefinition
		require.NoError(t, sigsyaml.UnmarshalStrict(content, &crd))
		for _, v := range crd.Spec.Versions {
			crds[crd.Spec.Group+"/"+v.Name+" "+crd.Spec.Names.Kind] = newCustomResource(t, v.Schema.OpenAPIV3Schema)
		}
	}
	return crds
}

func newCustomResource(t *testing.T, props *apiextensionsv1.JSONSchemaProps) *customResource {
	var internal apiextensions.JSONSchemaProps
	require.NoError(t, apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(props, &internal, nil))
	structural, err := schema.NewStructural(&internal)
	require.NoError(t, err)
	validator, _, err := validation.NewSchemaValidator(&internal)
	require.NoError(t, err)
	return &customResource{schema: structural, validator: validator, rules: cel.NewValidator(structural, true, apiservercel.PerCallLimit)}
}

// check goes the way of a request: unknown fields, defaults, schema, lists, CEL.
func (c *customResource) check(object map[string]any) error {
	var errs field.ErrorList
	for _, path := range pruning.PruneWithOptions(object, c.schema, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		errs = append(errs, field.Forbidden(field.NewPath(path), "unknown field"))
	}
	defaulting.Default(object, c.schema)
	errs = append(errs, validation.ValidateCustomResource(nil, object, c.validator)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, c.schema, object)...)
	found, _ := c.rules.Validate(context.Background(), nil, c.schema, object, nil, apiservercel.RuntimeCELCostBudget)
	return append(errs, found...).ToAggregate()
}
