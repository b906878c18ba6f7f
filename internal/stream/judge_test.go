package stream_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// rendered returns what a profile with a spec emits.
func rendered(t *testing.T, spec string) string {
	t.Helper()
	p, results := v1alpha1.Decode(yaml.MustParse("apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\n" +
		"metadata: {name: registry}\nspec: " + spec + "\n"))
	require.NotNil(t, p, results)
	var documents []string
	for _, r := range generators.Expand(p) {
		documents = append(documents, r.MustString())
	}
	return cases.Join(documents)
}

// change replaces the first place of a text in a stream that has it.
type change [2]string

// without takes every object of a kind out of a stream.
func without(text, kind string) string {
	var rest []string
	for _, document := range strings.Split(text, "---\n") {
		if !strings.Contains(document, "\nkind: "+kind+"\n") {
			rest = append(rest, document)
		}
	}
	return cases.Join(rest)
}

// judged returns what is wrong with a stream, a line for each finding.
func judged(t *testing.T, text string) []string {
	t.Helper()
	lines := []string{}
	for _, r := range stream.Check(cases.Parse(t, []byte(text))) {
		object := ""
		if r.ResourceRef != nil {
			object = r.ResourceRef.Kind + "/" + r.ResourceRef.Name
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Severity, finding.CodeOf(r), object, finding.Path(r))))
	}
	return lines
}

// scenario is what a profile emits, what has become of it, and what the check says.
type scenario struct {
	spec     string
	without  string
	changes  []change
	added    string
	findings []string
}

func (s scenario) run(t *testing.T) {
	t.Helper()
	if s.spec == "" {
		s.spec = "{}"
	}
	text := rendered(t, s.spec)
	require.Empty(t, judged(t, text), "what is rendered is good")
	if s.without != "" {
		fewer := without(text, s.without)
		require.NotEqual(t, text, fewer)
		text = fewer
	}
	for _, c := range s.changes {
		require.Contains(t, text, c[0])
		text = strings.Replace(text, c[0], c[1], 1)
	}
	if s.added != "" {
		text += "---\n" + s.added
	}
	expected := s.findings
	if expected == nil {
		expected = []string{}
	}
	assert.Equal(t, expected, judged(t, text))
}

const written = "error written-in-cluster "

// TestNothingThatIsWrittenInTheCluster: what the Job and the provisioner write, what makes
// such objects, and credentials under any name.
func TestNothingThatIsWrittenInTheCluster(t *testing.T) {
	const here = "namespace: openshift-image-registry"
	for name, s := range map[string]scenario{
		"the bucket's credentials": {
			added:    "{apiVersion: v1, kind: Secret, metadata: {name: image-registry-rgw, " + here + "}}",
			findings: []string{written + "Secret/image-registry-rgw"},
		},
		"the bucket's address": {
			added:    "{apiVersion: v1, kind: ConfigMap, metadata: {name: image-registry-rgw, " + here + "}, data: {BUCKET_HOST: other}}",
			findings: []string{written + "ConfigMap/image-registry-rgw"},
		},
		"the copied CA": {
			added:    "{apiVersion: v1, kind: ConfigMap, metadata: {name: registry-s3-ca, namespace: openshift-config}}",
			findings: []string{written + "ConfigMap/registry-s3-ca"},
		},
		"of cert-manager": {
			added: "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, " + here + "}, " +
				"spec: {secretName: image-registry-private-configuration-user}}",
			findings: []string{written + "Certificate/c"},
		},
		"of trust-manager": {
			added:    "{apiVersion: trust.cert-manager.io/v1alpha1, kind: Bundle, metadata: {name: image-registry-private-configuration-user}}",
			findings: []string{written + "Bundle/image-registry-private-configuration-user"},
		},
		"of a controller that nobody knows": {
			added: "{apiVersion: example.com/v7, kind: CloudSecretSync, metadata: {name: a, " + here + "}, " +
				"spec: {outputs: [{into: [image-registry-private-configuration-user]}]}}",
			findings: []string{written + "CloudSecretSync/a"},
		},
		"for another target": {
			added: "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, " +
				"metadata: {name: image-registry-private-configuration-user}, spec: {target: {name: other}}}",
		},
		"of another namespace": {
			added: "{apiVersion: v1, kind: Secret, metadata: {name: image-registry-rgw, namespace: other}}",
		},
		"of a volume": { // whose registry takes no credentials
			spec:  "{storage: {cephfs: {}}}",
			added: "{apiVersion: v1, kind: ConfigMap, metadata: {name: image-registry-cephfs, " + here + "}}",
		},
		"a key in small letters": {
			added:    "{apiVersion: v1, kind: Secret, metadata: {name: my}, stringData: {registry_storage_s3_secretkey: b}}",
			findings: []string{"error credential Secret/my stringData.registry_storage_s3_secretkey"},
		},
		"a key beside a volume": {
			spec: "{storage: {cephfs: {}}}",
			added: "{apiVersion: v1, kind: Secret, metadata: {name: image-registry-private-configuration-user}, " +
				"data: {REGISTRY_STORAGE_S3_SECRETKEY: Yg==}}",
			findings: []string{"error credential Secret/image-registry-private-configuration-user data.REGISTRY_STORAGE_S3_SECRETKEY"},
		},
	} {
		t.Run(name, s.run)
	}
}
