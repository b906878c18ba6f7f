package programs

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A screen is where builders tell their progress. It says when a text is there.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	await string
	seen  chan struct{}
}

func newScreen(await string) *screen { return &screen{await: await, seen: make(chan struct{})} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := strings.Contains(s.text.String(), s.await)
	s.text.Write(p)
	if !before && strings.Contains(s.text.String(), s.await) {
		close(s.seen)
	}
	return len(p), nil
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

const waiting = "waiting for another build"

// hello is a module of one small program, in a folder of its own.
func hello(t *testing.T) (modules []Module, root, cache string) {
	t.Helper()
	root, cache = t.TempDir(), t.TempDir()
	write(t, root, "go.mod", "module example.com/hello\n\ngo 1.26\n")
	write(t, root, "main.go", "package main\n\nfunc main() {}\n")
	return []Module{{Name: "hello", Packages: map[string]string{"hello": "."}}}, root, cache
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	dir := filepath.Join(root, "hello")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
}

func TestBuildsWhatHasChanged(t *testing.T) {
	modules, root, cache := hello(t)
	built := func() bool {
		out := newScreen("built hello in")
		require.NoError(t, build(t.Context(), modules, root, cache, out), "%s", out)
		return strings.Contains(out.String(), out.await)
	}
	assert.True(t, built())
	assert.False(t, built(), "built twice")
	write(t, root, "main.go", "package main\n\nfunc main() { println() }\n")
	assert.True(t, built(), "not built after a change")
	require.NoError(t, os.Remove(filepath.Join(cache, "bin", "hello")))
	assert.True(t, built(), "not built though the program was gone")
}

// TestBuildAfterFailure: a build that failed may have replaced some of the programs,
// so those of before do not count any more.
func TestBuildAfterFailure(t *testing.T) {
	modules, root, cache := hello(t)
	require.NoError(t, build(t.Context(), modules, root, cache, newScreen("")))
	before, err := os.ReadFile(filepath.Join(root, "hello", "main.go"))
	require.NoError(t, err)
	write(t, root, "main.go", "package main\n\nfunc main() { none() }\n")
	out := newScreen("")
	require.ErrorContains(t, build(t.Context(), modules, root, cache, out), "building hello: ")
	assert.Contains(t, out.String(), "undefined: none")
	write(t, root, "main.go", string(before))
	out = newScreen("built hello in")
	require.NoError(t, build(t.Context(), modules, root, cache, out))
	<-out.seen
}

// TestSecondBuilderBuildsNothing: it waits for the first, and then looks again at
// what there is to build.
func TestSecondBuilderBuildsNothing(t *testing.T) {
	modules, root, cache := hello(t)
	unlock, err := lock(t.Context(), filepath.Join(cache, "lock"), newScreen(""))
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(cache, "bin"), 0o755))
	second, ended := newScreen(waiting), make(chan error)
	go func() { ended <- build(t.Context(), modules, root, cache, second) }()
	<-second.seen
	require.NoError(t, modules[0].build(t.Context(), filepath.Join(root, "hello"), cache, newScreen("")))
	unlock()
	require.NoError(t, <-ended)
	assert.NotContains(t, second.String(), "building")
}

// TestWaitingBuilderCanBeStopped: the lock is free afterwards as soon as its holder ends.
func TestWaitingBuilderCanBeStopped(t *testing.T) {
	modules, root, cache := hello(t)
	path := filepath.Join(cache, "lock")
	unlock, err := lock(t.Context(), path, newScreen(""))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	second, ended := newScreen(waiting), make(chan error)
	go func() { ended <- build(ctx, modules, root, cache, second) }()
	<-second.seen
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	unlock()
	unlock, err = lock(t.Context(), path, newScreen(""))
	require.NoError(t, err)
	unlock()
}
