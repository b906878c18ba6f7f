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
// It calls waits once if it has to wait.
func lockFolder(dir string, waits func()) (unlock func(), err error) {
	folder, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	err = flock(folder, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		waits()
		_ = flock(folder, syscall.LOCK_EX)
	}
	return func() { folder.Close() }, nil
}

// flock repeats a call that a signal has interrupted.
func flock(folder *os.File, how int) error {
	for {
		if err := syscall.Flock(int(folder.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
