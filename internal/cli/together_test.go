package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// running is a process of the program.
type running struct {
	*exec.Cmd
	out, err bytes.Buffer
}

// program returns a process that is not started yet.
func program(args ...string) *running {
	r := &running{Cmd: exec.Command(filepath.Join(programs, "registry-profile"), args...)}
	r.Stdout, r.Stderr = &r.out, &r.err
	return r
}

var waiting = regexp.MustCompile(`(?m)^waiting for another run in .*\n`)

// good waits for the process, and demands that it has nothing to say, but that it waited.
func (r *running) good(t *testing.T) {
	t.Helper()
	err := r.Wait()
	require.Empty(t, waiting.ReplaceAllString(r.err.String(), ""))
	require.NoError(t, err)
}

// Each run would take the other's files that are not complete yet for the
// leftovers of a run that was killed.
func TestRunsIntoOneFolder(t *testing.T) {
	texts := []string{profile("registry", "{}"), profile("registry", "{storage: {cephfs: {}}}")}
	var want []map[string]string
	for _, text := range texts {
		alone := t.TempDir()
		good(t, text, "render", "-o", alone, "-")
		want = append(want, tree(t, alone))
	}
	out := filepath.Join(t.TempDir(), "out")
	for round := range 12 {
		var all []*running
		var profiles []io.WriteCloser
		for range 5 {
			r := program("render", "-o", out, "-")
			stdin, err := r.StdinPipe()
			require.NoError(t, err)
			require.NoError(t, r.Start())
			all, profiles = append(all, r), append(profiles, stdin)
		}
		for _, profile := range profiles { // which is what they wait for
			_, err := io.WriteString(profile, texts[round%2])
			require.NoError(t, err)
			require.NoError(t, profile.Close())
		}
		for _, r := range all {
			r.good(t)
		}
		require.Equal(t, want[round%2], tree(t, out))
	}
}

// Fleets share some clusters, and one of these is rendered alone, too.
func TestRunsIntoOneFleet(t *testing.T) {
	dir := t.TempDir()
	files := fleet(t, dir, 12)
	out := filepath.Join(dir, "out")
	for round, spec := range []string{"{}", "{storage: {cephfs: {}}}", "{registry: {replicas: 5}}", "{storage: {noobaa: {}}}"} {
		for i, file := range files {
			require.NoError(t, os.WriteFile(file, []byte(profile(fmt.Sprintf("cluster-%d", i), spec)), 0o644))
		}
		alone := filepath.Join(dir, "alone", fmt.Sprint(round))
		good(t, "", append([]string{"render", "-o", alone}, files...)...)
		all := []*running{
			program(append([]string{"render", "-o", out}, files...)...),
			program(append([]string{"render", "-o", out}, files[3:]...)...),
			program("render", "--fleet", "-o", out, files[11]),
			program("render", "-o", filepath.Join(out, "cluster-3"), files[3]),
			program("render", "-o", filepath.Join(out, "cluster-3"), files[3]),
		}
		for _, r := range all {
			require.NoError(t, r.Start())
		}
		for _, r := range all {
			r.good(t)
		}
		require.Equal(t, tree(t, alone), tree(t, out))
	}
}

// appears waits until a run has made a file or a folder.
func appears(t *testing.T, path string) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := os.Stat(path)
		return err == nil
	}, time.Minute, time.Millisecond, path)
}

// A run that is killed leaves every file the old one or the new one, and
// kustomizations that list files which are there.
func TestKilledRunLeavesWholeFiles(t *testing.T) {
	dir := t.TempDir()
	files := fleet(t, dir, 60)
	args := append([]string{"render", "-o", dir + "/out"}, files...)
	for _, at := range []int{0, 20, 45} {
		killed := program(args...)
		require.NoError(t, killed.Start())
		appears(t, fmt.Sprintf("%s/out/cluster-%d", dir, at))
		_ = killed.Process.Kill()
		_ = killed.Wait()
		for name, content := range tree(t, dir) {
			if strings.HasSuffix(name, "kustomization.yaml") {
				var k types.Kustomization
				require.NoError(t, yaml.UnmarshalStrict([]byte(content), &k))
				for _, file := range k.Resources {
					require.FileExists(t, filepath.Join(dir, filepath.Dir(name), file))
				}
			} else if !strings.HasPrefix(filepath.Base(name), ".") {
				require.Len(t, objects(t, content), 1, name)
			}
		}
	}
	good(t, "", args...)
	good(t, "", append([]string{"render", "--check", dir + "/out"}, files...)...)
	for name := range tree(t, dir) {
		assert.NotContains(t, name, ".registry-profile-")
	}
}

// A run that is killed ends its turn, and what it has left is taken away.
func TestRunBesideAKilledOne(t *testing.T) {
	dir := t.TempDir()
	files := fleet(t, dir, 40)
	good(t, "", append([]string{"render", "-o", dir + "/alone"}, files...)...)
	want := tree(t, dir+"/alone")
	for _, at := range []int{0, 10, 30} {
		out := fmt.Sprintf("%s/out-%d", dir, at)
		args := append([]string{"render", "-o", out}, files...)
		killed, other := program(args...), program(args...)
		require.NoError(t, killed.Start())
		appears(t, fmt.Sprintf("%s/cluster-%d", out, at))
		require.NoError(t, other.Start())
		_ = killed.Process.Kill()
		_ = killed.Wait()
		other.good(t)
		require.Equal(t, want, tree(t, out))
	}
}
