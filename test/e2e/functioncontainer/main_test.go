// Package functioncontainer runs the image of "make image" as kustomize and kpt run
// functions: in a container, by podman.
package functioncontainer

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/registryprofile/registry-profile/test/e2e/programs"
)

const (
	dist     = "../../../dist"
	examples = "../../../examples"
)

// ofThisMachine is what the image holds for this machine.
const ofThisMachine = dist + "/registry-profile-linux-" + runtime.GOARCH

// machine is what every test finds.
var machine struct {
	calls   string   // the file in which each call of podman is a line
	image   string   // the name under which podman knows it
	environ []string // of commands; registry-profile is not on PATH
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if err := programs.Build(context.Background(), "../programs", os.Stdout, "kustomize", "kpt"); err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "registry-profile-podman-")
	if err != nil {
		return 1, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	defer remove()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	defer context.AfterFunc(interrupted, func() {
		remove()
		os.Exit(1)
	})()
	if err := setUp(dir); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// files are those of a podman with a storage of its own, in a format that works in every
// file system. crun does not work where both versions of cgroups are mounted, and no
// runtime may raise the limits of a machine that is a container itself. kustomize calls
// docker by that name.
var files = map[string]string{
	"containers.conf": `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "DIR/tmp"
`,
	"storage.conf": `[storage]
driver = "vfs"
graphroot = "DIR/storage"
runroot = "DIR/run"
`,
	"bin/podman": `#!/bin/sh
echo "$*" >>DIR/calls
exec PODMAN "$@"
`,
	"bin/docker": `#!/bin/sh
exec DIR/bin/podman "$@"
`,
}

func setUp(dir string) error {
	podman, err := exec.LookPath("podman")
	if err == nil {
		_, err = exec.LookPath("runc")
	}
	if err != nil {
		return fmt.Errorf("install the packages podman and runc: %w", err)
	}
	built, err := programs.Dir()
	if err != nil {
		return err
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		content = strings.NewReplacer("DIR", dir, "PODMAN", podman).Replace(content)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"kustomize", "kpt"} {
		if err := os.Symlink(filepath.Join(built, name), filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	machine.calls = filepath.Join(dir, "calls")
	machine.environ = []string{
		"HOME=" + dir, "PATH=" + bin + ":/usr/sbin:/usr/bin:/sbin:/bin", "KRM_FN_RUNTIME=podman",
		"CONTAINERS_CONF=" + filepath.Join(dir, "containers.conf"),
		"CONTAINERS_STORAGE_CONF=" + filepath.Join(dir, "storage.conf"),
	}
	return load(podman)
}

// load reads the image, from the archive as it is published.
func load(podman string) error {
	cmd := exec.Command(podman, "load", "--quiet", "--input", dist+"/image.tar")
	cmd.Env = machine.environ
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("loading the image that \"make image\" has built: %w: %s", err, out)
	}
	_, name, found := strings.Cut(strings.TrimSpace(string(out)), "Loaded image: ")
	if !found {
		return fmt.Errorf("podman load names no image: %s", out)
	}
	machine.image = name
	return nil
}
