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

// TestDocumentsNameWhatIsReleased: the Makefile says what the image is called and which
// version documents name; every document and example names these.
func TestDocumentsNameWhatIsReleased(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(cases.Root(t), "Makefile"))
	require.NoError(t, err)
	setting := func(name string) string {
		found := regexp.MustCompile(`(?m)^export ` + name + ` *:= (\S+)$`).FindSubmatch(makefile)
		require.NotNil(t, found, name)
		return string(found[1])
	}
	image, version := setting("IMAGE_NAME"), setting("NAMED_VERSION")
	// Each names a version, or something that has one.
	places := map[string]*regexp.Regexp{
		image + ":" + version:                    regexp.MustCompile(`[a-z0-9.-]+/[a-z/-]*/registry-profile:[\w.$-]+`),
		"/registry-profile/releases/" + version:  regexp.MustCompile(`/registry-profile/releases/(?:download/|tag/)?[\w.-]+`),
		"/cmd/registry-profile@" + version:       regexp.MustCompile(`/cmd/registry-profile@[\w.-]+`),
		"rev: " + version:                        regexp.MustCompile(`rev: \S+`),
		"registry-profile-" + version + "-image": regexp.MustCompile(`registry-profile-v[\d.]+-image`),
		"release.yaml@refs/tags/" + version:      regexp.MustCompile(`release\.yaml@refs/tags/[\w.-]+`),
	}
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard",
		"*.md", "*metadata.yaml", "examples", ".github")
	list.Dir = cases.Root(t)
	out, err := list.Output()
	require.NoError(t, err)
	named := map[string]bool{}
	for _, file := range strings.Fields(string(out)) {
		content, err := os.ReadFile(filepath.Join(cases.Root(t), file))
		require.NoError(t, err)
		for want, place := range places {
			for _, found := range place.FindAllString(string(content), -1) {
				found = strings.NewReplacer("releases/download/", "releases/", "releases/tag/", "releases/").Replace(found)
				assert.Equal(t, want, found, file)
				named[want] = true
			}
		}
	}
	assert.Len(t, named, len(places))
}
