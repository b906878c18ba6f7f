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
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/registryprofile/registry-profile/test/e2e/leash"
)

const (
	inside  = "REGISTRY_PROFILE_E2E_SANDBOX"
	scratch = "scratch"
)

// MakeDir makes the folder of a new sandbox. What is put there can be found inside
// at Prepared. The caller removes it.
func MakeDir() (string, error) {
	dir, err := os.MkdirTemp("", "registry-profile-e2e-")
	if err != nil {
		return "", err
	}
	// The folder is for everyone in the sandbox, whoever they run as.
	return dir, errors.Join(os.Mkdir(filepath.Join(dir, scratch), 0o755), os.Chmod(dir, 0o755))
}

// Run runs a program of the sandbox's folder in the sandbox, until it ends or the
// context does. The program has to call Enter first.
func Run(ctx context.Context, dir, workingDir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(dir, program), args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = workingDir, os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), inside+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET}
	return leash.Run(cmd)
}

// Enter sets up the sandbox that Run has started this process in.
func Enter() error {
	dir := Prepared()
	if dir == "" {
		return errors.New("the scenarios run in a sandbox only: call make e2e, with RUN=regex to select some")
	}
	return setUp(filepath.Join(dir, scratch))
}

// Prepared is, inside, the sandbox's folder.
func Prepared() string { return os.Getenv(inside) }

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
