package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// mostStreamBytes bounds one file of manifests. All the manifests of a large cluster have
// a few million.
const mostStreamBytes = 1 << 26

// manifests are objects with the files that they stand in.
type manifests struct {
	items []*yaml.RNode
	// files are where the items stand, by their index.
	files []string
	// read are all files that could be read.
	read []string
	// faults are the files that could not be read.
	faults []error
}

// readManifests reads files, every file of manifests below folders, and stdin. What cannot
// be read does not stop it.
func (s *session) readManifests(paths []string) *manifests {
	m := &manifests{}
	for _, path := range paths {
		files, err := manifestFiles(path)
		if err != nil {
			m.faults = append(m.faults, err)
		}
		for _, file := range files {
			if err := m.add(s.in, file); err != nil {
				m.faults = append(m.faults, err)
			} else {
				m.read = append(m.read, file)
			}
		}
	}
	return m
}

// notManifests are files that tell a tool what to do and never reach a cluster.
var notManifests = []string{kustomizationFile, "kustomization.yml"}

// manifestFiles returns the files of manifests below a folder, in order, and any other path
// itself. Hidden folders, such as .git, hold none.
func manifestFiles(path string) ([]string, error) {
	if info, err := os.Stat(path); path == stdinName || err == nil && !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", file, withoutPath(err))
		case entry.IsDir() && file != path && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file)) && isFile(file) &&
			!slices.Contains(notManifests, entry.Name()):
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

// isFile follows links: the files of a ConfigMap's volume are some.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// add adds the objects of a file. A document without a kind is no object.
func (m *manifests) add(stdin io.Reader, file string) error {
	content, err := readStream(stdin, file)
	if err != nil {
		return unreadable(displayName(file), err)
	}
	documents, err := decodeStream(content)
	if err != nil {
		return syntaxError(displayName(file), content, err)
	}
	for _, document := range documents {
		if ynode.Text(document.YNode(), "kind") != "" {
			m.items, m.files = append(m.items, document), append(m.files, file)
		}
	}
	return nil
}

func readStream(stdin io.Reader, file string) ([]byte, error) {
	in := stdin
	if file != stdinName {
		opened, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		in = opened
	}
	content, err := io.ReadAll(io.LimitReader(in, mostStreamBytes+1))
	if len(content) > mostStreamBytes {
		err = errors.New("has more than 64 MiB; give the manifests in several files")
	}
	return content, err
}
