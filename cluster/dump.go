package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Folder is a folder of the user's. Its files must not lead out of it.
type Folder struct {
	Name  string
	Files fs.FS
}

// Dump returns a Reader of folders that must-gather or "oc adm inspect" has written, or that
// hold such folders. It reads what it is asked for, and nothing else.
func Dump(folders ...Folder) (Reader, []error) {
	var readers []Reader
	var faults []error
	for _, folder := range folders {
		roots, err := folder.roots()
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("%s: %w", folder.Name, err))
		case len(roots) == 0:
			faults = append(faults, fmt.Errorf("%s: is no must-gather: no folder in it has the folder %s or %s",
				folder.Name, clusterScoped, namespaces))
		}
		for _, root := range roots {
			readers = append(readers, &dump{folder: folder, root: root})
		}
	}
	return Join(readers...), faults
}

// The folders in which "oc adm inspect" writes.
const (
	clusterScoped = "cluster-scoped-resources"
	namespaces    = "namespaces"
)

const (
	// deepest is how far below a folder a dump is looked for. The image of a must-gather is
	// two folders below the one that holds several.
	deepest = 4
	// mostFolders bounds the search where somebody names a folder that is no must-gather.
	mostFolders = 10_000
)

// roots returns the folders that "oc adm inspect" has written to.
func (f Folder) roots() ([]string, error) {
	var roots []string
	looked := 0
	var search func(dir string, depth int) error
	search = func(dir string, depth int) error {
		if looked++; looked > mostFolders {
			return fmt.Errorf("has more than %d folders; name the must-gather in it", mostFolders)
		}
		folders, err := f.folders(dir)
		if depth > 0 && errors.Is(err, fs.ErrPermission) { // what is in it is not collected
			return nil
		}
		if err != nil {
			return err
		}
		if slices.Contains(folders, clusterScoped) || slices.Contains(folders, namespaces) {
			roots = append(roots, dir)
		}
		for _, name := range folders {
			switch {
			case name == clusterScoped || depth == deepest:
				continue
			case name == namespaces: // ODF's must-gather has a dump of all namespaces in here
				name = path.Join(name, "all")
				if !f.isFolder(path.Join(dir, name)) {
					continue
				}
			}
			if err := search(path.Join(dir, name), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	err := search(".", 0)
	return roots, err
}

// folders returns the names of the folders in a folder, which may be missing.
func (f Folder) folders(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.Files, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

func (f Folder) isFolder(dir string) bool {
	info, err := fs.Stat(f.Files, dir)
	return err == nil && info.IsDir()
}

// dump is one folder that "oc adm inspect" has written to.
type dump struct {
	folder Folder
	root   string

	files  memo[string, file]
	served memo[string, discovery]
}

func (d *dump) Get(_ context.Context, kind Kind, namespace, name string) Answer {
	if !isName(name) || kind.Namespaced && !isName(namespace) {
		return Answer{Outcome: noName(kind, namespace, name)}
	}
	asked := ask(kind, namespace, name)
	at := place{kind, asked.namespace}
	complete := false
	for _, path := range append(at.objects(name), at.lists()...) {
		read := d.read(path)
		if read.err != nil {
			return Answer{Outcome: failed("%s", read.err)}
		}
		answer := read.answers(at).pick(asked.namespace, name)
		if answer.State == Present {
			return answer
		}
		complete = complete || answer.State == Absent
	}
	if complete {
		return Answer{Outcome: Outcome{State: Absent}}
	}
	return Answer{Outcome: d.missing(kind)}
}

func (d *dump) List(_ context.Context, kind Kind, namespace string) Answers {
	if !kind.Namespaced {
		return d.list(place{kind, ""})
	}
	if namespace != "" {
		if !isName(namespace) {
			return Answers{Outcome: noName(kind, namespace, "")}
		}
		return d.list(place{kind, namespace})
	}
	names, err := d.folder.folders(path.Join(d.root, namespaces))
	if err != nil {
		return Answers{Outcome: failed("%s", err)}
	}
	var all Answers
	all.Outcome = d.missing(kind)
	for _, name := range names {
		one := d.list(place{kind, name})
		all.Objects = append(all.Objects, one.Objects...)
		if one.State != Absent && one.outweighs(all.Outcome) {
			all.Outcome = one.Outcome
		}
	}
	return all
}

// list returns the objects of a place: those of a list, which is complete, or those that
// have files of their own, of which some may not have been collected.
func (d *dump) list(at place) Answers {
	var objects []Object
	var faults []error
	for _, path := range at.lists() {
		read := d.read(path)
		faults = append(faults, read.err)
		if answers := read.answers(at); answers.Complete {
			return answers
		} else {
			objects = append(objects, answers.Objects...)
		}
	}
	for _, pattern := range at.objects("*") {
		paths, err := fs.Glob(d.folder.Files, path.Join(escaped(d.root), pattern))
		faults = append(faults, err)
		for _, file := range paths {
			read := d.read(strings.TrimPrefix(file, d.root+"/"))
			faults = append(faults, read.err)
			objects = append(objects, read.answers(at).Objects...)
		}
	}
	err := errors.Join(faults...)
	switch {
	case len(objects) == 0 && err != nil:
		return Answers{Outcome: failed("%s", err)}
	case len(objects) == 0:
		return Answers{Outcome: d.missing(at.kind)}
	case err != nil:
		return found(objects, false, brief(err.Error()))
	}
	return found(objects, false, "")
}

// missing is the Outcome of a question about what no file holds.
func (d *dump) missing(kind Kind) Outcome {
	discovery := d.served.get("", d.discover)
	if discovery.lacks(kind) {
		return Outcome{State: NoKind}
	}
	return Outcome{State: NotCollected}
}

// place is where a dump has the objects of a kind: those of one namespace, or those
// without one.
type place struct {
	kind      Kind
	namespace string
}

func (p place) folder() string {
	if p.kind.Namespaced {
		return path.Join(namespaces, p.namespace)
	}
	return clusterScoped
}

func (p place) group() string {
	if p.kind.Group == "" {
		return "core"
	}
	return p.kind.Group
}

// objects returns the files that may hold an object.
func (p place) objects(name string) []string {
	paths := []string{path.Join(p.folder(), p.group(), p.kind.Resource, name+".yaml")}
	switch {
	case p.kind.is(Pods): // beside their logs
		paths = append(paths, path.Join(p.folder(), "pods", name, name+".yaml"))
	case p.kind.is(Namespaces):
		paths = append(paths, path.Join(namespaces, name, name+".yaml"))
	}
	return paths
}

// lists returns the files that may hold all objects of the place.
func (p place) lists() []string {
	paths := []string{path.Join(p.folder(), p.group(), p.kind.Resource+".yaml")}
	for _, file := range p.kind.dumped {
		paths = append(paths, path.Join(p.folder(), file))
	}
	return paths
}
