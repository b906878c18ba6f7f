package takeover

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// fields are an object of JSON. Its numbers are kept as they are written.
type fields map[string]any

// UnmarshalJSON reads an object.
func (f *fields) UnmarshalJSON(content []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(content)))
	decoder.UseNumber()
	return decoder.Decode((*map[string]any)(f))
}

// filledIn are values that the API server or the operator writes where nobody has set any
// (openshift/api, imageregistry/v1: defaults, and durations without omitempty).
var filledIn = map[string]string{"logLevel": "Normal", "operatorLogLevel": "Normal", "maxWaitInQueue": "0s"}

// shaper makes YAML of values of JSON, in the shape of the API's types.
type shaper struct {
	// unknown are the paths of what the types have no field for.
	unknown []string
}

// node returns a value in the shape of a type. A value of another type stays what it is: the
// schema says what is wrong with it.
func (s *shaper) node(t reflect.Type, value any, path string) *yaml.Node {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch value := value.(type) {
	case map[string]any:
		if t.Kind() == reflect.Struct {
			return s.object(t, value, path)
		}
		return s.mapping(elem(t, reflect.Map), value, path)
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: yaml.NodeTagSeq}
		for _, item := range value {
			n.Content = append(n.Content, s.node(elem(t, reflect.Slice), item, path+"[]"))
		}
		return n
	case string:
		return ynode.String(asWritten(path, value))
	case json.Number:
		if t.Kind() == reflect.String { // a quantity
			return ynode.String(value.String())
		}
		tag := yaml.NodeTagInt
		if strings.ContainsAny(value.String(), ".eE") {
			tag = yaml.NodeTagFloat
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value.String()}
	case bool, int:
		return ynode.Encode(value)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagNull, Value: "null"}
}

// asWritten returns a duration as people write it: the operator writes 720h0m0s for 720h.
func asWritten(path, value string) string {
	if !strings.HasSuffix(path, "Duration") && !strings.HasSuffix(path, "maxWaitInQueue") {
		return value
	}
	if d, err := time.ParseDuration(value); err == nil && d.String() == value {
		return short(d)
	}
	return value
}

// elem is the type of what a map or a slice holds, and any type for what is neither.
func elem(t reflect.Type, kind reflect.Kind) reflect.Type {
	if t.Kind() == kind {
		return t.Elem()
	}
	return reflect.TypeFor[any]()
}

func (s *shaper) mapping(t reflect.Type, values map[string]any, path string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		n.Content = append(n.Content, ynode.String(key), s.node(t, values[key], ynode.Join(path, key)))
	}
	return n
}

// object returns the fields that a struct has, in its order. What means nothing is left out.
func (s *shaper) object(t reflect.Type, values map[string]any, path string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	rest := maps.Clone(values)
	for i := range t.NumField() {
		name := nameOf(t.Field(i))
		value, ok := rest[name]
		delete(rest, name)
		if !ok || filledIn[name] != "" && filledIn[name] == value || isEmpty(t.Field(i).Type, value) {
			continue
		}
		child := s.node(t.Field(i).Type, value, ynode.Join(path, name))
		if child.Kind == yaml.MappingNode && len(child.Content) == 0 && !meansAll(t.Field(i).Type) {
			continue
		}
		n.Content = append(n.Content, ynode.String(name), child)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		if !meansNothing(rest[name]) {
			s.unknown = append(s.unknown, ynode.Join(path, name))
		}
	}
	return n
}

// nameOf is the name of a field in YAML.
func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	return name
}

// meansAll tells whether an empty object of a type says something else than none: an empty
// selector selects everything, and an empty choice is the choice.
func meansAll(t reflect.Type) bool {
	return t == reflect.TypeFor[*v1alpha1.LabelSelector]() || t == reflect.TypeFor[*struct{}]()
}

// isEmpty tells whether a value says no more than a field that is not there.
func isEmpty(t reflect.Type, value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0 && !meansAll(t)
	}
	return false
}

// meansNothing tells whether a value of an unknown field is one that upstream's types leave
// out.
func meansNothing(value any) bool {
	switch value := value.(type) {
	case bool:
		return !value
	case json.Number:
		return value == "0"
	case map[string]any:
		return !slices.ContainsFunc(slices.Collect(maps.Values(value)), func(v any) bool { return !meansNothing(v) })
	}
	return isEmpty(reflect.TypeFor[any](), value)
}
