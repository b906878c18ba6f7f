package ynode

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Encode returns the node of a value that is made of structs with yaml tags, slices,
// maps of strings, strings, integers and booleans. It makes what the library's Node.Encode
// makes, but sorts keys by their bytes; a test holds it to that. It goes without the
// library's detour, which writes a text and parses it again, and took most of the time of
// a render.
// It panics on any other type, which is a fault of the program.
func Encode(value any) *yaml.Node { return encode(reflect.ValueOf(value)) }

func encode(v reflect.Value) *yaml.Node {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagNull, Value: "null"}
		}
		return encode(v.Elem())
	case reflect.Struct:
		n := newMapping(v.NumField())
		encodeFields(n, v)
		return flowIfEmpty(n)
	case reflect.Map:
		return encodeMap(v)
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: yaml.NodeTagSeq, Content: make([]*yaml.Node, v.Len())}
		for i := range n.Content {
			n.Content[i] = encode(v.Index(i))
		}
		return flowIfEmpty(n)
	case reflect.String:
		return String(v.String())
	case reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagBool, Value: strconv.FormatBool(v.Bool())}
	case reflect.Int, reflect.Int64:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagInt, Value: strconv.FormatInt(v.Int(), 10)}
	}
	panic(fmt.Sprintf("ynode.Encode: %s is not supported", v.Type()))
}

// newMapping returns an empty mapping with room for a number of keys.
func newMapping(keys int) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap, Content: make([]*yaml.Node, 0, 2*keys)}
}

func encodeFields(n *yaml.Node, v reflect.Value) {
	for i, field := range fieldsOf(v.Type()) {
		value := v.Field(i)
		switch {
		case field.options == "inline":
			encodeFields(n, reflect.Indirect(value))
		case field.options == "omitempty" && isEmpty(value):
		default:
			n.Content = append(n.Content, String(field.name), encode(value))
		}
	}
}

// tagged is what the yaml tag of a struct's field says.
type tagged struct{ name, options string }

// tags holds the fields of every type that was encoded: reading them takes long.
var tags sync.Map

func fieldsOf(t reflect.Type) []tagged {
	if known, ok := tags.Load(t); ok {
		return known.([]tagged)
	}
	fields := make([]tagged, t.NumField())
	for i := range fields {
		fields[i].name, fields[i].options, _ = strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
	}
	tags.Store(t, fields)
	return fields
}

func encodeMap(v reflect.Value) *yaml.Node {
	values := v.Interface().(map[string]string)
	n := newMapping(len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		n.Content = append(n.Content, String(key), String(values[key]))
	}
	return flowIfEmpty(n)
}

// isEmpty is the library's meaning of omitempty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

func flowIfEmpty(n *yaml.Node) *yaml.Node {
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}

// String returns the node of a string that every reader of YAML takes for one. In quotes
// is what YAML 1.1 reads as a boolean or a number to base 60, a merge key, and a block
// that begins with white space, which the library writes wrongly. The encoder itself
// quotes what YAML 1.2 reads as another type.
func String(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: s}
	lines := strings.IndexByte(s, '\n') >= 0
	switch {
	case lines && strings.IndexByte("\n\t ", s[0]) < 0:
		n.Style = yaml.LiteralStyle
	case lines || s == "<<" || isYAML11Bool(s) || isBase60(s):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func isYAML11Bool(s string) bool {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return false
}

var base60 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
})

// isBase60 recognises a number such as 1:20, which YAML 1.1 reads as 80.
func isBase60(s string) bool {
	return beginsAsNumber(s) && strings.Contains(s, ":") && base60().MatchString(s)
}

func beginsAsNumber(s string) bool { return s != "" && strings.IndexByte("+-0123456789", s[0]) >= 0 }
