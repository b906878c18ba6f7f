package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDiff: of each object the fields that are delivered, and of Config what the Job writes.
func TestDiff(t *testing.T) {
	const spec = "{storage: {cephfs: {}}, verify: {enabled: false}, registry: {resources: {requests: {cpu: 500m}}}}"
	var there []string
	for _, object := range rendered(t, spec) {
		if !strings.Contains(object, "\nkind: Config\n") && !strings.Contains(object, "\nkind: Job\n") {
			there = append(there, object+"status: {phase: Bound}\n")
		}
	}
	config := changed(t, spec, "Config", all(set("'0.5'", "spec", "resources", "requests", "cpu"), set("{emptyDir: {}}", "spec", "storage"),
		set("Removed", "spec", "managementState"), set("other", "spec", "rolloutStrategy"), set("7", "spec", "unknown")))
	p := planOn(t, spec, true, append(there, config)...)
	require.False(t, p.Job.Stops(), "%v", p.Job.Reasons)
	diff, err := p.Diff()
	require.NoError(t, err)
	job, ofConfig, _ := strings.Cut(diff, "--- live/Config/cluster.yaml\n")
	assert.Regexp(t, `^--- /dev/null\n\+\+\+ delivered/Job/registry-profile/registry-bootstrap-\w{8}.yaml\n@@ -0,0 \+1,`, job)
	var lines []string
	for line := range strings.Lines(ofConfig) {
		if line[0] == '+' || line[0] == '-' {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	assert.Equal(t, []string{
		"+++ delivered/Config/cluster.yaml",
		"-  managementState: Removed", "+  managementState: Managed",
		"-  rolloutStrategy: other", "+  rolloutStrategy: RollingUpdate",
		"-    emptyDir: {}", "+    managementState: Unmanaged", "+    pvc:", "+      claim: image-registry-cephfs",
	}, lines, ofConfig)
	assert.Contains(t, ofConfig, "cpu: 500m")

	diff, err = planOn(t, spec, true, append(there, config, jobOf(t, spec, "{conditions: [{type: Complete, status: 'True'}]}"))...).Diff()
	require.NoError(t, err)
	assert.NotContains(t, diff, "claim: image-registry-cephfs", "the Job does not run again")

	there = append(there, changed(t, spec, "Config", all()), jobOf(t, spec, "{conditions: [{type: Complete, status: 'True'}]}"))
	diff, err = planOn(t, spec, true, there...).Diff()
	require.NoError(t, err)
	assert.Empty(t, diff)
}
