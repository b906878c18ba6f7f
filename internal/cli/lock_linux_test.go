package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The other run here is the test: it holds the folder, and has a file in there that
// is not complete.
func TestRunWaitsForItsTurn(t *testing.T) {
	dir := write(t, "profile.yaml", profile("registry", "{}"), "out/"+temporaryName("X"), "apiVersion: ")
	out := filepath.Join(dir, "out")
	folder, err := os.Open(out)
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(folder.Fd()), syscall.LOCK_EX))
	before := tree(t, out)

	r := program("render", "-o", out, dir+"/profile.yaml")
	require.NoError(t, r.Start())
	blocked := fmt.Sprintf("-> FLOCK  ADVISORY  WRITE %d ", r.Process.Pid)
	require.Eventually(t, func() bool {
		locks, err := os.ReadFile("/proc/locks")
		return err == nil && strings.Contains(string(locks), blocked)
	}, time.Minute, time.Millisecond)
	assert.Equal(t, before, tree(t, out))

	require.NoError(t, folder.Close())
	require.NoError(t, r.Wait())
	assert.Equal(t, "waiting for another run in "+out+"\n", r.err.String())
	assert.NotContains(t, tree(t, out), temporaryName("X"))
	good(t, "", "render", "--check", out, dir+"/profile.yaml")
}
