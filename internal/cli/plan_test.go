package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	onVolume = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, replicas: 1, storage: {pvc: {claim: "old"}}}}`
	onBucket = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {s3: {bucket: some-bucket}}}}`
)

// TestPlanExitCodes: 1 where the Job would stop, 2 where nobody can say.
func TestPlanExitCodes(t *testing.T) {
	profile := filepath.Join(examples, "minimal/profile.yaml")
	for name, c := range map[string]struct {
		objects string
		code    int
		says    string
	}{
		"images elsewhere": {onVolume, 1, "The Job stops with exit code 3.\nWhat to do: Copy the images"},
		"unknown bucket":   {onBucket, 2, "How the Job ends cannot be foreseen"},
		"nothing":          {"{apiVersion: v1, kind: Namespace, metadata: {name: x}}", 2, "Could not be seen: "},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "objects.yaml")
			require.NoError(t, os.WriteFile(file, []byte(c.objects), 0o644))
			r := run("", "plan", profile, "--from", file)
			assert.Equal(t, c.code, r.code, r.err)
			assert.Contains(t, r.out, c.says)

			r = run("", "plan", profile, "--from", file, "-o", "json")
			assert.Equal(t, c.code, r.code, r.err)
			assert.True(t, json.Valid([]byte(r.out)), r.out)
		})
	}
	assert.Equal(t, 2, run("", "plan", profile, "--from", "missing.yaml").code)
	assert.Equal(t, 2, run("", "plan", profile, profile).code)
	assert.Equal(t, 1, run("kind: RegistryProfile\n", "plan", "-", "--from", profile).code)
}

// TestPlanMarkdownIsText: what a cluster says stays text in a merge request.
func TestPlanMarkdownIsText(t *testing.T) {
	file := filepath.Join(t.TempDir(), "objects.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config,
metadata: {name: cluster}, spec: {rolloutStrategy: "<img src=x>|`+"`x`"+`", storage: {pvc: {claim: "<b>"}}}}`), 0o644))
	r := run("", "plan", filepath.Join(examples, "minimal/profile.yaml"), "--from", file, "-o", "markdown")
	assert.Equal(t, 1, r.code)
	assert.NotContains(t, r.out, "<img")
	assert.NotContains(t, r.out, "<b>")
	assert.NotContains(t, r.out, "`")
}
