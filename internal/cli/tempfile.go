package cli

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// A temporary file has a name that nobody can guess, so nobody can prepare a link or a
// file under that name. It has no extension, so no tool takes it for a manifest.
const temporaryPrefix = ".registry-profile-"

// temporaryName matches what newTemporaryName returns, and no name that a user would give.
var temporaryName = regexp.MustCompile(`^\.registry-profile-[A-Z2-7]{26,}$`)

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

// isLeftover tells whether a regular file is the temporary one of a run that was killed,
// so that it may be removed. Its name must be one that this program makes, and it must
// hold nothing of a user's: it is empty, or the beginning of a file that this run wants,
// or generated from the profile, as even a cut manifest is whose metadata are complete.
// Any other file stays, even if a killed run has left it: a hidden file does no harm.
func (f folder) isLeftover(name string, content []byte, wanted []fileChange) bool {
	isBeginning := func(c fileChange) bool { return bytes.HasPrefix(c.after, content) }
	return temporaryName.MatchString(name) &&
		(slices.ContainsFunc(wanted, isBeginning) || isGeneratedFrom(f.profileName(), content))
}
