package runner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/generators"
)

// requireDiagnosed requires of a Job that has failed that doctor names it, and tells its last
// words: how it has ended, and what to do. Of several Jobs of a profile it looks at the newest.
func (s *Scenario) requireDiagnosed(o *Outcome) {
	s.Helper()
	if o.Complete || len(o.Runs) == 0 || o.Job.Labels[generators.ManagedByLabel] != generators.ManagedBy || !s.newest(o.Job) {
		return
	}
	report := doctor.Examine(s.Ctx, s.reader(), doctor.Input{Now: time.Now(), Live: true})
	var said []string
	for _, f := range report.Findings {
		if f.ResourceRef != nil && f.ResourceRef.Kind == "Job" && f.ResourceRef.Name == o.Job.Name {
			said = append(said, f.Message)
		}
	}
	require.Len(s, said, 1, "doctor: %+v", report)
	require.Contains(s, said[0], "has failed ("+o.Condition.Reason+")")
	if o.Condition.Reason == batchv1.JobReasonDeadlineExceeded {
		return // the pod, and what it has said, is gone
	}
	require.Contains(s, said[0], fmt.Sprintf("exit code %d", o.Last().ExitCode()))
	if _, advice, advised := strings.Cut(o.Last().Output(), "What to do: "); advised {
		advice, _, _ = strings.Cut(advice, "\n")
		require.Contains(s, said[0], advice)
	}
}

// newest tells whether no other Job of the same profile and purpose is as new.
func (s *Scenario) newest(job *batchv1.Job) bool {
	s.Helper()
	jobs := &batchv1.JobList{}
	require.NoError(s, s.Client.List(s.Ctx, jobs, client.InNamespace(job.Namespace)))
	return !slices.ContainsFunc(jobs.Items, func(other batchv1.Job) bool {
		return other.UID != job.UID && !other.CreationTimestamp.Before(&job.CreationTimestamp) &&
			other.Spec.Template.Spec.Containers[0].Name == job.Spec.Template.Spec.Containers[0].Name
	})
}
