package stream

import (
	"maps"
	"strings"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// patches returns the patches of a SyncSet for Config and ImagePruner, as objects that have what
// the patches write and nothing else. Of a claim a patch says too little to be judged.
func patches(o *object) []ynode.Held {
	if o.id.Group != hiveGroup {
		return nil
	}
	var all []ynode.Held
	for i, patch := range list(o.value, "spec", "patches") {
		group, kind := ynode.Group(text(patch, "apiVersion")), text(patch, "kind")
		if !generators.KindOf(group, kind).Is(generators.ClassShared) {
			continue
		}
		object := patched(text(patch, "patch"))
		object["apiVersion"], object["kind"] = text(patch, "apiVersion"), kind
		set(object, []string{"metadata", "name"}, text(patch, "name"))
		n := node(object).YNode()
		if items := ynode.Target(ynode.Field(ynode.Field(o.node, "spec"), "patches")); i < len(items.Content) {
			n.Line = items.Content[i].Line
		}
		all = append(all, ynode.Held{Node: n})
	}
	return all
}

// patched returns what a patch writes: a merge patch itself, and of a JSON patch the values at
// their paths. What cannot be read, such as a template, writes nothing.
func patched(patch string) map[string]any {
	object := map[string]any{}
	var decoded any
	if yaml.Unmarshal([]byte(patch), &decoded) != nil {
		return object
	}
	switch v := plain(decoded).(type) {
	case map[string]any:
		return v
	case []any:
		for _, operation := range v {
			path := strings.Split(strings.TrimPrefix(text(operation, "path"), "/"), "/")
			if text(operation, "op") != "test" {
				set(object, path, at(operation, "value"))
			}
		}
	}
	return object
}

// set writes a value below keys that follow each other.
func set(object map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		below, _ := object[key].(map[string]any)
		if below == nil {
			below = map[string]any{}
		}
		below = maps.Clone(below)
		object[key] = below
		object = below
	}
	object[path[len(path)-1]] = value
}
