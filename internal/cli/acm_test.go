package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

type acmPolicy struct {
	Spec struct {
		Templates []struct {
			Definition struct {
				Spec struct {
					Remediation string `json:"remediationAction"`
					Prune       string `json:"pruneObjectBehavior"`
					Objects     []struct {
						Compliance string         `json:"complianceType"`
						Definition map[string]any `json:"objectDefinition"`
					} `json:"object-templates"`
				} `json:"spec"`
			} `json:"objectDefinition"`
		} `json:"policy-templates"`
	} `json:"spec"`
}

// TestPolicyOfACM evaluates the example's policy as the hub does, and then as the cluster
// does, and finds every object as it was rendered. Go's own templates, with the delimiters
// of ACM, stand in for its library (stolostron/go-template-utils), which builds on them.
func TestPolicyOfACM(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(examples, "acm/policy/policy.yaml"))
	require.NoError(t, err)
	for _, delimiters := range [][2]string{{"{{hub", "hub}}"}, {"{{", "}}"}} {
		parsed, err := template.New("policy").Delims(delimiters[0], delimiters[1]).Parse(string(content))
		require.NoError(t, err)
		var evaluated strings.Builder
		require.NoError(t, parsed.Execute(&evaluated, nil))
		content = []byte(evaluated.String())
	}
	var policy acmPolicy
	require.NoError(t, yaml.Unmarshal(content, &policy))
	require.Len(t, policy.Spec.Templates, 1)
	spec := policy.Spec.Templates[0].Definition.Spec
	require.Equal(t, "enforce", spec.Remediation)
	require.Equal(t, "None", spec.Prune)

	rendered := strings.Split(good(t, "", "render", filepath.Join(examples, "acm/profile.yaml")), "\n---\n")
	require.Len(t, spec.Objects, len(rendered))
	for i, document := range rendered {
		var object map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document+"\n"), &object))
		require.True(t, assert.ObjectsAreEqual(object, spec.Objects[i].Definition), "object %d differs", i+1)
		require.Equal(t, "musthave", spec.Objects[i].Compliance)
	}
}
