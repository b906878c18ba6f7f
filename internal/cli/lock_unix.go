//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cli

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// lockFolder waits until no other run works in a folder, which may be missing. The lock
// is on the folder itself, so that no lock file ends in Git, and it ends with the
// process, however that ends. On a file system that cannot lock folders there is no lock.
func lockFolder(dir string) (unlock func(), err error) {
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
