package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// TestKinds: each kind is declared once, and found by what its objects say of themselves. A
// scenario of test/e2e holds the table to what a server serves.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range cluster.Kinds() {
		assert.False(t, seen[kind.String()], kind)
		seen[kind.String()] = true
		for _, version := range kind.Versions {
			apiVersion := version
			if kind.Group != "" {
				apiVersion = kind.Group + "/" + version
			}
			found, ok := cluster.KindOf(apiVersion, kind.Name)
			assert.True(t, ok)
			assert.Equal(t, kind, found)
		}
	}
	_, ok := cluster.KindOf("example.com/v1", "ConfigMap")
	assert.False(t, ok, "a kind of another group")
}

// TestKindsAgreeWithGenerators: what is emitted is read in the version and the scope in
// which it is emitted.
func TestKindsAgreeWithGenerators(t *testing.T) {
	agree := 0
	for _, g := range generators.All() {
		kind, ok := cluster.KindOf(g.APIVersion, g.Kind)
		if !ok {
			continue
		}
		agree++
		assert.Equal(t, g.ClusterScoped, !kind.Namespaced, g.Kind)
		version := g.APIVersion
		if group := ynode.Group(g.APIVersion); group != "" {
			version = g.APIVersion[len(group)+1:]
		}
		assert.Contains(t, kind.Versions, version, g.Kind)
	}
	assert.Greater(t, agree, 8)
}
