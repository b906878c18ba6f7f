package scenarios

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/registryprofile/registry-profile/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/e2e/kubelet"
	"github.com/registryprofile/registry-profile/e2e/runner"
)

// TestKilledAfterEachCall installs again and again, and kills the pod each time
// one call later: the Job's next pod brings it to the same end.
func TestKilledAfterEachCall(t *testing.T) {
	const parts = 3 // side by side
	for part := range parts {
		t.Run(fmt.Sprintf("part-%d", part+1), func(t *testing.T) {
			s := runner.Start(t)
			n := part + 1
			for ; killedAfterCall(s, n); n += parts {
				s.Renew()
			}
			require.Greater(t, n, 30, "the Job has made fewer calls than it should")
		})
	}
}

// killedAfterCall says whether the pod has made so many calls at all.
func killedAfterCall(s *runner.Scenario, n int) bool {
	s.Helper()
	var once sync.Once
	killed := false
	s.Kubelet.Plan(func(run *kubelet.Run) apiproxy.Plan {
		return apiproxy.Plan{After: func(call apiproxy.Call) (answer apiproxy.Answer) {
			if call.N == n {
				once.Do(func() { killed, answer = true, run.KillNow })
			}
			return answer
		}}
	})
	outcome := s.Bootstrap(s.Render("{}"))
	s.RequireComplete(outcome)
	requireInstalled(s)
	if !killed {
		return false
	}
	require.Len(s, outcome.Runs, 2)
	require.Equal(s, 137, outcome.Runs[0].ExitCode(), "after call %d", n)
	require.Len(s, outcome.Runs[0].Calls(), n)
	return true
}

// TestFaultAtEachCall makes each call fail once, in each situation in which the
// Job makes it: the same pod goes on and comes to the same end.
func TestFaultAtEachCall(t *testing.T) {
	for name, fault := range map[string]apiproxy.Answer{
		"500": apiproxy.InternalError, "429": apiproxy.TooManyRequests, "503": apiproxy.Unavailable, "409": apiproxy.Conflict, "drop": apiproxy.Drop,
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			faults := newFaults(fault)
			s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan { return apiproxy.Plan{Before: faults.at} })
			requireUnimpressed(s, s.Bootstrap(s.Render("{}")), faults)
		})
	}
	t.Run("no-answer", func(t *testing.T) {
		s := runner.Start(t)
		s.Kubelet.Env(corev1.EnvVar{Name: "CALL_SECONDS", Value: "1"})
		faults := newFaults(apiproxy.Hang)
		s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
			return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
				if call.Discovery() { // that would take minutes
					return nil
				}
				return faults.at(call)
			}}
		})
		requireUnimpressed(s, s.Bootstrap(s.Render("{}")), faults)
	})
	t.Run("answer-lost", func(t *testing.T) {
		s := runner.Start(t)
		faults := newFaults(apiproxy.Drop)
		s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
			return apiproxy.Plan{After: func(call apiproxy.Call) apiproxy.Answer {
				if !call.Writes() {
					return nil
				}
				return faults.at(call)
			}}
		})
		outcome := s.Bootstrap(s.Render("{}"))
		s.RequireComplete(outcome)
		require.Len(t, outcome.Runs, 1)
		require.Len(t, faults.met, 3, "the CA, the credentials and the switch")
		requireInstalled(s)
	})
}

func requireUnimpressed(s *runner.Scenario, outcome *runner.Outcome, faults *faults) {
	s.Helper()
	s.RequireComplete(outcome)
	require.Len(s, outcome.Runs, 1, "the Job had to start again")
	require.Greater(s, len(faults.met), 15, "the Job has made fewer calls than it should")
	requireInstalled(s)
}

// faults answers a call in the API server's place when it comes for the first
// time after the one before it, with so many writes behind it.
type faults struct {
	answer apiproxy.Answer

	mu     sync.Mutex
	met    map[string]bool
	before string
	writes int
}

func newFaults(answer apiproxy.Answer) *faults {
	return &faults{answer: answer, met: map[string]bool{}}
}

func (f *faults) at(call apiproxy.Call) apiproxy.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := call.Method + " " + call.Path
	situation := fmt.Sprintf("%s after %s and %d writes", name, f.before, f.writes)
	if !f.met[situation] {
		f.met[situation] = true
		return f.answer
	}
	f.before = name
	if call.Writes() {
		f.writes++
	}
	return nil
}

// TestEviction drains the node while the Job waits: that is no failure of the
// Job, even of one that may not fail at all, and its next pod goes on.
func TestEviction(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.EditJob(objects, func(job *batchv1.JobSpec) { job.BackoffLimit = ptr.To[int32](0) })
	release := holdClaim(s, objects)
	s.Apply("argocd-controller", objects.Prerequisites())
	s.Apply("argocd-controller", objects.Of("Job"))
	s.Await("the Job to wait for its claim", func(context.Context) (bool, error) {
		runs := s.Kubelet.Runs()
		return len(runs) == 1 && missing(runs[0].Output(), obstacles["claim-not-bound"].says) == "", nil
	})
	pod := s.Kubelet.Runs()[0].Pod
	require.NoError(t, s.Client.SubResource("eviction").Create(s.Ctx, pod, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}}))
	<-s.Kubelet.Runs()[0].Done()
	release()
	outcome := s.AwaitJob(objects.Of("Job")[0].GetName())
	s.RequireComplete(outcome)
	require.Len(t, outcome.Runs, 2)
	require.Equal(t, 1, outcome.Runs[0].ExitCode())
	require.Contains(t, outcome.Runs[0].Output(), "What to do: Nothing, if the Job starts another pod: it goes on from here.")
	requireInstalled(s)
}

// TestDeadline is a Job whose time is over before its script's is: it still
// tells what it was waiting for, what went wrong last, and what to do.
func TestDeadline(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.EditJob(objects, func(job *batchv1.JobSpec) { job.ActiveDeadlineSeconds = ptr.To[int64](15) })
	s.Apply("argocd-controller", objects.Prerequisites())
	s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
		return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
			if strings.Contains(call.Path, "/routes/") {
				return apiproxy.Status(http.StatusForbidden, metav1.StatusReasonForbidden, "no Role has landed")
			}
			return nil
		}}
	})
	outcome := s.RunJob(objects)
	require.False(t, outcome.Complete)
	require.Equal(t, batchv1.JobReasonDeadlineExceeded, outcome.Condition.Reason)
	<-outcome.Last().Done()
	require.Empty(t, missing(outcome.Last().Output(), []string{
		"Stopped while waiting for Route openshift-storage/", "The last error was: ", "no Role has landed", "Otherwise: Check the Route's name.",
	}), outcome.Last().Output())
}
