//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cli

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// lock waits until no other run is at work in a folder, which may be missing. The
// lock is on the folder itself, so that no file of it ends in Git, and ends with
// the process, however that ends. A file system that has no locks for folders is
// used without.
func lock(dir string) (unlock func(), err error) {
	folder, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	for errors.Is(syscall.Flock(int(folder.Fd()), syscall.LOCK_EX), syscall.EINTR) {
	}
	return func() { folder.Close() }, nil
}
