package schema

import (
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// mostPlaces is how many places a message can name.
const mostPlaces = 3

// places returns the paths of the fields of a name: those below a parent, or all. It does
// not look into lists and maps, nor into affinity, which is Kubernetes' own. It returns
// nothing where the name is too common to mean one of them.
func (s *Schema) places(field, parent string) []string {
	s.index.Do(func() {
		s.byName = map[string][]string{}
		walk(s.Root, "", func(path, name string) { s.byName[name] = append(s.byName[name], path) })
	})
	all := s.byName[field]
	var below []string
	for _, path := range all {
		if strings.HasPrefix(path, parent+".") {
			below = append(below, path)
		}
	}
	if len(below) > 0 {
		all = below
	}
	if len(all) > mostPlaces {
		return nil
	}
	return slices.Sorted(slices.Values(all))
}

func walk(s *spec.Schema, path string, visit func(path, name string)) {
	for name, property := range s.Properties {
		at := ynode.Join(path, name)
		visit(at, name)
		if name != "affinity" {
			walk(&property, at, visit)
		}
	}
}
