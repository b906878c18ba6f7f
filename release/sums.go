package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

// file is one of the release, with its checksum.
type file struct{ Name, SHA256 string }

// files are all that are there by now, by their names.
func (r *release) files() ([]file, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, entry := range entries {
		content, err := os.ReadFile(r.path(entry.Name()))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		files = append(files, file{entry.Name(), hex.EncodeToString(sum[:])})
	}
	return files, nil
}

// writeSums writes the form that sha256sum --check reads.
func (r *release) writeSums() error {
	files, err := r.files()
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.Name)
	}
	return r.write(sumsFile, []byte(b.String()))
}
