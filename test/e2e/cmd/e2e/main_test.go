package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	// hang is how long nothing takes, however busy the machine is.
	hang = 5 * time.Minute
	mark = "REGISTRY_PROFILE_E2E_TEST" // in the environment of every process of a run
)

// endlessCompiler runs the compiler, or, on the program of the test, a process that
// never ends and has another one below it.
const endlessCompiler = `#!/bin/sh
case $TOOLEXEC_IMPORTPATH:$1:$2 in
go.etcd.io/etcd/server/v3:*/compile:-V=full) ;;
go.etcd.io/etcd/server/v3:*/compile:*) sleep infinity & echo >"$COMPILING"; wait ;;
esac
exec "$@"
`

// TestKilledRunLeavesNoProcess ends "make e2e" while it builds the first program, in
// each way in which a run can end before its time.
func TestKilledRunLeavesNoProcess(t *testing.T) {
	root := miniature(t)
	for name, test := range map[string]struct {
		signal syscall.Signal
		victim func(mark string, makePID int) int
	}{
		"Ctrl-C":             {syscall.SIGINT, group},
		"hangup":             {syscall.SIGHUP, group},
		"make is ended":      {syscall.SIGTERM, makeItself},
		"make is killed":     {syscall.SIGKILL, makeItself},
		"e2e is interrupted": {syscall.SIGINT, command},
		"e2e is ended":       {syscall.SIGTERM, command},
		"e2e is killed":      {syscall.SIGKILL, command},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			compiling, own := filepath.Join(dir, "compiling"), mark+"="+dir
			cmd := exec.Command("make", "-C", root, "e2e")
			cmd.Env = append(os.Environ(), own, "COMPILING="+compiling, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"),
				"GOCACHE="+goEnv(t, "GOCACHE"), "GOFLAGS=-mod=mod -toolexec="+filepath.Join(root, "compiler"), "TMPDIR="+dir)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			require.NoError(t, cmd.Start())
			t.Cleanup(func() {
				for _, pid := range processes(own) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			})
			require.Eventually(t, func() bool { _, err := os.Stat(compiling); return err == nil }, hang, 10*time.Millisecond)

			victim := test.victim(own, cmd.Process.Pid)
			require.NotZero(t, victim)
			require.NoError(t, syscall.Kill(victim, test.signal))
			require.Error(t, cmd.Wait())
			require.Eventually(t, func() bool { return len(processes(own)) == 0 }, hang, 10*time.Millisecond)
		})
	}
}

// miniature is the repository as far as "make e2e" needs it to build a first
// program, which is a small one here.
func miniature(t *testing.T) string {
	t.Helper()
	const repository = "../../../.."
	root := t.TempDir()
	for _, name := range []string{
		"Makefile", "go.mod", "test/e2e/go.mod", "test/e2e/go.sum",
		"test/e2e/programs/programs.go", "test/e2e/cmd/e2e/main.go", "test/e2e/engines/engines.go",
	} {
		content, err := os.ReadFile(filepath.Join(repository, name))
		require.NoError(t, err)
		write(t, filepath.Join(root, name), string(content), 0o644)
	}
	for _, name := range []string{"leash", "sandbox"} {
		source := os.DirFS(filepath.Join(repository, "test/e2e", name))
		require.NoError(t, os.CopyFS(filepath.Join(root, "test/e2e", name), source))
	}
	etcd := filepath.Join(root, "test/e2e/programs/etcd")
	write(t, filepath.Join(etcd, "go.mod"), "module go.etcd.io/etcd/server/v3\n\ngo 1.26\n", 0o644)
	write(t, filepath.Join(etcd, "main.go"), "package main\n\nfunc main() {}\n", 0o644)
	write(t, filepath.Join(root, "compiler"), endlessCompiler, 0o755)
	return root
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), mode))
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	value, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(value))
}

// group is make's process group, which is what a terminal signals.
func group(_ string, makePID int) int { return -makePID }

func makeItself(_ string, makePID int) int { return makePID }

// command is the process of a run that is this folder's program.
func command(own string, _ int) int {
	for _, pid := range processes(own) {
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); string(name) == "e2e\n" {
			return pid
		}
	}
	return 0
}

// processes are those with a setting in their environment.
func processes(setting string) []int {
	var pids []int
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		environment, _ := os.ReadFile(file) // empty when the process has ended
		if slices.Contains(strings.Split(string(environment), "\x00"), setting) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, pid)
		}
	}
	return pids
}
