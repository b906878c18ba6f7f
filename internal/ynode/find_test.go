package ynode_test

import (
	"testing"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func TestFind(t *testing.T) {
	n := yaml.MustParse(`apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfile
metadata:
  name: registry
spec:
  registry: &r
    replicas: 0
    routes:
      - name: a
      - name: b
        hostname: c
    nodeSelector:
      a: b
      node-role.kubernetes.io/infra: c
  pruner: *r
`)
	for path, line := range map[string]int{
		"":                                 1,
		"kind":                             2,
		"metadata.name":                    4,
		"spec.registry.replicas":           7,
		"spec.registry.routes":             8,
		"spec.registry.routes[1]":          10,
		"spec.registry.routes[1].hostname": 11,
		"spec.registry.routes[7].name":     8,
		"spec.registry.absent.field":       6,
		"spec.absent":                      5,
		"absent":                           1,
		"spec.registry.nodeSelector.a":     13,
		"spec.registry.nodeSelector.node-role.kubernetes.io/infra": 14,
		"spec.pruner.replicas": 7,
	} {
		got, _ := ynode.Find(n.YNode(), path)
		assert.Equal(t, line, got, path)
	}
}

// TestFieldReadsKeysAsEveryReaderDoes: whichever way a key is written, it is found.
func TestFieldReadsKeysAsEveryReaderDoes(t *testing.T) {
	for name, text := range map[string]string{
		"plain":        "{storage: x}",
		"quoted":       "{\"storage\": x}",
		"binary":       "{!!binary c3RvcmFnZQ==: x}",
		"alias":        "{a: &k storage, *k : x}",
		"merged":       "{<<: {storage: x}}",
		"merged list":  "{<<: [{a: b}, {storage: x}]}",
		"merged alias": "{a: &m {storage: x}, <<: *m}",
		"merged twice": "{<<: {<<: {storage: x}}}",
		"own one wins": "{<<: {storage: y}, storage: x}",
		"first wins":   "{<<: [{storage: x}, {storage: y}]}",
	} {
		assert.Equal(t, "x", ynode.Text(yaml.MustParse(text).YNode(), "storage"), name)
	}
	assert.Equal(t, "Config", ynode.Text(yaml.MustParse("{kind: !!binary Q29uZmln}").YNode(), "kind"))
	for name, text := range map[string]string{
		"a word":         "storage",
		"a list":         "[storage]",
		"quoted merge":   "{\"<<\": {storage: x}}",
		"merges itself":  "&m {<<: *m}",
		"merges a word":  "{<<: storage}",
		"null":           "{storage: null}",
		"object":         "{storage: {}}",
		"object as key":  "{? {storage: x} : y}",
		"broken base 64": "{!!binary '*': x}",
	} {
		assert.Empty(t, ynode.Text(yaml.MustParse(text).YNode(), "storage"), name)
	}
}

func TestMetaOf(t *testing.T) {
	meta := ynode.MetaOf(yaml.MustParse("{apiVersion: a.b/v1, kind: K, metadata: {name: n, namespace: s, labels: {l: 1}, " +
		"annotations: {a: b, c: [d]}}}").YNode())
	assert.Equal(t, ynode.ID{Group: "a.b", Kind: "K", Namespace: "s", Name: "n"}, meta.ID)
	assert.Equal(t, map[string]string{"l": "1"}, meta.Labels)
	assert.Equal(t, map[string]string{"a": "b"}, meta.Annotations)
	for _, text := range []string{"x", "[]", "{metadata: x}", "{metadata: [1], kind: {}}", "{metadata: {labels: [1]}}"} {
		assert.Zero(t, ynode.MetaOf(yaml.MustParse(text).YNode()).ID, text)
	}
}
