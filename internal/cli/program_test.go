package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstall(t *testing.T) {
	dir := t.TempDir()
	plugins := filepath.Join(dir, "home", "registryprofile.dev", "v1alpha1")
	plugin := filepath.Join(plugins, "registryprofile", "RegistryProfile")
	check := filepath.Join(plugins, "registryprofilecheck", "RegistryProfileCheck")
	program := filepath.Join(dir, "bin", "registry-profile")
	want, err := os.ReadFile(filepath.Join(programs, "registry-profile"))
	require.NoError(t, err)
	for range 2 {
		require.Equal(t, result{}, start(t, "", "install", "--plugin-home", dir+"/home", "--bin-dir", dir+"/bin"))
		for _, path := range []string{plugin, check, program} {
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, len(want), len(got))
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o755), info.Mode())
		}
	}
	assert.Len(t, tree(t, dir), 3, "nothing else is left")
}

func TestProcess(t *testing.T) {
	assert.Regexp(t, `^registry-profile \S+ go\S+ \w+/\w+\n$`, start(t, "", "version").out)
	assert.Contains(t, start(t, "", "completion", "bash").out, "registry-profile")
	assert.Contains(t, start(t, "", "--help").out, "KRM function")
	assert.Equal(t, 2, start(t, "").code)
	r := start(t, profile("registry", "{}"), "render", "-")
	assert.Zero(t, r.code)
	assert.Equal(t, good(t, profile("registry", "{}"), "render", "-"), r.out)
}
