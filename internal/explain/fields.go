package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// Field is what is known of a field of a profile.
type Field struct {
	Path string
	// Type is one such as "string", "list of objects" or "map of strings".
	Type        string
	Description string
	// Default is the value without which the field is given, or "".
	Default string
	// Values are those that are allowed, if they are few, and Range is in words.
	Values   []string
	Range    string
	Required bool
	// Fields are those below it, or below its items.
	Fields []Field
}

// property is the part of JSON Schema that the schema of a profile uses.
type property struct {
	Description string              `json:"description"`
	Type        types               `json:"type"`
	Default     any                 `json:"default"`
	Enum        []string            `json:"enum"`
	Minimum     *json.Number        `json:"minimum"`
	Maximum     *json.Number        `json:"maximum"`
	Required    []string            `json:"required"`
	Properties  map[string]property `json:"properties"`
	More        more                `json:"additionalProperties"`
	Items       *property           `json:"items"`
}

// types are one type, or several.
type types []string

// UnmarshalJSON reads a name, or a list of names.
func (t *types) UnmarshalJSON(content []byte) error {
	if content[0] == '[' {
		return json.Unmarshal(content, (*[]string)(t))
	}
	*t = types{""}
	return json.Unmarshal(content, &(*t)[0])
}

// more is the schema of the values of a map, if there is one.
type more struct{ *property }

// UnmarshalJSON reads a schema, or false.
func (m *more) UnmarshalJSON(content []byte) error {
	if content[0] != '{' {
		return nil
	}
	return json.Unmarshal(content, &m.property)
}

// root is the field that holds all others.
var root = sync.OnceValue(func() Field {
	var p property
	if err := json.Unmarshal(v1alpha1.JSONSchema(), &p); err != nil {
		panic("the schema: " + err.Error())
	}
	return p.field("", false)
})

func (p property) field(path string, required bool) Field {
	f := Field{
		Path: path, Type: p.typeName(), Description: p.Description, Values: p.Enum, Range: p.bounds(), Required: required,
	}
	if p.Default != nil {
		f.Default = fmt.Sprint(p.Default)
	}
	below := p
	if p.Items != nil {
		below = *p.Items
	}
	for _, name := range slices.Sorted(maps.Keys(below.Properties)) {
		at := strings.TrimPrefix(path+"."+name, ".")
		f.Fields = append(f.Fields, below.Properties[name].field(at, slices.Contains(below.Required, name)))
	}
	return f
}

func (p property) typeName() string {
	name := strings.Join(slices.DeleteFunc(slices.Clone(p.Type), func(t string) bool { return t == "null" }), " or ")
	switch {
	case p.Items != nil:
		return "list of " + plural(p.Items.typeName())
	case p.More.property != nil:
		return "map of " + plural(p.More.typeName())
	}
	return name
}

// plural leaves alone what names several types.
func plural(name string) string {
	if strings.Contains(name, " ") {
		return name
	}
	return name + "s"
}

func (p property) bounds() string {
	switch {
	case p.Minimum != nil && p.Maximum != nil:
		return p.Minimum.String() + " to " + p.Maximum.String()
	case p.Minimum != nil:
		return p.Minimum.String() + " or more"
	}
	return ""
}

// find returns a field below this one by its path, which may have indexes, as those of
// findings do.
func (f Field) find(path string) (Field, bool) {
	path = strings.TrimPrefix(index().ReplaceAllString(path, ""), ".")
	for _, name := range strings.Split(path, ".") {
		i := slices.IndexFunc(f.Fields, func(below Field) bool { return strings.HasSuffix("."+below.Path, "."+name) })
		if i < 0 {
			return Field{}, false
		}
		f = f.Fields[i]
	}
	return f, true
}

// index matches what stands behind the name of a list.
var index = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[[^]]*\]`) })

// paths returns the paths of all fields below this one.
func (f Field) paths() []string {
	var all []string
	for _, below := range f.Fields {
		all = append(append(all, below.Path), below.paths()...)
	}
	return all
}
