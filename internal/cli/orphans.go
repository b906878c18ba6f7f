package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// orphan is a folder whose profile has left the fleet.
type orphan struct{ path, profile string }

// orphans tells of the orphans beside the folders of a run, as warnings or as errors. It
// never touches an orphan: what left the fleet is for people to decide.
func (r *reporter) orphans(o outputs, names profileNames, asErrors bool) {
	for _, f := range o.orphans(names) {
		err := wrong("%s: was generated from the profile %q, which is in no file of this run nor in one beside them; "+
			"remove the folder if the cluster left the fleet, else name its profile too", f.path, f.profile)
		if asErrors {
			r.fault(err)
		} else {
			fmt.Fprintln(r.s.err, "warning: "+finding.OneLine(err.Error()))
		}
	}
}

// orphans returns the folders below that of a fleet which were generated from a profile
// that is gone: it is not among those of the run, whose names are given, and in no file
// beside theirs, since a run may be given a part of the fleet. A run of one profile
// knows of no orphans, as the other profiles may be anywhere.
func (o outputs) orphans(names profileNames) []orphan {
	if len(o.files) < 2 {
		return nil
	}
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return nil // there is nothing yet
	}
	var found []orphan
	for _, e := range entries {
		if _, ours := names[e.Name()]; ours || !e.IsDir() {
			continue
		}
		path := filepath.Join(o.dir, e.Name())
		profile := ownerOf(path)
		if _, ours := names[profile]; !ours && profile != "" {
			found = append(found, orphan{path, profile})
		}
	}
	for _, file := range neighbours(o.files) {
		if len(found) == 0 {
			break
		}
		there := profilesIn(file)
		found = slices.DeleteFunc(found, func(f orphan) bool { return slices.Contains(there, f.profile) })
	}
	return found
}

// neighbours returns the files in which the rest of a fleet may stand: the YAML files in
// the folders of the given ones, as in profiles/NAME.yaml; and, if given files share a
// name, those of that name in the folders beside theirs, as in clusters/NAME/profile.yaml.
func neighbours(files []string) []string {
	withName := map[string]int{}
	for _, file := range files {
		withName[filepath.Base(file)]++
	}
	type place struct{ dir, name string } // without a name: every YAML file in dir
	places := map[place]bool{}
	for _, file := range files {
		dir, name := filepath.Dir(file), filepath.Base(file)
		places[place{dir, ""}] = true
		if withName[name] > 1 {
			places[place{filepath.Join(dir, ".."), name}] = true
		}
	}
	var found []string
	for p := range places {
		entries, _ := os.ReadDir(p.dir) // a folder that cannot be listed shows no neighbours
		for _, e := range entries {
			if ext := filepath.Ext(e.Name()); p.name != "" || ext == ".yaml" || ext == ".yml" {
				found = append(found, filepath.Join(p.dir, e.Name(), p.name))
			}
		}
	}
	return found
}

// profilesIn returns the names of the profiles in a file. It returns none if the file
// cannot be read.
func profilesIn(file string) []string {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > ynode.MostBytes {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	documents, err := decodeStream(content)
	if err != nil {
		return nil
	}
	var names []string
	for _, document := range documents {
		if id := ynode.IDOf(document.YNode()); id.Kind == v1alpha1.Kind && id.Group == v1alpha1.Group {
			names = append(names, id.Name)
		}
	}
	return names
}
