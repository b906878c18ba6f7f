// Package sandbox gives the scenarios a machine of their own: a network in
// which every port is free and only loopback exists, a process table that ends
// with its first process, a file system that leaves nothing behind.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	inside  = "REGISTRY_PROFILE_E2E_SANDBOX"
	scratch = "scratch"

	interrupted = 130 // what a shell says of a program ended by Ctrl-C
)

// Enter returns inside the sandbox. The process that calls it first prepares,
// starts itself again in there, waits, and exits with the inner one's code; so
// nothing that was started inside outlives it, however it ends. What prepare
// puts into the folder that it is given can be found inside at Prepared.
func Enter(prepare func(ctx context.Context, dir string) error) error {
	if dir := os.Getenv(inside); dir != "" {
		return setUp(filepath.Join(dir, scratch))
	}
	code, err := outside(prepare)
	if err != nil {
		return err
	}
	os.Exit(code)
	return nil
}

// Prepared is the folder that prepare has filled.
func Prepared() string { return os.Getenv(inside) }

func outside(prepare func(ctx context.Context, dir string) error) (int, error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	// Should go test be killed, this process is asked to end, too.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0, 0, 0); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "registry-profile-e2e-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Mkdir(filepath.Join(dir, scratch), 0o755); err != nil {
		return 0, err
	}
	// The folder is for everyone in the sandbox, whoever they run as.
	if err := os.Chmod(dir, 0o755); err != nil {
		return 0, err
	}
	if err := prepare(ctx, dir); err != nil {
		return 0, err
	}
	code, err := reexec(ctx, dir)
	if err != nil {
		return 0, fmt.Errorf("the scenarios need Linux namespaces, as root or with unprivileged user namespaces: %w", err)
	}
	return code, nil
}

func reexec(ctx context.Context, dir string) (int, error) {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), inside+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	// Pdeathsig follows the thread that forked, so that thread has to stay.
	runtime.LockOSThread()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	return exitCode(cmd.Wait()), nil
}

func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	default:
		return interrupted
	}
}

// setUp makes the namespaces that the process has got its own.
func setUp(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("proc: %w", err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	if err := os.Setenv("TMPDIR", dir); err != nil {
		return err
	}
	// Proxies of the outside are out of reach, and everything here is loopback.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		_ = os.Unsetenv(name)
	}
	return loopbackUp()
}

func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}
