package smoke

import (
	"regexp"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/generators/bootstrap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSharedPartsAreThoseOfTheBootstrap: what stands in both scripts is the same in both, to
// the letter. Each script stays one file that can be read from top to bottom.
func TestSharedPartsAreThoseOfTheBootstrap(t *testing.T) {
	_, shared, found := strings.Cut(script, "# ---------------------------------------------------------------- as in bootstrap.sh\n")
	require.True(t, found)
	shared, _, found = strings.Cut(shared, "# ---------------------------------------------------------------- ")
	require.True(t, found)
	pieces := regexp.MustCompile(`\n\n+`).Split(strings.TrimSpace(shared), -1)
	require.Greater(t, len(pieces), 12)
	for _, piece := range pieces {
		assert.Contains(t, bootstrap.Script(), piece, "mend both scripts alike")
	}
}

// ACM and Helm evaluate what stands in double braces, wherever it is in a manifest.
func TestNoDoubleBraces(t *testing.T) {
	for n, line := range strings.Split(script, "\n") {
		assert.NotRegexp(t, `\{\{|\}\}`, line, "line %d: write templates with < and >, and JSON with a space: } }", n+1)
	}
}
