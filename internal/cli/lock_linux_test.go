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
	awaitBlocked(t, r.Process.Pid)
	assert.Equal(t, before, tree(t, out))

	require.NoError(t, folder.Close())
	require.NoError(t, r.Wait())
	assert.Equal(t, "waiting for another run in "+out+"\n", r.err.String())
	assert.NotContains(t, tree(t, out), temporaryName("X"))
	good(t, "", "render", "--check", out, dir+"/profile.yaml")
}

// An install does not take the file of another one for a leftover.
func TestInstallWaitsForItsTurn(t *testing.T) {
	dir := write(t, temporaryName("X"), "")
	folder, err := os.Open(dir)
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(folder.Fd()), syscall.LOCK_EX))

	r := program("install", "--bin-dir", dir)
	require.NoError(t, r.Start())
	awaitBlocked(t, r.Process.Pid)
	assert.Contains(t, tree(t, dir), temporaryName("X"))

	require.NoError(t, folder.Close())
	require.NoError(t, r.Wait())
	assert.Equal(t, "waiting for another run in "+dir+"\n", r.err.String())
}

// awaitBlocked waits until a process waits for the lock of a folder.
func awaitBlocked(t *testing.T, pid int) {
	t.Helper()
	blocked := fmt.Sprintf("-> FLOCK  ADVISORY  WRITE %d ", pid)
	require.Eventually(t, func() bool {
		locks, err := os.ReadFile("/proc/locks")
		return err == nil && strings.Contains(string(locks), blocked)
	}, time.Minute, time.Millisecond)
}
