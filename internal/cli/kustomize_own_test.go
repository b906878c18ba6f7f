package cli_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An ordinary namespace in a kustomization reaches Config, whose kind kustomize does not
// know to be cluster-wide.
func TestKustomizeNamespaceReachesTheUsersConfig(t *testing.T) {
	forms(t, func(t *testing.T, text string, f flags) {
		dir := write(t, "profile.yaml", text, "config.yaml", usersConfig,
			"kustomization.yaml", "namespace: team\nresources: [config.yaml]\ntransformers: [profile.yaml]\n")
		output, err := build(dir, f)
		require.NoError(t, err)
		got := byID(t, objects(t, output))
		assert.NotContains(t, got, "Config/team/cluster")
		config := got["Config/<nil>/cluster"]
		assert.Equal(t, 3, at(config, "spec", "replicas"))
		assert.Equal(t, "Debug", at(config, "spec", "logLevel"))

		dir = write(t, "profile.yaml", text, "config.yaml", usersConfig+"  \n", "storage.yaml",
			"- {op: add, path: /spec/storage, value: {emptyDir: {}}}\n", "kustomization.yaml", "namespace: team\n"+
				"resources: [config.yaml]\npatches: [{path: storage.yaml, target: {kind: Config}}]\ntransformers: [profile.yaml]\n")
		output, err = build(dir, f)
		assert.Error(t, err)
		assert.Empty(t, output)
	})
}

const credentialsSecret = "image-registry-private-configuration-user"

// kustomize adds the hash to the names of its own Secrets after the functions have run.
func TestKustomizeSecretOfTheJob(t *testing.T) {
	forms(t, func(t *testing.T, text string, f flags) {
		const generator = "namespace: openshift-image-registry\ntransformers: [profile.yaml]\nsecretGenerator: [{name: " +
			credentialsSecret + ", literals: [a=b]}]\n"
		dir := write(t, "profile.yaml", text, "kustomization.yaml", generator)
		_, err := build(dir, f)
		assert.NoError(t, err)

		dir = write(t, "profile.yaml", text,
			"kustomization.yaml", generator+"generatorOptions: {disableNameSuffixHash: true}\n")
		output, err := build(dir, f)
		assert.Error(t, err)
		assert.Empty(t, output)
	})
}
