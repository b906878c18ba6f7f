package engines

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/generators"
)

var update = flag.Bool("update", false, "rewrite docs/engines.md")

const document = "../../../docs/engines.md"

// TestDocument holds docs/engines.md to the table that the scenarios play.
func TestDocument(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(Document()), 0o644))
	}
	content, err := os.ReadFile(document)
	require.NoError(t, err)
	require.Equal(t, Document(), string(content), `run "go test ./engines -update" in test/e2e and read the difference`)
}

func TestPrunable(t *testing.T) {
	var kinds []string
	for _, g := range generators.All() {
		kind, group := g.Kind, ""
		if g.APIVersion != "v1" {
			var version string
			group, version, _ = strings.Cut(g.APIVersion, "/")
			kind += "." + version + "." + group
		}
		if g.Kind != "Namespace" && !generators.KindOf(group, g.Kind).Kept() && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	require.Equal(t, kinds, Prunable)
}
