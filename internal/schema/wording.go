package schema

import (
	"fmt"
	"maps"
	"slices"
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
		return finding.At(finding.WrongType, path).Stands(shown(value)).Say("%s", wrongType(s.At(path), value))
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
	return finding.At(finding.OutOfRange, path).Value(valueAt(content, path)).Say("is out of range; %s", bounds(s.At(path)))
}

func (s *Schema) unknownField(parent, field string) *kptfn.Result {
	path := ynode.Join(parent, field)
	if refusal, ok := s.Refused[path]; ok {
		return finding.Error(refusal.Code, path, "%s", refusal.Message)
	}
	known := slices.Sorted(maps.Keys(s.At(parent).Properties))
	if guess := finding.Nearest(field, known); guess != "" {
		return finding.At(finding.UnknownField, path).Propose(guess).Say("unknown field; did you mean %q?", guess)
	}
	return finding.Error(finding.UnknownField, path, "unknown field; remove it (known here: %s)", strings.Join(known, ", "))
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

func wrongType(schema *spec.Schema, value any) string {
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
