package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
)

// fileChange is a file that is not as a profile wants it. A nil content means no file.
type fileChange struct {
	path          string
	before, after []byte
}

// diff returns the change in the unified format, which patch and git read.
func (c fileChange) diff() string {
	before, after := filepath.ToSlash(c.path), filepath.ToSlash(c.path)
	if c.before == nil {
		before = "/dev/null"
	}
	if c.after == nil {
		after = "/dev/null"
	}
	return udiff.Unified(before, after, string(c.before), string(c.after))
}

// applyChanges makes changes in their order. Every file is at any moment the old one or
// the new one.
func applyChanges(changes []fileChange) error {
	for _, c := range changes {
		if err := c.apply(); err != nil {
			return fmt.Errorf("%s: %w", c.path, withoutPath(err))
		}
	}
	return nil
}

func (c fileChange) apply() error {
	if c.after == nil {
		return os.Remove(c.path)
	}
	return writeFile(c.path, bytes.NewReader(c.after), 0o644)
}
