package cli

import (
	"fmt"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
)

// folders says which profiles are rendered into which folder.
type folders struct {
	files         []string
	output, check string
	// fleet gives each profile a folder of its name.
	fleet bool
}

// planner returns the function that renders a file and finds out what is to be
// changed in its folder below base.
func (s *session) planner(f folders, base string) func(file string) *rendering {
	return func(file string) *rendering {
		r := s.render(file)
		if r.failed {
			return r
		}
		dir := base
		if f.fleet {
			dir = filepath.Join(base, r.name)
		}
		var faults []error
		r.changes, faults = plan(dir, r.name, r.resources)
		r.fail(faults...)
		return r
	}
}

// writeFolders writes nothing unless every profile is good and every folder
// free. What was rendered to find that out is not kept: a fleet would not fit in
// memory.
func (s *session) writeFolders(f folders) error {
	var first []change
	unique := uniqueNames{}
	err := s.forEach(f.files, s.planner(f, f.output), func(r *rendering) {
		unique.check(r)
		first = r.changes
	})
	if err != nil {
		return err
	}
	if len(f.files) == 1 {
		return apply(first)
	}
	planned := s.planner(f, f.output)
	return s.forEach(f.files, func(file string) *rendering {
		r := planned(file)
		if r.failed {
			return r
		}
		r.lines = nil // its warnings are reported already
		if err := apply(r.changes); err != nil {
			r.fail(err)
		}
		return r
	}, func(*rendering) {})
}

// checkFolders writes to stdout how the folders differ from what writeFolders
// would leave there, and fails if they do.
func (s *session) checkFolders(f folders) error {
	unique := uniqueNames{}
	return s.forEach(f.files, s.planner(f, f.check), func(r *rendering) {
		unique.check(r)
		if r.failed || len(r.changes) == 0 {
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
	if other, taken := u[r.name]; taken {
		r.fail(fmt.Errorf("%s: metadata.name: %q is the name of the profile in %s too; give each its own", title(r.file), r.name, other))
		return
	}
	u[r.name] = r.file
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
