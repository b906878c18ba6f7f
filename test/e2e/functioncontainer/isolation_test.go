package functioncontainer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/wait"
)

// TestIsolated looks at the process of a function while it runs. It has no network but
// loopback, is nobody, and can become nobody else.
func TestIsolated(t *testing.T) {
	for name, c := range map[string]struct{ example, runtime, command string }{
		"kustomize": {"kustomize", "docker", "kustomize build --enable-alpha-plugins ."},
		"kpt":       {"kpt", "podman", "kpt fn eval --image " + machine.image + " --fn-config profile.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, translated(tree(t, filepath.Join(examples, c.example))))
			path, release := slowDown(t, c.runtime)
			ended := make(chan error)
			go func() {
				stderr, err := shell(t, dir, "PATH="+path+":$PATH; "+c.command)
				if err != nil {
					err = fmt.Errorf("%w: %s", err, stderr)
				}
				ended <- err
			}()
			defer func() {
				release()
				require.NoError(t, <-ended)
			}()
			requireIsolated(t, running(t))
		})
	}
}

// slowDown makes a podman with the name of a runtime. The input of its containers ends when
// the caller releases it: until then they wait for it.
func slowDown(t *testing.T, runtime string) (path string, release func()) {
	t.Helper()
	path = t.TempDir()
	pipe := filepath.Join(path, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	// For reading as well: opened so, a pipe does not wait for its other end.
	writer, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = writer.Close() })
	script := `#!/bin/sh
[ "$1" = run ] || exec PODMAN "$@"
{ cat; read -r _ <PIPE; } | PODMAN "$@"
`
	podman := filepath.Join(filepath.Dir(machine.calls), "bin", "podman")
	script = strings.NewReplacer("PODMAN", podman, "PIPE", pipe).Replace(script)
	require.NoError(t, os.WriteFile(filepath.Join(path, runtime), []byte(script), 0o755))
	return path, func() { _, _ = writer.WriteString("\n") }
}

// running returns the folder in /proc of the one function that runs, as soon as it does.
func running(t *testing.T) (process string) {
	t.Helper()
	dir := t.TempDir()
	found := func(context.Context) (bool, error) {
		stderr, err := shell(t, dir, "podman ps --format '{{.Pid}}' >pid")
		require.NoError(t, err, stderr)
		process = "/proc/" + strings.TrimSpace(tree(t, dir)["pid"])
		program, err := os.Readlink(process + "/exe")
		return err == nil && program == "/registry-profile", nil
	}
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, time.Minute, true, found)
	require.NoError(t, err, "no function runs")
	return process
}

func requireIsolated(t *testing.T, process string) {
	t.Helper()
	devices, err := os.ReadFile(process + "/net/dev")
	require.NoError(t, err)
	interfaces := regexp.MustCompile(`(?m)^ *(\S+):`).FindAllStringSubmatch(string(devices), -1)
	require.Len(t, interfaces, 1)
	assert.Equal(t, "lo", interfaces[0][1])
	content, err := os.ReadFile(process + "/status")
	require.NoError(t, err)
	status := strings.Join(strings.Fields(string(content)), " ")
	for _, want := range []string{
		"Uid: 65534 65534 65534 65534 ", "Gid: 65534 65534 65534 65534 ", "CapEff: 0000000000000000 ", "NoNewPrivs: 1 ",
	} {
		assert.Contains(t, status, want)
	}
}
