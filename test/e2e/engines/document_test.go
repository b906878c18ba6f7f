package engines

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
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
