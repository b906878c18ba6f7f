package explain_test

import (
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/explain"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestField(t *testing.T) {
	for name, want := range map[string][]string{
		"spec": {
			"TYPE    object", "\nFIELDS\n  alerts             <object>",
			"  openshiftVersion   <string>   The cluster's minor version",
		},
		"spec.storage.rgw": {
			"FIELD   spec.storage.rgw\n", "A bucket of the Ceph object gateway.", "  chunkSizeMiB       <integer>",
		},
		"spec.storage.rgw.chunkSizeMiB":        {"TYPE    integer\nRANGE   5 to 5120\n", "mebibytes"},
		"spec.storage.noobaa.claimName":        {"DEFAULT   image-registry-noobaa\n"},
		"spec.registry.replicas":               {"DEFAULT   2\n", "RANGE     1 to 9999\n"},
		"spec.registry.defaultRoute":           {"DEFAULT   false\n"},
		"spec.registry.logLevel":               {"VALUES   Normal, Debug, Trace, TraceAll\n"},
		"spec.registry.nodeSelector":           {"TYPE    map of strings\n"},
		"spec.registry.resources.limits":       {"TYPE    map of string or integer or number\n"},
		"spec.registry.routes":                 {"TYPE    list of objects\n", "  secretName   <string>"},
		"spec.registry.routes[0].name":         {"FIELD      spec.registry.routes.name\n", "REQUIRED   yes\n"},
		"spec.registry.routes.name":            {"REQUIRED   yes\n"},
		".spec.pruner.keepTagRevisions":        {"RANGE     0 or more\n"},
		"spec.registry.storage":                {"REFUSED   it belongs to the Job", "CODE      registry-storage\n"},
		"spec.storage.rgw.encrypt":             {"REFUSED", "storage-encrypt"},
		"metadata.name":                        {"40 characters"},
		"spec.bootstrap.leaveStorage[2].claim": {"PersistentVolumeClaim"},
	} {
		text, err := explain.Text(name)
		require.NoError(t, err, name)
		for _, part := range want {
			assert.Contains(t, text, part, name)
		}
	}
}

func TestCode(t *testing.T) {
	text, err := explain.Text("pruner-duration")
	require.NoError(t, err)
	assert.Equal(t, `CODE       pruner-duration
SEVERITY   error
ABOUT      Rules

WHY
  The CRD accepts durations such as 30d that make the operator unable to read any ImagePruner.

FOR EXAMPLE
  spec.pruner.keepYoungerThanDuration: "30d" is not a duration that the operator can read; use "720h"
`, text)
	text, err = explain.Text("guard")
	require.NoError(t, err)
	assert.Contains(t, text, "ABOUT      The final stream\n")
	assert.Contains(t, text, "A policy that refuses nothing")
	text, err = explain.Text("two-profiles")
	require.NoError(t, err)
	assert.Contains(t, text, "SEVERITY   error or warning\n")
}

// TestEverythingIsExplained: each code has a severity, a reason and an example; each field
// a description; and no name means two things.
func TestEverythingIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range explain.Codes() {
		assert.Subset(t, []string{"error", "warning", "info"}, strings.Split(e.Severity, " or "), e.Code)
		assert.NotEmpty(t, e.Why, e.Code)
		assert.NotEmpty(t, e.Fix+e.Message, e.Code)
		assert.Equal(t, e.Why, explain.Describe(e.Code).Why)
		assert.NotEmpty(t, explain.Describe(e.Code).Fix)
	}
	for _, name := range explain.Names() {
		assert.False(t, seen[name], "%s is two things", name)
		seen[name] = true
		text, err := explain.Text(name)
		assert.NoError(t, err, name)
		assert.True(t, strings.Contains(text, "\nDESCRIPTION\n  ") || strings.Contains(text, "\nWHY\n  "), name)
	}
	assert.Greater(t, len(seen), 400)
}

func TestUnknownNameSuggests(t *testing.T) {
	for name, want := range map[string]string{
		"rgw":               "did you mean spec.storage.rgw?",
		"keeptagrevisions":  "did you mean spec.pruner.keepTagRevisions?",
		"spec.storrage.rgw": "did you mean spec.storage.rgw?",
		"pruner-durations":  "did you mean pruner-duration?",
		"logLevel":          "did you mean spec.pruner.logLevel, spec.registry.logLevel?",
		"frobnicate.widget": "write the path of a field, such as spec.storage.rgw, or a code",
		"":                  "write the path of a field",
		"..":                "write the path of a field",
		"[0]":               "write the path of a field",
	} {
		text, err := explain.Text(name)
		assert.Empty(t, text)
		assert.ErrorContains(t, err, want, name)
	}
	_, err := explain.Text("name")
	require.Error(t, err)
	assert.Equal(t, 5, strings.Count(err.Error(), ".name"), "not all of them: %v", err)
}
