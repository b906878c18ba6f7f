package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPluginOfKubectl: under the name by which kubectl finds it, the program shows nothing
// that would have to be typed otherwise.
func TestPluginOfKubectl(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "kubectl-registry_profile")
	require.NoError(t, os.Symlink(filepath.Join(programs, "registry-profile"), plugin))
	said := func(args ...string) string {
		out, _ := exec.Command(plugin, args...).CombinedOutput()
		return string(out)
	}
	texts := []string{said("--help"), said("help", "render"), said("nonsense"), said("render", "--nonsense")}
	names := []string{`\[`, "-", "FILE", "help"}
	for _, command := range cli.Commands().Commands() {
		names = append(names, command.Name())
		texts = append(texts, said(command.Name(), "--help"))
	}
	asTyped := regexp.MustCompile(`(.{0,8})\bregistry-profile (?:` + strings.Join(names, "|") + `)`)
	for _, text := range texts {
		for _, found := range asTyped.FindAllStringSubmatch(text, -1) {
			assert.True(t, strings.HasSuffix(found[1], "kubectl "), text)
		}
	}
	assert.Regexp(t, `(?m)^  kubectl registry-profile render FILE`, said("render", "--help"))
	assert.Equal(t, "error: unknown command \"nonsense\"; see kubectl registry-profile --help\n", said("nonsense"))

	// What is no command to type is not touched.
	for _, args := range [][]string{{"version"}, {"render", examples + "/minimal/profile.yaml"}} {
		assert.Equal(t, start(t, "", args...).out, said(args...))
	}
	assert.Equal(t, "error: registry-profile x: no such file or directory\n", said("validate", "registry-profile x"))
}
