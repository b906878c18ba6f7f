package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
	"github.com/registryprofile/registry-profile/generators"
)

// folders says which profiles are rendered into which folder.
type folders struct {
	files         []string
	output, check string
	// fleet gives each profile a folder of its name.
	fleet bool
}

// of returns the folder of a good profile.
func (f folders) of(r *rendering) string {
	base := cmp.Or(f.output, f.check)
	if f.fleet {
		return filepath.Join(base, r.name())
	}
	return base
}

// writeFolders writes nothing unless every profile is good and every folder
// free.
func (s *session) writeFolders(f folders) error {
	if len(f.files) == 1 { // which may be stdin, to be read once
		return s.forEach(f.files, func(r *rendering) { r.write(f) }, nothing)
	}
	stale, err := s.stale(f)
	if err != nil {
		return err
	}
	return s.forEach(stale, func(r *rendering) {
		r.lines = nil // its warnings are reported already
		r.write(f)
	}, nothing)
}

// stale returns the files of the profiles whose folders are to be changed. It
// fails unless every profile is good and every folder free.
func (s *session) stale(f folders) ([]string, error) {
	var stale []string
	unique := uniqueNames{}
	err := s.forEach(f.files, func(r *rendering) { r.look(f) }, func(r *rendering) {
		unique.check(r)
		if r.stale {
			stale = append(stale, r.file)
		}
	})
	return stale, err
}

// look finds out whether the folder is free and whether it is stale. What was
// rendered for that is not kept, since a fleet would not fit in memory; so nothing
// is rendered where there is no folder yet.
func (r *rendering) look(f folders) {
	if r.stale = missing(f.of(r)); !r.stale {
		r.compare(f)
	}
}

// compare finds out what is to be changed in the folder.
func (r *rendering) compare(f folders) {
	dir := f.of(r)
	r.alone(dir, func() { r.plan(dir) })
}

// write makes the folder what the profile wants, unless a file is in the way.
func (r *rendering) write(f folders) {
	dir := f.of(r)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.fail(fmt.Errorf("%s: %w", dir, reason(err)))
		return
	}
	r.alone(dir, func() {
		if r.plan(dir); r.failed {
			return
		}
		if err := apply(r.changes); err != nil {
			r.fail(err)
		}
	})
}

// alone does something with a folder while no other run does: it would take what
// is being written for what a killed run has left.
func (r *rendering) alone(dir string, do func()) {
	unlock, err := lock(dir)
	if err != nil {
		r.fail(fmt.Errorf("%s: %w", dir, reason(err)))
		return
	}
	defer unlock()
	do()
}

// plan renders the profile and finds out what is to be changed in a folder.
func (r *rendering) plan(dir string) {
	var faults []error
	r.changes, faults = plan(dir, r.name(), generators.Expand(r.profile))
	r.stale = len(r.changes) > 0
	r.fail(faults...)
}

// checkFolders writes to stdout how the folders differ from what writeFolders
// would leave there, and fails if they do.
func (s *session) checkFolders(f folders) error {
	unique := uniqueNames{}
	return s.forEach(f.files, func(r *rendering) { r.compare(f) }, func(r *rendering) {
		unique.check(r)
		if r.failed || !r.stale {
			return
		}
		for _, c := range r.changes {
			fmt.Fprint(s.out, c.diff())
		}
		r.fail(fmt.Errorf("%s: stale files in %s: %d; run registry-profile render --output %s with the same profiles",
			title(r.file), filepath.Dir(r.changes[0].path), len(r.changes), f.check))
	})
}

// uniqueNames are the files of the profiles that were seen, by their names.
type uniqueNames map[string]string

// check fails a profile whose name, and therefore folder, is taken.
func (u uniqueNames) check(r *rendering) {
	if r.failed {
		return
	}
	if other, taken := u[r.name()]; taken {
		r.fail(fmt.Errorf("%s: metadata.name: %q is the name of the profile in %s too; give each its own", title(r.file), r.name(), other))
		return
	}
	u[r.name()] = r.file
}

// diff returns the change in the unified format, which patch and git read.
func (c change) diff() string {
	before, after := filepath.ToSlash(c.path), filepath.ToSlash(c.path)
	if c.before == nil {
		before = "/dev/null"
	}
	if c.after == nil {
		after = "/dev/null"
	}
	return udiff.Unified(before, after, string(c.before), string(c.after))
}
