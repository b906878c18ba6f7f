package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster/plan"
)

// jobOf is the profile's Job as it is in a cluster, with a status.
func jobOf(t *testing.T, spec, status string) string {
	t.Helper()
	for _, object := range rendered(t, spec) {
		if strings.Contains(object, "\nkind: Job\n") {
			return object + "status: " + status + "\n"
		}
	}
	require.Fail(t, "no Job")
	return ""
}

const imagesElsewhere = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {pvc: {claim: old}}}}`

const suspendedCronJob = `
---
{apiVersion: batch/v1, kind: CronJob, metadata: {namespace: registry-profile, name: registry-reconcile}, spec: {suspend: true}}`

// TestJobThatIsThere: a Job that is over does not run again, but a CronJob does.
func TestJobThatIsThere(t *testing.T) {
	const (
		complete = "{conditions: [{type: Complete, status: 'True'}]}"
		failed   = "{conditions: [{type: Failed, status: 'True', reason: PodFailurePolicy, message: exit code 3}]}"
		alone    = "{bootstrap: {reconcile: {enabled: false}}}"
		cron     = "{bootstrap: {reconcile: {schedule: '0 3 * * *'}}}"
		leaving  = "{bootstrap: {leaveStorage: [{claim: old}], reconcile: {schedule: '0 3 * * *'}}}"
	)
	for name, c := range map[string]struct {
		spec, status, config string
		state                plan.JobState
		runs                 string
		exit                 int
		fails                bool
	}{
		"complete, content":             {alone, complete, newConfig, plan.JobComplete, "", 0, false},
		"complete, and would stop":      {alone, complete, imagesElsewhere, plan.JobComplete, "", 3, false},
		"complete, and the CronJob":     {cron, complete, newConfig, plan.JobComplete, "the CronJob", 0, false},
		"complete, the CronJob stops":   {cron, complete, imagesElsewhere, plan.JobComplete, "the CronJob", 3, true},
		"the CronJob has no permission": {leaving, complete, imagesElsewhere, plan.JobComplete, "the CronJob", 3, true},
		"failed, would not again":       {alone, failed, newConfig, plan.JobFailed, "", 0, true},
		"failed, would again":           {alone, failed, imagesElsewhere, plan.JobFailed, "", 3, true},
		"complete, CronJob suspended":   {cron, complete, imagesElsewhere + suspendedCronJob, plan.JobComplete, "", 3, false},
		"suspended":                     {alone, "{conditions: [{type: Suspended, status: 'True'}]}", imagesElsewhere, plan.JobSuspended, "", 3, false},
		"running":                       {alone, "{active: 1}", imagesElsewhere, plan.JobRunning, "the Job", 3, true},
		"has the permission":            {leaving, "{active: 1}", imagesElsewhere, plan.JobRunning, "the Job", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			job := jobOf(t, c.spec, c.status)
			if c.state == plan.JobSuspended {
				job = strings.Replace(job, "\nspec:\n", "\nspec:\n  suspend: true\n", 1)
			}
			p := planOn(t, c.spec, true, c.config, route, ca, job)
			assert.Equal(t, c.state, p.Job.State)
			assert.Equal(t, c.runs, p.Job.Runs)
			assert.Equal(t, c.exit, p.Job.Exit, "%v", p.Job.Reasons)
			assert.Equal(t, c.fails, p.Fails())
			if c.state == plan.JobFailed {
				assert.Equal(t, "PodFailurePolicy: exit code 3", p.Job.Why)
			}
			if c.runs == "" {
				assert.NotContains(t, p.Restarts, "writes")
				assert.Equal(t, p.Before, p.After)
			}
		})
	}
	assert.True(t, planOn(t, cron, true, imagesElsewhere+suspendedCronJob, route, ca, jobOf(t, cron, complete)).Job.Suspended)
	p := planOn(t, "{}", false, newConfig, route, ca)
	assert.Equal(t, plan.JobUnseen, p.Job.State)
	assert.Equal(t, "the Job", p.Job.Runs)
	p = planOn(t, "{}", true, newConfig, route, ca,
		strings.Replace(jobOf(t, "{}", complete), "metadata:\n", "metadata:\n  deletionTimestamp: '2026-01-01T00:00:00Z'\n", 1))
	assert.Equal(t, plan.JobGoing, p.Job.State)
	assert.Equal(t, "the Job", p.Job.Runs)
}

// TestLostClaim: a bucket whose claim is lost went with it, and its images too: nobody can
// copy them.
func TestLostClaim(t *testing.T) {
	onLost := func(url string) string {
		return `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {s3: {bucket: image-registry-01234567-89ab-cdef-0123-456789abcdef,
regionEndpoint: "` + url + `"}}}}`
	}
	for name, c := range map[string]struct{ spec, url, says string }{
		"by its Route":         {"{}", "https://rgw.example.com", "Look for a claim that still has the old bucket"},
		"by its Service":       {"{storage: {rgw: {endpoint: {service: {}}}}}", "https://rgw.openshift-storage.svc", "Look for a claim"},
		"elsewhere":            {"{}", "https://s3.example.com", "Copy the images"},
		"of another beginning": {"{storage: {rgw: {bucket: {generateName: other}}}}", "https://rgw.example.com", "Copy the images"},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOn(t, c.spec, true, onLost(c.url), route, ca)
			assert.Equal(t, 3, p.Job.Exit)
			assert.Contains(t, p.Job.Advice, c.says)
		})
	}
}

// TestClaimThatGoes: the claim that follows has another bucket, and nobody knows which.
func TestClaimThatGoes(t *testing.T) {
	gone := strings.Replace(claimed, "name: image-registry-rgw, labels",
		"deletionTimestamp: '2026-01-01T00:00:00Z', name: image-registry-rgw, labels", 1)
	p := planOn(t, "{}", true, onBucket, ca, gone)
	assert.False(t, p.Certain())
	assert.True(t, p.Fails(), "the claim is delivered into one that goes")
	assert.Empty(t, p.After)
	assert.Contains(t, strings.Join(p.Job.Unseen, " "), "which is being deleted")
}
