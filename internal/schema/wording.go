package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	openapi "k8s.io/kube-openapi/pkg/validation/errors"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// finding says in our words what the validator found.
func (s *Schema) finding(invalid *openapi.Validation, content *yaml.Node) *kptfn.Result {
	path := strings.TrimPrefix(invalid.Name, ".")
	switch invalid.Code() {
	case openapi.UnallowedPropertyCode:
		return s.unknownField(path, fmt.Sprint(invalid.Value))
	case openapi.InvalidTypeCode:
		value := valueAt(content, path)
		return s.wrongType(path, value)
	case openapi.RequiredFailCode:
		return finding.Error(finding.Required, path, "is required; add it")
	case openapi.EnumFailCode:
		return notAllowed(path, fmt.Sprint(invalid.Value), s.At(path))
	case openapi.TooShortFailCode:
		return finding.At(finding.Empty, path).Stands(invalid.Value).Say(
			"is empty; write a value, or remove the line to get the default")
	case openapi.MinItemsFailCode:
		return finding.Error(finding.Empty, path, "is an empty list; write at least one item")
	}
	return finding.At(finding.OutOfRange, path).Value(valueAt(content, path)).Say(
		"is out of range; %s", bounds(s.At(path)))
}

// unknownField looks for what was meant: another spelling here, the same field elsewhere,
// or a similar one here.
func (s *Schema) unknownField(parent, field string) *kptfn.Result {
	path := ynode.Join(parent, field)
	if refusal, ok := s.Refused[path]; ok {
		return finding.Error(refusal.Code, path, "%s", refusal.Message)
	}
	known := slices.Sorted(maps.Keys(s.At(parent).Properties))
	guess := finding.Nearest(field, known)
	if places := s.places(field, parent); len(places) > 0 && !strings.EqualFold(guess, field) {
		return finding.At(finding.UnknownField, path).Propose(places[0]).Say(
			"is no field here; write it as %s", strings.Join(places, " or "))
	}
	if guess != "" {
		return finding.At(finding.UnknownField, path).Propose(guess).Say("unknown field; did you mean %q?", guess)
	}
	return finding.Error(finding.UnknownField, path,
		"unknown field; remove it (known here: %s)", strings.Join(known, ", "))
}

func notAllowed(path, value string, schema *spec.Schema) *kptfn.Result {
	var allowed []string
	for _, e := range schema.Enum {
		allowed = append(allowed, fmt.Sprint(e))
	}
	all := strings.Join(allowed, ", ")
	draft := finding.At(finding.NotAllowed, path).Value(value)
	if guess := finding.Nearest(value, allowed); guess != "" {
		return draft.Propose(guess).Say("is not allowed; did you mean %q? (one of %s)", guess, all)
	}
	return draft.Say("is not allowed; write one of %s", all)
}

// wrongType proposes the value without its quotes where these alone are wrong, and that of
// YAML 1.2 where YAML 1.1 has another word for it.
func (s *Schema) wrongType(path string, value any) *kptfn.Result {
	draft := finding.At(finding.WrongType, path).Stands(shown(value))
	text, _ := value.(string)
	want := s.At(path).Type
	number, err := strconv.ParseInt(text, 10, 64)
	switch {
	case !want.Contains("integer"):
	case err == nil:
		return draft.Propose(number).Say("%s is a string where a number is needed; write %d without quotes",
			finding.Quote(text), number)
	case errors.Is(err, strconv.ErrRange): // YAML takes it for text
		return finding.At(finding.OutOfRange, path).Value(text).Say("is out of range; %s", bounds(s.At(path)))
	}
	if truth, ok := truths[strings.ToLower(text)]; ok && want.Contains("boolean") {
		return draft.Propose(truth).Say("%s is a string where true or false is needed; write %t without quotes",
			finding.Quote(text), truth)
	}
	if _, err := time.ParseDuration(text); err == nil && want.Contains("integer") && s.isField(path+"Duration") {
		return draft.Say("%s is a duration where a number is needed; write %sDuration: %s in its place",
			finding.Quote(text), path[strings.LastIndexByte(path, '.')+1:], text)
	}
	return draft.Say("%s", mismatch(s.At(path), value))
}

// isField tells whether a path is that of a field.
func (s *Schema) isField(path string) bool { return len(s.At(path).Type) > 0 }

// truths are the words of YAML 1.1 for true and false, which YAML 1.2 takes for strings.
var truths = map[string]bool{
	"true": true, "yes": true, "on": true, "y": true, "false": false, "no": false, "off": false, "n": false,
}

func mismatch(schema *spec.Schema, value any) string {
	want := strings.Join(schema.Type, " or ")
	switch {
	case value == nil && len(schema.Required) > 0:
		return "has no value; add " + strings.Join(schema.Required, ", ")
	case value == nil && want == "object":
		return "has no value; write {} to choose it with its defaults, or remove the line"
	case value == nil:
		return fmt.Sprintf("has no value; write %s, or remove the line to get the default", withArticle(want))
	case isNumber(value) && schema.Type.Contains("string") && schema.Type.Contains("integer"):
		return finding.Quote(value) + " is a number where a quantity is needed; write it with its unit, such as 100Gi"
	case want == "string" && shown(value) != nil:
		// Without the value: YAML has read 4.20 as 4.2.
		if isNumber(value) {
			return "is a number where a string is needed; put it in quotes, with its unit if it has one"
		}
		return fmt.Sprintf("is %s where a string is needed; put it in quotes", typeName(value))
	}
	is := "is " + typeName(value)
	if shown(value) != nil {
		is = finding.Quote(value) + " is " + typeName(value)
	}
	return is + " where " + needed(schema)
}

// withArticle names the type of a schema as a reader of YAML knows it.
func withArticle(want string) string {
	switch want {
	case "array":
		return "a list"
	case "integer":
		return "a whole number"
	}
	return "a " + want
}

func isNumber(value any) bool { return typeName(value) == "a number" }

// needed says what a schema needs, and how to write it.
func needed(schema *spec.Schema) string {
	want, more := schema.Type, schema.AdditionalProperties
	switch {
	case want.Contains("array"):
		return "a list is needed; write each item on a line of its own that begins with \"- \""
	case want.Contains("object") && len(schema.Properties) > 0:
		known := slices.Sorted(maps.Keys(schema.Properties))
		return fmt.Sprintf("fields are needed; write them below it (known here: %s)", strings.Join(known, ", "))
	case want.Contains("object") && more != nil && more.Schema != nil:
		return "names with values are needed; write NAME: VALUE on lines below it"
	case want.Contains("object"):
		return "nothing more is needed; write {}"
	case want.Contains("string"):
		return "text is needed; write it on the same line"
	case want.Contains("boolean"):
		return "a boolean is needed; write true or false"
	case want.Contains("integer"):
		return "a whole number is needed; write one without quotes and unit"
	}
	return "another type is needed; see the reference"
}

func bounds(schema *spec.Schema) string {
	switch {
	case schema.Minimum != nil && schema.Maximum != nil:
		return fmt.Sprintf("write %.0f to %.0f", *schema.Minimum, *schema.Maximum)
	case schema.Minimum != nil:
		return fmt.Sprintf("write %.0f or more", *schema.Minimum)
	}
	return "see the reference"
}
