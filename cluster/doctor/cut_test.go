package doctor_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/test/inspect"
)

// TestNothingIsConcludedFromACutFile: a dump of which a file ends early has no finding that
// the whole one does not have.
func TestNothingIsConcludedFromACutFile(t *testing.T) {
	t.Parallel()
	w := profiled(t)
	dir := t.TempDir()
	require.NoError(t, inspect.Write(dir, slices.Collect(maps.Values(w.objects))...))
	reader, faults := cluster.Dump(cluster.Folder{Name: "dump", Files: os.DirFS(dir)})
	require.Empty(t, faults)
	all := verdicts(w.examine(t, reader))
	cuts := 0
	for cut, reader := range inspect.Cuts(os.DirFS(dir)) {
		cuts++
		require.Subset(t, all, verdicts(w.examine(t, reader)), cut)
	}
	assert.Greater(t, cuts, 500)
}
