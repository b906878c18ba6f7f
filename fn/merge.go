package fn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// earlier returns the pointers of what an earlier run has put into an object of the user's
// own: the fields that the profile set, and the defaults that still have their value.
func earlier(i *item) []string {
	var pointers []string
	if merged := i.Annotations[generators.MergedAnnotation]; merged != "" {
		pointers = strings.Split(merged, ",")
	}
	for pointer, value := range filledBefore(i) {
		if there := lookUp(i.YNode(), steps(pointer)); there != nil && asJSON(schema.Value(there)) == asJSON(value) {
			pointers = append(pointers, pointer)
		}
	}
	return pointers
}

// filledBefore returns the defaults that an earlier run filled in. A record that nobody
// can read is none: the fields are the user's own then.
func filledBefore(i *item) map[string]any {
	var filled map[string]any
	if err := json.Unmarshal([]byte(i.Annotations[generators.FilledAnnotation]), &filled); err != nil {
		return nil
	}
	return filled
}

// merge writes a resource into settings of the user's own: the fields that stand in the
// profile, and its defaults where the user's own spec has nothing.
func (s *settings) merge(r *item) {
	spec := ynode.Field(r.YNode(), "spec")
	var set []string
	filled := map[string]any{}
	for _, pointer := range leaves(spec, "/spec") {
		switch path := steps(pointer)[1:]; {
		case lookUp(s.set, path) != nil:
			set = append(set, pointer)
		case lookUp(s.own, path) == nil:
			filled[pointer] = schema.Value(lookUp(spec, path))
		default:
			remove(spec, path)
		}
	}
	for _, pointer := range earlier(s.item) {
		if _, again := filled[pointer]; !again && !slices.Contains(set, pointer) {
			remove(s.YNode(), steps(pointer))
		}
	}
	if own := ynode.Field(s.YNode(), "spec"); own != nil {
		dropNulls(own)
	}
	for _, path := range emptied(s.set) {
		remove(s.YNode(), append([]string{"spec"}, path...))
	}
	if s.Kind == "Config" {
		remove(s.YNode(), []string{"spec", "managementState"}) // it is Managed, or the run has failed
	}
	setAnnotation(r.RNode, generators.MergedAnnotation, strings.Join(set, ","))
	record(s.RNode, r.RNode, filled)
	overlay(s.YNode(), r.YNode(), false)
	remove(s.YNode(), []string{"metadata", "namespace"}) // the kind has none
}

// record notes the defaults that were filled in.
func record(existing, r *yaml.RNode, filled map[string]any) {
	if len(filled) > 0 {
		setAnnotation(r, generators.FilledAnnotation, asJSON(filled))
		return
	}
	if err := existing.PipeE(yaml.ClearAnnotation(generators.FilledAnnotation)); err != nil {
		panic(fmt.Sprintf("annotating %s: %v", existing.GetKind(), err))
	}
}

func asJSON(value any) string {
	content, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %v", value, err))
	}
	return string(content)
}
