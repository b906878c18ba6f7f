package runner

import (
	"context"
	"fmt"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
)

// Bootstrap applies everything but Config and ImagePruner, and waits until the Job is over.
func (s *Scenario) Bootstrap(objects Objects) *Outcome {
	s.Helper()
	s.Apply("argocd-controller", objects.Prerequisites())
	return s.RunJob(objects)
}

// RunJob applies the Job alone and waits until it is over.
func (s *Scenario) RunJob(objects Objects) *Outcome {
	s.Helper()
	s.StartJob(objects)
	return s.AwaitJob(objects.Job())
}

// StartJob applies the Job alone.
func (s *Scenario) StartJob(objects Objects) {
	s.Helper()
	s.Apply("argocd-controller", Objects{objects.Job()})
}

// An Outcome is how a Job has ended.
type Outcome struct {
	Job       *batchv1.Job
	Complete  bool
	Condition batchv1.JobCondition // Complete or Failed
	Runs      []*kubelet.Run       // its pods', oldest first
}

// Last is the last pod's run.
func (o *Outcome) Last() *kubelet.Run { return o.Runs[len(o.Runs)-1] }

// AwaitJob waits until a Job is complete or has failed.
func (s *Scenario) AwaitJob(job client.Object) *Outcome {
	s.Helper()
	o := &Outcome{Job: &batchv1.Job{}}
	s.Await("Job "+job.GetName()+" to end", func(ctx context.Context) (bool, error) {
		if err := s.Client.Get(ctx, client.ObjectKeyFromObject(job), o.Job); err != nil {
			return false, err
		}
		for _, c := range o.Job.Status.Conditions {
			if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
				o.Condition, o.Complete = c, c.Type == batchv1.JobComplete
				return true, nil
			}
		}
		return false, fmt.Errorf("status of the Job: %+v", o.Job.Status)
	})
	for _, run := range s.Kubelet.Runs() {
		if run.Pod.Labels[batchv1.ControllerUidLabel] == string(o.Job.UID) { // a Job that was made anew has pods of its own
			o.Runs = append(o.Runs, run)
		}
	}
	s.requireForeseen(o)
	s.requireDiagnosed(o)
	return o
}

// RequireComplete fails the scenario, with the pod's log, if the Job is not complete.
func (s *Scenario) RequireComplete(o *Outcome) {
	s.Helper()
	if !o.Complete {
		require.FailNow(s, "the Job failed", "%s: %s\n%s", o.Condition.Reason, o.Condition.Message, o.Last().Output())
	}
}

// DeleteJob deletes a Job with its pods, as an engine that replaces it does.
func (s *Scenario) DeleteJob(job *batchv1.Job) {
	s.Helper()
	require.NoError(s, s.Client.Delete(s.Ctx, job, client.PropagationPolicy("Foreground")))
	s.Await("Job "+job.Name+" to be gone", func(ctx context.Context) (bool, error) {
		err := s.Client.Get(ctx, client.ObjectKeyFromObject(job), &batchv1.Job{})
		return client.IgnoreNotFound(err) == nil && err != nil, nil
	})
}

// EditJob changes the rendered Job in a way that no profile asks for.
func (s *Scenario) EditJob(objects Objects, edit func(*batchv1.JobSpec)) {
	s.Helper()
	job := objects.Job()
	var spec batchv1.JobSpec
	converter := runtime.DefaultUnstructuredConverter
	require.NoError(s, converter.FromUnstructured(job.Object["spec"].(map[string]any), &spec))
	edit(&spec)
	edited, err := converter.ToUnstructured(&spec)
	require.NoError(s, err)
	job.Object["spec"] = edited
}
