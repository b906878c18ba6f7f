package cli_test

import (
	"io/fs"
	"os"
	"os/exec"
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

// TestInstallForOthers: another user can enter every folder that install has made, and those
// that were there are as they were.
func TestInstallForOthers(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(dir+"/mine", 0o700))
	install := exec.Command("sh", "-c", `umask 077; exec registry-profile install --plugin-home "$0/mine/home" --bin-dir "$0/mine/bin"`, dir)
	output, err := install.CombinedOutput()
	require.NoError(t, err, string(output))
	require.NoError(t, filepath.WalkDir(dir+"/mine", func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		want := os.FileMode(0o755)
		if path == dir+"/mine" {
			want = 0o700
		}
		assert.Equal(t, want, info.Mode().Perm(), path)
		return nil
	}))
}

// TestInstallBehindALink: a link to a folder is followed, and one that leads nowhere is named.
func TestInstallBehindALink(t *testing.T) {
	dir := write(t, "bin/x", "")
	require.NoError(t, os.Symlink("bin", dir+"/link"))
	require.NoError(t, os.Symlink("nowhere", dir+"/dangling"))
	require.Equal(t, result{}, start(t, "", "install", "--bin-dir", dir+"/link"))
	assert.FileExists(t, dir+"/bin/registry-profile")
	want := result{code: 2, err: "error: " + dir + "/dangling: is a link that leads nowhere; make the folder that it " +
		"leads to, or remove the link\n"}
	assert.Equal(t, want, start(t, "", "install", "--bin-dir", dir+"/dangling"))
	assert.Equal(t, want, start(t, "", "install", "--plugin-home", dir+"/dangling/home"))
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
