package container

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// cannotStart is what container runtimes exit with when the command cannot be started.
const cannotStart = 127

// Main has to be called first thing in main of every program that uses Command:
// where the process is a container's first one it becomes the command and does
// not return.
func Main() {
	file := os.Getenv(stage)
	if file == "" {
		return
	}
	runtime.LockOSThread()
	err := become(file)
	fmt.Fprintln(os.Stderr, "container:", err)
	os.Exit(cannotStart)
}

func become(file string) error {
	encoded, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec Spec
	if err := json.Unmarshal(encoded, &spec); err != nil {
		return err
	}
	if err := build(spec); err != nil {
		return err
	}
	if err := enter(spec); err != nil {
		return err
	}
	return start(spec)
}

func build(spec Spec) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", spec.Root, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	for _, name := range []string{"bin", "sbin", "lib", "lib32", "lib64", "usr", "etc"} {
		if err := share(spec.Root, name); err != nil {
			return fmt.Errorf("/%s: %w", name, err)
		}
	}
	for _, name := range []string{"dev", "proc", "tmp", "opt", "run", "var/run", "var/lib", "home"} {
		if err := os.MkdirAll(filepath.Join(spec.Root, name), 0o755); err != nil {
			return err
		}
	}
	if err := devices(filepath.Join(spec.Root, "dev")); err != nil {
		return err
	}
	if err := unix.Mount("proc", filepath.Join(spec.Root, "proc"), "proc", 0, ""); err != nil {
		return err
	}
	for _, m := range spec.Mounts {
		if err := bind(m.Source, filepath.Join(spec.Root, m.Target), m.ReadOnly); err != nil {
			return fmt.Errorf("mount %s: %w", m.Target, err)
		}
	}
	if spec.ReadOnlyRoot {
		return readOnly(spec.Root)
	}
	return nil
}

// devices makes a /dev of the container's own, so that nothing is left in the machine's.
func devices(dev string) error {
	if err := unix.Mount("tmpfs", dev, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom"} {
		if err := bind(filepath.Join("/dev", name), filepath.Join(dev, name), false); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"} {
		if err := os.Symlink("/proc/self/fd"+target, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	return nil
}

// share shows a folder of the machine's root read-only, or repeats its symbolic link.
func share(root, name string) error {
	source, target := filepath.Join("/", name), filepath.Join(root, name)
	info, err := os.Lstat(source)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&os.ModeSymlink == 0 {
		return bind(source, target, true)
	}
	link, err := os.Readlink(source)
	if err != nil {
		return err
	}
	return os.Symlink(strings.TrimPrefix(link, "/"), target)
}

func bind(source, target string, ro bool) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if err := place(target, info.IsDir()); err != nil {
		return err
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	if ro {
		return readOnly(target)
	}
	return nil
}

// place makes sure that there is something to mount on.
func place(target string, dir bool) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if dir {
		return os.MkdirAll(target, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, nil, 0o644)
}

// readOnly keeps the flags that the mount has: an unprivileged user namespace may not drop them.
func readOnly(target string) error {
	var stat unix.Statfs_t
	if err := unix.Statfs(target, &stat); err != nil {
		return err
	}
	kept := uintptr(stat.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME)
	return unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|kept, "")
}

func enter(spec Spec) error {
	if err := unix.Chroot(spec.Root); err != nil {
		return err
	}
	dir := spec.WorkingDir
	if dir == "" {
		dir = "/"
	}
	return os.Chdir(dir)
}

func start(spec Spec) error {
	path, err := lookPath(spec)
	if err != nil {
		return err
	}
	if spec.UID != 0 {
		if err := syscall.Setgroups(nil); err != nil {
			return err
		}
		if err := syscall.Setgid(0); err != nil {
			return err
		}
		if err := syscall.Setuid(spec.UID); err != nil {
			return err
		}
	}
	return unix.Exec(path, spec.Args, spec.Env)
}

// lookPath searches the container's PATH, not ours.
func lookPath(spec Spec) (string, error) {
	name := spec.Args[0]
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, entry := range spec.Env {
		dirs, ok := strings.CutPrefix(entry, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(dirs) {
			path := filepath.Join(dir, name)
			if unix.Access(path, unix.X_OK) == nil {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%s: not found in PATH", name)
}
