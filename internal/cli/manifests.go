package cli

import (
	"errors"
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
		files, faults := manifestFiles(path)
		m.faults = append(m.faults, faults...)
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
// itself. Hidden folders, such as .git, hold none. It follows links to files, which those of a
// ConfigMap's volume are; one that leads nowhere is a fault.
func manifestFiles(path string) (files []string, faults []error) {
	if path == stdinName {
		return []string{path}, nil
	}
	fault := func(file string, err error) { faults = append(faults, unreadable(file, err)) }
	info, err := os.Stat(path)
	switch {
	case err != nil:
		fault(path, err)
		return nil, faults
	case !info.IsDir():
		return []string{path}, nil
	}
	root := path + string(filepath.Separator) // or a link to a folder would be none
	_ = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			fault(file, err)
		case entry.IsDir() && file != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case isManifest(entry.Name()):
			if info, err := os.Stat(file); err != nil {
				fault(file, err)
			} else if info.Mode().IsRegular() {
				files = append(files, file)
			}
		}
		return nil
	})
	return files, faults
}

func isManifest(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) && !slices.Contains(notManifests, name)
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
