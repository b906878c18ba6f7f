package check

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ofTheCaller are the settings that the second build does not get from the first: parameters
// of make, and who signs.
var ofTheCaller = []string{"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "EPOCH", "IMAGE", "COSIGN_KEYLESS", "COSIGN_KEY"}

// TestSameBytesElsewhere builds the same commit once more: in another folder, at another
// time, with another umask, locale, time zone and wish for a processor, and for the platforms
// of RECOMPILED with nothing of what the first build has compiled. Every file is the same
// but the signatures, which are never the same twice.
func TestSameBytesElsewhere(t *testing.T) {
	clone := filepath.Join(t.TempDir(), "a folder", "of another name")
	output(t, "git", "clone", "--quiet", root, clone)
	output(t, "git", "-C", clone, "checkout", "--quiet", strings.TrimSpace(output(t, "git", "rev-parse", "HEAD")))
	build := func(environ []string, args ...string) {
		args = append([]string{"-euc", `umask 077; exec make "$@"`, "sh", "VERSION=" + version}, args...)
		make := exec.Command("sh", args...)
		make.Dir = clone
		make.Env = append(slices.DeleteFunc(os.Environ(), func(setting string) bool {
			name, _, _ := strings.Cut(setting, "=")
			return slices.Contains(ofTheCaller, name)
		}), append(environ,
			"LC_ALL=C.UTF-8", "LANG=de_DE.UTF-8", "TZ=Pacific/Chatham",
			"GOFLAGS=-gcflags=-N", "CGO_ENABLED=1", "GOAMD64=v3", "GOARM64=v9.0", "GOPPC64=power10")...)
		out, err := make.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	build(nil, "release")
	again := filepath.Join(clone, "dist", "release")
	var found []string
	entries, err := os.ReadDir(again)
	require.NoError(t, err)
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	require.Equal(t, files(t), found)
	for _, name := range found {
		if !isSignature(name) {
			assert.True(t, bytes.Equal(read(t, filepath.Join(released, name)), read(t, filepath.Join(again, name))),
				"%s is not the same", name)
		}
	}

	// The compiler itself is put to the test only where there is nothing that it has written.
	recompiled := strings.Fields(os.Getenv("RECOMPILED"))
	require.NotEmpty(t, recompiled)
	build([]string{"GOCACHE=" + t.TempDir()}, "binaries", "PLATFORMS="+strings.Join(recompiled, " "))
	for _, p := range recompiled {
		name := "dist/registry-profile-" + strings.ReplaceAll(p, "/", "-")
		assert.True(t, bytes.Equal(read(t, filepath.Join(root, name)), read(t, filepath.Join(clone, name))),
			"%s is not the same", name)
	}
}
