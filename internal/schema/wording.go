package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	if number, err := strconv.ParseInt(text, 10, 64); err == nil && want.Contains("integer") {
		return draft.Propose(number).Say("%s is a string where a number is needed; write %d without quotes",
			finding.Quote(text), number)
	}
	if truth, ok := truths[strings.ToLower(text)]; ok && want.Contains("boolean") {
		return draft.Propose(truth).Say("%s is a string where true or false is needed; write %t without quotes",
			finding.Quote(text), truth)
	}
	return draft.Say("%s", mismatch(s.At(path), value))
}

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
		return fmt.Sprintf("has no value; write a %s, or remove the line to get the default", want)
	case want == "string" && shown(value) != nil:
		// Without the value: YAML has read 4.20 as 4.2.
		return fmt.Sprintf("is a %s where a string is needed; put it in quotes", typeName(value))
	case shown(value) != nil:
		return fmt.Sprintf("%s is a %s where a value of type %s is needed", finding.Quote(value), typeName(value), want)
	}
	return fmt.Sprintf("is a %s where a value of type %s is needed", typeName(value), want)
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
