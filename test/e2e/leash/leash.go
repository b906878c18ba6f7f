// Package leash runs commands that leave no process behind. A killed "go build"
// would: its compilers and linkers go on.
package leash

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Run runs a command in a process table of its own, of which it is the first
// process. The kernel ends everything in that table together with the command, and
// the command together with this process, even if this process is killed.
func Run(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	attr := cmd.SysProcAttr
	attr.Cloneflags |= unix.CLONE_NEWPID
	attr.Pdeathsig = syscall.SIGKILL
	if os.Getuid() != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	// Pdeathsig follows the thread that forked, so that thread has to stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// EndWithParent asks this process to end, by SIGTERM, when its parent has ended.
func EndWithParent() error {
	// The setting is the thread's: a locked thread stays.
	runtime.LockOSThread()
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0, 0, 0)
}
