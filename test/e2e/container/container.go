// Package container runs a command as a container would: its own file system
// root, process table and mounts. The root is the machine's own /usr, read-only.
package container

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Spec says what a container is made of.
type Spec struct {
	Args         []string
	Env          []string // NAME=value; nothing is inherited
	WorkingDir   string
	Root         string // an empty folder of the container's own
	ReadOnlyRoot bool
	Mounts       []Mount
	Hosts        map[string]string // name → address, as /etc/hosts
	Hidden       []string          // programs of the machine that the image would not have
	UID          int
}

// A Mount shows a file or folder of the machine inside the container.
type Mount struct {
	Source, Target string
	ReadOnly       bool
}

const stage = "REGISTRY_PROFILE_E2E_CONTAINER"

// Command returns the command that becomes the container's first process. To
// kill it is to kill everything in the container.
func Command(spec Spec) (*exec.Cmd, error) {
	if err := prepare(&spec); err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	file := spec.Root + ".json"
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{stage + "=" + file}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC}
	return cmd, nil
}

// prepare writes what the container's file system needs from outside of it.
func prepare(spec *Spec) error {
	if err := os.MkdirAll(spec.Root, 0o755); err != nil {
		return err
	}
	var hosts strings.Builder
	fmt.Fprintln(&hosts, "127.0.0.1 localhost")
	for name, address := range spec.Hosts {
		fmt.Fprintln(&hosts, address, name)
	}
	file := spec.Root + ".hosts"
	if err := os.WriteFile(file, []byte(hosts.String()), 0o644); err != nil {
		return err
	}
	spec.Mounts = append(spec.Mounts, Mount{Source: file, Target: "/etc/hosts", ReadOnly: true})
	for _, name := range spec.Hidden {
		for _, dir := range []string{"/usr/local/bin", "/usr/bin"} {
			path := filepath.Join(dir, name)
			if target, err := filepath.EvalSymlinks(path); err == nil && strings.HasPrefix(target, "/usr/") {
				spec.Mounts = append(spec.Mounts, Mount{Source: "/dev/null", Target: target})
			}
		}
	}
	return nil
}
