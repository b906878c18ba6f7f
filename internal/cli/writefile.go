package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// temporary starts the names of files that are not complete yet.
const temporary = ".registry-profile-"

// writeFile puts content in the place of a file in one step: a reader, or a kill,
// finds the old file or the new one.
func writeFile(path string, content io.Reader, mode os.FileMode) error {
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf("%s%d-%s", temporary, os.Getpid(), filepath.Base(path)))
	file, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer os.Remove(name) // which is gone unless something failed
	_, err = io.Copy(file, content)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(name, path)
}
