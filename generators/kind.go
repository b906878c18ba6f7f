package generators

import (
	"maps"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// Kind is what all generators of one kind have in common. It lets a reader of manifests
// judge what has become of them.
type Kind struct{ generators []Generator }

// KindOf returns the generators of a kind, which may be none.
func KindOf(group, kind string) Kind {
	var k Kind
	for _, g := range All() {
		if ynode.Group(g.APIVersion) == group && g.Kind == kind {
			k.generators = append(k.generators, g)
		}
	}
	return k
}

// Is tells whether objects of the kind are emitted, all of a class.
func (k Kind) Is(class Class) bool {
	return len(k.generators) > 0 && !slices.ContainsFunc(k.generators, func(g Generator) bool { return g.Class != class })
}

// Sealed tells whether objects of the kind are emitted, all with the ContentAnnotation.
func (k Kind) Sealed() bool {
	return len(k.generators) > 0 && !slices.ContainsFunc(k.generators, func(g Generator) bool { return !g.Sealed })
}

// Spec returns the fields that a claim of the kind gets, see Generator, or nil for other kinds.
func (k Kind) Spec() map[string][]string {
	for _, g := range k.generators {
		if g.Spec != nil {
			return g.Spec
		}
	}
	return nil
}

// Kept tells whether objects of the kind must stay in the cluster when they leave Git.
func (k Kind) Kept() bool {
	return len(k.generators) > 0 && !slices.ContainsFunc(k.generators, func(g Generator) bool { return !g.Class.Kept() })
}

// Marks returns the annotations that every object of the kind carries for the engines,
// but for those that order, which depend on the profile, or only change what is shown.
func (k Kind) Marks() map[string]string {
	var common map[string]string
	for _, g := range k.generators {
		own := marks(planned{Generator: g}, nil, v1alpha1.Delivery{})
		if common == nil {
			common = own
		}
		maps.DeleteFunc(common, func(key, value string) bool {
			return key == WaveAnnotation || key == DependsOnAnnotation || key == compareOptions || own[key] != value
		})
	}
	return common
}

// Marked tells whether an annotation of a key says what a mark says. It may say more where
// the mark is a list; an engine takes any other value as a whole.
func Marked(key, value, annotation string) bool {
	if !(mark{key, value}).isItem() {
		return value == annotation
	}
	said := list(annotation)
	return !slices.ContainsFunc(list(value), func(item string) bool { return !slices.Contains(said, item) })
}

// DependsOn returns the objects that kpt applies before one.
func DependsOn(annotations map[string]string) []ynode.ID {
	var ids []ynode.ID
	for _, item := range list(annotations[DependsOnAnnotation]) {
		switch parts := strings.Split(item, "/"); {
		case len(parts) == 3:
			ids = append(ids, ynode.ID{Group: parts[0], Kind: parts[1], Name: parts[2]})
		case len(parts) == 5 && parts[1] == "namespaces":
			ids = append(ids, ynode.ID{Group: parts[0], Namespace: parts[2], Kind: parts[3], Name: parts[4]})
		}
	}
	return ids
}

// Hooks returns the annotations by which an object becomes a hook of an engine.
func Hooks() []string {
	var keys []string
	for _, e := range engines {
		keys = append(keys, e.hooks...)
	}
	return keys
}

// Replacing returns the path of the annotation or label, and its value, by which an engine
// deletes an object to write it anew, or "".
func Replacing(labels, annotations map[string]string) (path, value string) {
	for _, e := range engines {
		if path, value := firstSaid(e.replacing, labels, annotations); path != "" {
			return path, value
		}
	}
	return "", ""
}

// Skipping returns the path of the annotation or label, and its value, by which an engine does
// not write an object of the kind, or "". Config and ImagePruner are in every cluster, so that
// one that is written only where there is none is never written.
func (k Kind) Skipping(labels, annotations map[string]string) (path, value string) {
	for _, e := range engines {
		skipping := e.skipping
		if k.Is(ClassShared) && e.name == "Flux" {
			skipping = append(slices.Clone(skipping), mark{fluxGroup + "ssa", "IfNotPresent"})
		}
		if path, value := firstSaid(skipping, labels, annotations); path != "" {
			return path, value
		}
	}
	return "", ""
}

// firstSaid returns the path and the value of the first mark that an object says.
func firstSaid(marks []mark, labels, annotations map[string]string) (path, value string) {
	for _, m := range marks {
		if field := m.saidIn(labels, annotations); field != "" {
			return "metadata." + field + "." + m.key, m.value
		}
	}
	return "", ""
}

// list splits an annotation as Argo CD does.
func list(annotation string) []string {
	items := strings.Split(annotation, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}
