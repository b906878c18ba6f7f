package cli

import (
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// A temporary file has a name that nobody can guess, so nobody can prepare a link or a
// file under that name. It has no extension, so no tool takes it for a manifest.
const temporaryPrefix = ".registry-profile-"

// temporaryName matches what newTemporaryName returns, and no name that a user would give.
var temporaryName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\.registry-profile-[A-Z2-7]{26,}$`)
})

func newTemporaryName() string { return temporaryPrefix + rand.Text() }

// writeFile puts content in the place of a file in one step: a reader, or a kill,
// finds the old file or the new one.
func writeFile(path string, content io.Reader, mode os.FileMode) (err error) {
	name := filepath.Join(filepath.Dir(path), newTemporaryName())
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(name)
		}
	}()
	_, err = io.Copy(file, content)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(name, path)
}
