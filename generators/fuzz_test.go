package generators_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// parameterPaths are the strings of a profile that reach the Job's environment,
// the claim or an access rule, with a value of each that nobody could object to.
var parameterPaths = []struct{ path, benign string }{
	{"spec.storage.rgw.claimName", "claim"},
	{"spec.storage.rgw.storageClassName", "class"},
	{"spec.storage.rgw.bucket.generateName", "bucket"},
	{"spec.storage.rgw.region", "us-east-2"},
	{"spec.storage.rgw.endpoint.route.host", "s3.example.com"},
	{"spec.storage.rgw.endpoint.route.name", "s3-route"},
	{"spec.storage.rgw.trustedCA.configMap.name", "company-ca"},
	{"spec.bootstrap.image", "registry.example.com/oc:v1"},
	{"spec.odf.storageCluster", "cluster"},
}

// FuzzParameters: no string of a profile becomes anything but that string in the
// manifests. An empty one is left out.
func FuzzParameters(f *testing.F) {
	benign := make([]string, len(parameterPaths))
	for i, parameter := range parameterPaths {
		benign[i] = parameter.benign
	}
	for i := range benign {
		for _, value := range []string{"", "null", "1e3", "0x1F", "a: b", "$(HOME)", "$HOME", "a\n---\nb", "*x", "!!int 7", "true", "~", "1.5", "a b", "'\"`", "\u2028", "a.b-c", strings.Repeat("a", 63)} {
			values := append([]string{}, benign...)
			values[i] = value
			f.Add(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7], values[8])
		}
	}
	f.Fuzz(func(t *testing.T, claim, class, bucket, region, host, route, ca, image, cluster string) {
		checkParameters(t, []string{claim, class, bucket, region, host, route, ca, image, cluster})
	})
}

func checkParameters(t *testing.T, values []string) {
	given := parameterProfile(t, values)
	p, _ := v1alpha1.Decode(given)
	if p == nil {
		return
	}
	benign := make([]string, len(values))
	for i, value := range values {
		if value != "" {
			benign[i] = parameterPaths[i].benign
		}
	}
	model, results := v1alpha1.Decode(parameterProfile(t, benign))
	require.NotNil(t, model, "%v", results)
	actual, expected := documentsOf(t, generators.Expand(p)), documentsOf(t, generators.Expand(model))
	require.Equal(t, shapes(expected), shapes(actual))
	allowed := append([]string{values[len(values)-1] + "-cephobjectstore-secure"}, values...)
	for _, env := range jobEnvironment(t, expected) {
		allowed = append(allowed, env.value)
	}
	for _, env := range jobEnvironment(t, actual) {
		assert.Contains(t, allowed, env.value, env.name)
	}
}

func parameterProfile(t *testing.T, values []string) *yaml.RNode {
	t.Helper()
	n := yaml.MustParse(head)
	for i, parameter := range parameterPaths {
		if values[i] == "" {
			continue
		}
		path := strings.Split(parameter.path, ".")
		parent, err := n.Pipe(yaml.LookupCreate(yaml.MappingNode, path[:len(path)-1]...))
		require.NoError(t, err)
		require.NoError(t, parent.PipeE(yaml.SetField(path[len(path)-1], yaml.NewStringRNode(values[i]))))
	}
	return n
}

// documentsOf writes resources as one stream, and reads that as any tool would.
func documentsOf(t *testing.T, resources []generators.Resource) []*yaml.RNode {
	t.Helper()
	texts := make([]string, len(resources))
	for i, r := range resources {
		texts[i] = r.MustString()
	}
	var all []*yaml.RNode
	decoder := yaml.NewDecoder(strings.NewReader(strings.Join(texts, "---\n")))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, yaml.NewRNode(document.Content[0]))
	}
}

func shapes(documents []*yaml.RNode) []string {
	all := make([]string, len(documents))
	for i, document := range documents {
		all[i] = shape(document.YNode())
	}
	return all
}

// shape is a node without its scalars' values: keys, lengths and types.
func shape(n *yaml.Node) string {
	var parts []string
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			parts = append(parts, fmt.Sprintf("%q:", child.Value))
			continue
		}
		parts = append(parts, shape(child))
	}
	return n.ShortTag() + "(" + strings.Join(parts, " ") + ")"
}

type variable struct{ name, value string }

// environment returns the variables of the Job among resources.
func environment(t *testing.T, resources []generators.Resource) []variable {
	t.Helper()
	return jobEnvironment(t, documentsOf(t, resources))
}

func jobEnvironment(t *testing.T, documents []*yaml.RNode) []variable {
	t.Helper()
	var all []variable
	for _, document := range documents {
		if document.GetKind() != "Job" {
			continue
		}
		list, err := document.Pipe(yaml.Lookup("spec", "template", "spec", "containers", "[name=bootstrap]", "env"))
		require.NoError(t, err)
		require.NoError(t, list.VisitElements(func(n *yaml.RNode) error {
			all = append(all, variable{n.Field("name").Value.YNode().Value, n.Field("value").Value.YNode().Value})
			return nil
		}))
	}
	require.NotEmpty(t, all)
	return all
}
