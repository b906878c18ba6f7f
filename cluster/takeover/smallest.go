package takeover

import (
	"reflect"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// reduce takes every field out of a profile without which the same is rendered: what is left
// differs from the defaults of the API. It goes from the end to the beginning, so that what
// names are derived from stays in the place of the names.
func reduce(profile *yaml.Node) {
	want := rendered(profile)
	reduceObject(profile, ynode.Field(profile, "spec"), reflect.TypeFor[v1alpha1.Spec](), want)
	if spec := ynode.Field(profile, "spec"); spec != nil && len(spec.Content) == 0 {
		removeField(profile, "spec")
	}
}

func reduceObject(profile, object *yaml.Node, t reflect.Type, want string) {
	if object == nil || object.Kind != yaml.MappingNode {
		return
	}
	for i := t.NumField() - 1; i >= 0; i-- {
		name, field := nameOf(t.Field(i)), t.Field(i).Type
		value := ynode.Field(object, name)
		if value == nil {
			continue
		}
		before := slices.Clone(object.Content)
		removeField(object, name)
		if rendered(profile) == want {
			continue
		}
		object.Content = before
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct {
			reduceObject(profile, value, field, want)
		}
	}
}

// rendered is everything that is rendered of a profile, or "" if it is not a good one.
func rendered(profile *yaml.Node) string {
	p, _ := v1alpha1.Decode(yaml.NewRNode(profile))
	if p == nil {
		return ""
	}
	var all strings.Builder
	for _, resource := range generators.Expand(p) {
		content, err := ynode.Marshal(resource.YNode())
		if err != nil {
			return ""
		}
		all.Write(content)
	}
	return all.String()
}

// removeField removes a key of a mapping.
func removeField(mapping *yaml.Node, name string) bool {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			mapping.Content = slices.Delete(slices.Clone(mapping.Content), i, i+2)
			return true
		}
	}
	return false
}
