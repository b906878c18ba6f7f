package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// outputs says into which folders the profiles of some files are rendered.
type outputs struct {
	files []string
	// dir is the folder of the one profile, or that of the folders of a fleet.
	dir string
	// fleet gives each profile a folder of its name below dir.
	fleet bool
}

// folderOf returns the folder of a profile.
func (o outputs) folderOf(p *v1alpha1.RegistryProfile) folder {
	if o.fleet {
		return folder{filepath.Join(o.dir, p.Metadata.Name), p, true}
	}
	return folder{o.dir, p, false}
}

// writeFolders writes the manifests of every profile into its folder. It writes nothing
// unless every profile is valid and no foreign file stands in the place of one of ours.
//
// Each file is read and decoded once: it may be a pipe, and what is written is what was
// checked. What is kept of it is the profile, about a kilobyte. A folder is planned twice
// if it is there and differs: before anything is written, and again when it is written,
// since another run may have changed it in between, and since the manifests of a whole
// fleet are too large to keep.
func (s *session) writeFolders(o outputs) error {
	r := s.textReporter()
	stale := s.staleFolders(o, r)
	if r.outcome != exitGood {
		return r.end()
	}
	for _, faults := range each(s, stale, s.writeFolder) {
		r.faults(faults)
	}
	return r.end()
}

// staleFolders returns the folders that are to be written, and tells why any of them
// cannot be.
func (s *session) staleFolders(o outputs, r *reporter) []folder {
	var stale []folder
	names := profileNames{}
	compare := func(file string) comparison { return s.compareIfNeeded(o, s.decode(file)) }
	for _, c := range each(s, o.files, compare) {
		if fault := names.add(c); fault != nil {
			c.faults = append(c.faults, fault)
		}
		if c.isStale() {
			stale = append(stale, o.folderOf(c.profile))
		}
		r.input(c.input)
		r.faults(c.faults)
	}
	if r.outcome == exitGood {
		r.orphans(o, names, s.strict)
	}
	return stale
}

// compareIfNeeded compares a folder with its profile unless the folder is to be planned
// just once: it is not there yet, so nothing is in the way, or it is the only one.
func (s *session) compareIfNeeded(o outputs, in *input) comparison {
	if in.profile == nil {
		return comparison{input: in}
	}
	_, err := os.Stat(o.folderOf(in.profile).path)
	if len(o.files) == 1 || errors.Is(err, fs.ErrNotExist) {
		return comparison{input: in, skipped: true}
	}
	return s.compare(o, in)
}

// checkFolders writes to stdout how the folders differ from what writeFolders would
// leave there, and fails if they do.
func (s *session) checkFolders(o outputs) error {
	r, names := s.textReporter(), profileNames{}
	compare := func(file string) comparison { return s.compare(o, s.decode(file)) }
	for file, c := range each(s, o.files, compare) {
		if fault := names.add(c); fault != nil {
			c.faults = append(c.faults, fault)
		}
		if c.isStale() {
			for _, change := range c.changes {
				fmt.Fprint(s.out, change.diff())
			}
			c.faults = append(c.faults, wrong("%s: stale files in %s: %d; run registry-profile render "+
				"--output %s with the same profiles", displayName(file), o.folderOf(c.profile).path, len(c.changes), o.dir))
		}
		r.input(c.input)
		r.faults(c.faults)
	}
	if len(names) == len(o.files) { // else an orphan may be the folder of a profile with a fault
		r.orphans(o, names, true)
	}
	return r.end()
}

// comparison is an input, and how its folder differs from what its profile wants.
type comparison struct {
	*input
	changes []fileChange
	faults  []error
	// skipped says that the folder was not compared.
	skipped bool
}

// compare compares the folder of an input with what its profile wants.
func (s *session) compare(o outputs, in *input) comparison {
	c := comparison{input: in}
	if in.profile != nil {
		c.changes, c.faults = s.planFolder(o.folderOf(in.profile))
	}
	return c
}

// isValid tells whether the profile is valid and its folder can be written.
func (c comparison) isValid() bool { return c.profile != nil && len(c.faults) == 0 }

// isStale tells whether the folder can and must be written.
func (c comparison) isStale() bool { return c.isValid() && (c.skipped || len(c.changes) > 0) }

// profileNames holds the file of each profile by the profile's name.
type profileNames map[string]string

// add fails if another profile has the name, and therefore the folder, of a valid one.
func (n profileNames) add(c comparison) error {
	if !c.isValid() {
		return nil
	}
	name := c.profile.Metadata.Name
	if other, taken := n[name]; taken {
		return wrong("%s: metadata.name: %q is the name of the profile in %s too; give each its own",
			displayName(c.file), name, other)
	}
	n[name] = c.file
	return nil
}
