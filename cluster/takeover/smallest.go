package takeover

import (
	"reflect"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// reduce takes every field out of a profile without which the same is rendered: what is left
// differs from the defaults of the API. It goes from the end to the beginning, so that what
// names are derived from stays in the place of the names.
func reduce(node *yaml.Node, profile *v1alpha1.RegistryProfile) {
	r := reduction{node: node, profile: profile, rendered: rendered(profile)}
	r.object(ynode.Field(node, "spec"), reflect.TypeFor[v1alpha1.Spec]())
	if spec := ynode.Field(node, "spec"); spec != nil && len(spec.Content) == 0 {
		removeField(node, "spec")
	}
}

// reduction is a profile that becomes smaller, and what it has to stay.
type reduction struct {
	node     *yaml.Node
	profile  *v1alpha1.RegistryProfile
	rendered string
}

func (r reduction) object(object *yaml.Node, t reflect.Type) {
	if object == nil || object.Kind != yaml.MappingNode {
		return
	}
	for i := t.NumField() - 1; i >= 0; i-- {
		name, field := nameOf(t.Field(i)), t.Field(i).Type
		value := ynode.Field(object, name)
		if value == nil {
			continue
		}
		before := object.Content
		removeField(object, name)
		if r.isSame() {
			continue
		}
		object.Content = before
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct {
			r.object(value, field)
		}
	}
}

// isSame tells whether the node still says the same.
func (r reduction) isSame() bool {
	p, _ := readBack(r.node)
	return p != nil && (reflect.DeepEqual(p, r.profile) || rendered(p) == r.rendered)
}

// rendered is everything that is rendered of a profile.
func rendered(p *v1alpha1.RegistryProfile) string {
	var all strings.Builder
	for _, resource := range generators.Expand(p) {
		content, err := ynode.Marshal(resource.YNode())
		if err != nil {
			panic("rendering a profile: " + err.Error())
		}
		all.Write(content)
	}
	return all.String()
}

// readBack decodes a profile as it will be read: from its text.
func readBack(profile *yaml.Node) (*v1alpha1.RegistryProfile, kptfn.Results) {
	content, err := ynode.Marshal(profile)
	if err != nil {
		return nil, kptfn.Results{finding.Error(finding.YAML, "", "%s", err)}
	}
	node, err := yaml.Parse(string(content))
	if err != nil {
		return nil, kptfn.Results{finding.Error(finding.YAML, "", "%s", err)}
	}
	return v1alpha1.Decode(node)
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
