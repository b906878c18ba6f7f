package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// TestReadme holds the project's face to the project: its commands work, its
// profile is the example, and the finding that it shows is the one that is made.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	blocks := map[string][]string{}
	for _, block := range fence.FindAllStringSubmatch(string(readme), -1) {
		blocks[block[1]] = append(blocks[block[1]], block[2])
	}

	require.Len(t, blocks["sh"], 2)
	render := exec.Command("sh", "-euc", blocks["sh"][0])
	render.Dir = root
	out, err := render.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "kind: ObjectBucketClaim\nmetadata:\n")

	// The second command is what runs this test.
	assert.Equal(t, "make test\n", blocks["sh"][1])
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	require.NoError(t, err)
	assert.Contains(t, string(ci), "\n"+blocks["sh"][1])

	// What needs a release is run by release/check, which has one.
	require.Len(t, blocks["console"], 1)
	assert.Len(t, strings.Split(strings.TrimSpace(blocks["console"][0]), "\n"), 3)

	minimal, err := os.ReadFile(filepath.Join(examples, "minimal", "profile.yaml"))
	require.NoError(t, err)
	schema, bare, _ := strings.Cut(string(minimal), "\n")
	assert.Contains(t, schema, "# yaml-language-server: ")
	assert.Equal(t, []string{bare}, blocks["yaml"])

	profile := string(minimal) + strings.Repeat("# room for more\n", 5) + "spec:\n  pruner: {keepYoungerThanDuration: 30d}\n"
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("profile.yaml", []byte(profile), 0o600))
	assert.Equal(t, result{code: 1, err: blocks["text"][0]}, run("", "validate", "profile.yaml"))
}
