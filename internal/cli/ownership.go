package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// This file tells the files of a folder that are ours, and may be replaced or removed,
// from those of others, which stay as they are.

// otherOwner fails if the whole folder belongs to another profile, or to a fleet: one
// finding, and not one for each file that is in the way.
func (f folder) otherOwner(entries []os.DirEntry) error {
	owner := ownerOf(f.path)
	switch {
	case owner == f.profileName():
		return nil
	case owner != "":
		return wrong("%s: was not generated from the profile %q but from %q, so nothing is overwritten; "+
			"if the profile was renamed, remove this file and those it lists, else render into a folder of its own",
			filepath.Join(f.path, kustomizationFile), f.profileName(), owner)
	case f.inFleet:
		return nil
	}
	for _, e := range entries {
		path := filepath.Join(f.path, e.Name())
		if e.IsDir() && ownerOf(path) != "" {
			return wrong("%s: holds the folders of a fleet, such as %s; add --fleet to use the folder %s, "+
				"or name another folder", f.path, path, filepath.Join(f.path, f.profileName()))
		}
	}
	return nil
}

// ownerOf returns the name of the profile that the kustomization.yaml of a folder says it
// was generated from, or "".
func ownerOf(dir string) string {
	content, err := readOurs(filepath.Join(dir, kustomizationFile))
	if err != nil {
		return ""
	}
	name, found := strings.CutPrefix(firstLine(content), generatedMark)
	if !found || len(validation.IsDNS1123Label(name)) > 0 {
		return ""
	}
	return name
}

// secondKustomizations refuses the other names of a kustomization.yaml: kustomize fails
// if there are two.
func (f folder) secondKustomizations(entries []os.DirEntry) []error {
	var faults []error
	for _, e := range entries {
		if e.Name() == "kustomization.yml" || e.Name() == "Kustomization" {
			faults = append(faults, wrong("%s: would be a second kustomization beside the generated one; "+
				"render into a folder of its own, or remove it", filepath.Join(f.path, e.Name())))
		}
	}
	return faults
}

// readReplaceable returns the content of the file that a change replaces, or nil if
// there is none. It fails if that file was not generated from the profile.
func (f folder) readReplaceable(c fileChange) ([]byte, error) {
	info, err := os.Lstat(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, wrong("%s: is in the way, and no file; move it away", c.path)
	}
	content, err := readOurs(c.path)
	if err != nil && !errors.Is(err, errNotOurs) {
		return nil, fmt.Errorf("%s: %w", c.path, withoutPath(err))
	}
	if err != nil || !bytes.Equal(content, c.after) && !isGeneratedFrom(f.profileName(), content) {
		return nil, wrong("%s: was not generated from the profile %q, so it is not overwritten; "+
			"render into a folder of its own, or remove it", c.path, f.profileName())
	}
	return content, nil
}

// outdated returns the removal of files that an earlier run generated from the profile,
// and of the temporary ones of a run that was killed.
func (f folder) outdated(wanted []fileChange, entries []os.DirEntry) []fileChange {
	var removals []fileChange
	for _, e := range entries {
		path := filepath.Join(f.path, e.Name())
		isWanted := slices.ContainsFunc(wanted, func(c fileChange) bool { return c.path == path })
		if isWanted || !e.Type().IsRegular() {
			continue
		}
		isManifest := filepath.Ext(e.Name()) == ".yaml"
		if !isManifest && !temporaryName().MatchString(e.Name()) {
			continue
		}
		content, err := readOurs(path)
		if err != nil {
			continue
		}
		if isManifest && isGeneratedFrom(f.profileName(), content) || f.isLeftover(e.Name(), content, wanted) {
			removals = append(removals, fileChange{path: path, before: content})
		}
	}
	return removals
}

// isLeftover tells whether a regular file is the temporary one of a run that was killed,
// so that it may be removed. Its name must be one that this program makes, and it must
// hold nothing of a user's: it is empty, or the beginning of a file that this run wants,
// or generated from the profile, as even a cut manifest is whose metadata are complete.
// Any other file stays, even if a killed run has left it: a hidden file does no harm.
func (f folder) isLeftover(name string, content []byte, wanted []fileChange) bool {
	isBeginning := func(c fileChange) bool { return bytes.HasPrefix(c.after, content) }
	return temporaryName().MatchString(name) &&
		(slices.ContainsFunc(wanted, isBeginning) || isGeneratedFrom(f.profileName(), content))
}

// isGeneratedFrom tells whether a whole file was generated from a profile. A user's own
// object that the profile was merged into was not.
func isGeneratedFrom(profile string, content []byte) bool {
	if firstLine(content) == generatedMark+profile {
		return true
	}
	if !bytes.Contains(content, []byte(generators.ProfileAnnotation)) {
		return false
	}
	documents, err := decodeStream(content)
	return err == nil && !slices.ContainsFunc(documents, func(n *yaml.RNode) bool {
		m := ynode.MetaOf(n.YNode())
		_, merged := m.Annotations[generators.MergedAnnotation]
		return merged || generators.ProfileOf(m.Labels, m.Annotations) != profile
	})
}

// firstLine returns the first line of a file as it was written: git may have changed the ends
// of lines, and an editor may have put a byte order mark in front.
func firstLine(content []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(content, []byte("\uFEFF")), []byte("\n"))
	return string(bytes.TrimSuffix(line, []byte("\r")))
}

// largestFile is more than any file that is rendered from a profile has.
const largestFile = 16 * ynode.MostBytes

// errNotOurs says that a file is a link, a pipe, or larger than any generated file.
var errNotOurs = errors.New("cannot be a generated file")

// readOurs reads a file unless it cannot be one of ours.
func readOurs(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > largestFile:
		return nil, errNotOurs
	}
	return os.ReadFile(path)
}
