package ynode_test

import (
	"testing"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func TestReadings(t *testing.T) {
	config := ynode.ID{Group: "a.b", Kind: "Config", Name: "cluster"}
	secret := ynode.ID{Kind: "Secret", Namespace: "s", Name: "n"}
	for text, want := range map[string]struct{ unique, config, secret bool }{
		"{apiVersion: a.b/v1, kind: Config, metadata: {name: cluster}}": {true, true, false},

		"{apiVersion: a.b/v1, kind: Config, metadata: {name: cluster, namespace: x}}": {true, true, false},

		"{apiVersion: a.b/v1, kind: X, kind: Config, metadata: {name: cluster}}": {false, true, false},

		"{apiVersion: a.b/v1, kind: X, <<: {kind: Config}, metadata: {name: cluster}}": {false, true, false},

		"{apiVersion: a.b/v1, kind: X, <<: [{}, {<<: {kind: Config}}], " +
			"metadata: {name: cluster}}": {false, true, false},

		"{apiVersion: a.b/v1, kind: Config, metadata: {name: x}, " +
			"metadata: {name: y, !!binary bmFtZQ==: cluster}}": {false, true, false},

		"{apiVersion: v1, kind: Secret, metadata: {name: n}}": {true, false, true},

		"{kind: Secret, metadata: {name: n, namespace: s}}": {true, false, true},

		"{kind: Secret, metadata: {name: n, namespace: x, namespace: s}}": {false, false, true},

		"{kind: Secret, metadata: {name: n, namespace: x}}": {true, false, false},

		"[]": {true, false, false},

		"x": {true, false, false},
	} {
		r := ynode.ReadingsOf(yaml.MustParse(text).YNode())
		assert.Equal(t, want.unique, r.Unique(), text)
		assert.Equal(t, want.config, r.MayBe(config), text)
		assert.Equal(t, want.secret, r.MayBe(secret), text)
	}
}
