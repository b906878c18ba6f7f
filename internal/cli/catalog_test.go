package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCatalogEntry: --doc says what the SDK would say of the same documents.
func TestCatalogEntry(t *testing.T) {
	readme, err := os.ReadFile("catalog/README.md")
	require.NoError(t, err)
	metadata, err := os.ReadFile("catalog/metadata.yaml")
	require.NoError(t, err)

	path := filepath.Join(t.TempDir(), "stdout")
	stdout, err := os.Create(path)
	require.NoError(t, err)
	defer func(args []string, out *os.File) { os.Args, os.Stdout = args, out }(os.Args, os.Stdout)
	os.Args, os.Stdout = []string{"registry-profile", "--doc"}, stdout
	require.NoError(t, kptfn.AsMain(fn.Processor{}, kptfn.WithDocs(readme, metadata)))
	require.NoError(t, stdout.Close())
	want, err := os.ReadFile(path)
	require.NoError(t, err)

	got := good(t, "", "--doc")
	assert.Equal(t, string(want)+"\n", got)
	assert.Contains(t, got, `"short": "The `+"`registry-profile`"+` function puts`)
	assert.NotContains(t, got, `": ""`, "a mark is missing")
}
