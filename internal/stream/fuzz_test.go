package stream_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/stretchr/testify/assert"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const ours = "{labels: {app.kubernetes.io/managed-by: registry-profile}}"

// FuzzCheck: whatever a stream holds, it is judged without a panic, and stays as it is.
func FuzzCheck(f *testing.F) {
	for _, c := range cases.FinalStreams(f) {
		content, err := os.ReadFile(filepath.Join(c.Dir, "stream.yaml"))
		assert.NoError(f, err)
		f.Add(string(content))
	}
	for _, text := range []string{
		"", "a", "[]", "kind: List\nitems: &a [*a]", "kind: List\nitems: [null, a, [], {kind: List, items: {}}]",
		"kind: Config\napiVersion: imageregistry.operator.openshift.io/v1\nmetadata: []\nspec: a",
		"&a {kind: Job, apiVersion: batch/v1, metadata: " + ours + ", spec: *a}",
		"kind: Job\napiVersion: batch/v1\nmetadata: " + ours + "\n" +
			"spec: {template: {spec: {containers: [a, {env: [b, {1: 2}]}], volumes: {}}}}",
		"{[a]: b, 1: c, <<: d}", "apiVersion: v1\nkind: Secret\ndata: [a]\n", "a: !!binary '*'",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var document yaml.Node
		if yaml.Unmarshal([]byte(text), &document) != nil || document.IsZero() {
			return
		}
		item := yaml.NewRNode(yaml.NewRNode(&document).YNode())
		before, _ := item.String()
		for _, finding := range stream.Judge([]*yaml.RNode{item, nil, item}) {
			assert.NotEmpty(t, finding.Message)
		}
		stream.Credentials(item.YNode())
		after, _ := item.String()
		assert.Equal(t, before, after)
	})
}
