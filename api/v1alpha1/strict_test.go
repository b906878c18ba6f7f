package v1alpha1

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// TestStrictOfCheck: the annotation of a check is held to what that of a profile is.
func TestStrictOfCheck(t *testing.T) {
	check := func(value string) []string {
		var codes []string
		for _, r := range DecodeCheck(yaml.MustParse("apiVersion: " + APIVersion + "\nkind: " + CheckKind +
			"\nmetadata: {name: check, annotations: {" + StrictAnnotation + ": '" + value + "'}}\n")) {
			codes = append(codes, r.Tags["code"])
		}
		return codes
	}
	assert.Empty(t, check("true"))
	assert.Len(t, check("on"), 1)
}
