package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestImages: what is printed is what the rendered pods run, each once, and our own.
func TestImages(t *testing.T) {
	minimal := filepath.Join(root, "examples/minimal/profile.yaml")
	own := filepath.Join(t.TempDir(), "profile.yaml")
	require.NoError(t, os.WriteFile(own, []byte("apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\n"+
		"metadata: {name: registry}\nspec: {bootstrap: {image: \"mirror.example.com/cli@sha256:"+strings.Repeat("1", 64)+"\"}}\n"), 0o600))
	printed := run("", "images", minimal, own, minimal).out
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	assert.Len(t, lines, 2)
	for i, file := range []string{minimal, own} {
		assert.Contains(t, good(t, "", "render", file), "image: "+lines[i]+"\n")
	}

	var all []struct{ Image, For string }
	require.NoError(t, json.Unmarshal([]byte(run("", "images", "-o", "json", minimal).out), &all))
	require.Len(t, all, 1)
	assert.Equal(t, "registry.redhat.io/openshift4/ose-cli-rhel9:v4.20", all[0].Image)
	assert.Equal(t, "Jobs in the cluster", all[0].For)
}
