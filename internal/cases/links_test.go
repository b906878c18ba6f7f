package cases_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// TestLinksOfDocuments follows every link from one file of the repository to another.
func TestLinksOfDocuments(t *testing.T) {
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md")
	list.Dir = cases.Root(t)
	out, err := list.Output()
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.NotEmpty(t, files)
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(cases.Root(t), file))
		require.NoError(t, err)
		for _, found := range link.FindAllStringSubmatch(string(content), -1) {
			_, err := os.Stat(filepath.Join(cases.Root(t), filepath.Dir(file), found[1]))
			assert.NoError(t, err, "%s links to %s", file, found[1])
		}
	}
}
