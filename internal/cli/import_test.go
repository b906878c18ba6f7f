package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// handMade is a registry that was set up by hand, as files.
func handMade(t *testing.T, forms ...string) (file string) {
	t.Helper()
	var objects []string
	for _, form := range append(forms, "common") {
		content, err := os.ReadFile(filepath.Join(root, "cluster", "takeover", "testdata", form+".yaml"))
		require.NoError(t, err)
		objects = append(objects, string(content))
	}
	file = filepath.Join(t.TempDir(), "objects.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(objects, "\n---\n")), 0o644))
	return file
}

// TestImport: the profile is on stdout, and what could not be seen on stderr.
func TestImport(t *testing.T) {
	file := handMade(t, "cephfs")
	r := run("", "import", "--from", file)
	assert.Zero(t, r.code)
	assert.Empty(t, r.err)
	assert.Zero(t, run(r.out, "validate", "--strict", "-").code)
	assert.Zero(t, run(r.out, "plan", "-", "--from", file).code)

	bucket := handMade(t, "guide") // of which nobody knows whether another claim has it
	r = run("", "import", "--from", bucket)
	assert.Zero(t, r.code)
	assert.Equal(t, "warning: could not be seen: the list of all ObjectBucketClaims is not in the input [import-unseen]\n", r.err)
	assert.NotEmpty(t, r.out)
	r = run("", "import", "--strict", "--from", bucket)
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.out)
}

// TestImportRefused: without a profile nothing is on stdout.
func TestImportRefused(t *testing.T) {
	r := run(removedConfig, "import", "--from", "-")
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.out)
	assert.Contains(t, r.err, `error: Config/cluster: spec.managementState: is "Removed", and not "Managed". If it is off, write a profile`)

	r = run("", "import", "--from", "-")
	assert.Equal(t, 2, r.code)
	assert.Empty(t, r.out)
	assert.Contains(t, r.err, "error: nothing can be said about the registry: Config cluster is not in the input")
}

// TestImportDoc runs the commands of docs/import.md, in their order. A stand-in for the
// cluster is the files that it was written to.
func TestImportDoc(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root, "docs", "import.md"))
	require.NoError(t, err)
	bin, dir := t.TempDir(), t.TempDir()
	program, err := filepath.Abs(filepath.Join(programs, "registry-profile"))
	require.NoError(t, err)
	wrapper := fmt.Sprintf(
		"#!/bin/sh\ncase $1 in import | plan) set -- \"$@\" --from %q ;; esac\nexec %q \"$@\"\n",
		handMade(t, "route-with-ca"), program,
	)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "registry-profile"), []byte(wrapper), 0o755))
	blocks := fence.FindAllStringSubmatch(string(doc), -1)
	require.Len(t, blocks, 1)
	cmd := exec.Command("sh", "-euc", blocks[0][2])
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "The Job ends with exit code 0")
	// What the steps of the hand-over name is what is written.
	for _, file := range []string{"600-config.yaml", "610-imagepruner.yaml"} {
		assert.FileExists(t, filepath.Join(dir, "manifests", file))
		assert.Contains(t, string(doc), file)
	}
}
