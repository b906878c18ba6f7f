package scenarios

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// jobWrites are the calls by which a Job writes on a new cluster, in their order.
var jobWrites = []string{
	"PATCH /api/v1/namespaces/" + registryCA.Namespace + "/configmaps/" + registryCA.Name,
	"PATCH /api/v1/namespaces/" + registryCredentials.Namespace + "/secrets/" + registryCredentials.Name,
	"PATCH /apis/imageregistry.operator.openshift.io/v1/configs/cluster",
}

// TestKilledAfterEachCall kills each pod of the Job one call later than the one before, until
// one ends by itself. Together they write what one alone writes, and nothing twice.
func TestKilledAfterEachCall(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.EditJob(objects, func(job *batchv1.JobSpec) { job.BackoffLimit = ptr.To[int32](100) })
	var pods atomic.Int32
	s.Kubelet.Plan(func(run *kubelet.Run) apiproxy.Plan {
		last := int(pods.Add(1))
		return killAt(run, func(call apiproxy.Call) bool { return call.N == last })
	})
	outcome := s.Bootstrap(objects)
	s.RequireComplete(outcome)
	killed := outcome.Runs[:len(outcome.Runs)-1]
	require.Greater(t, len(killed), 10, "the Job has made fewer calls than it should")
	var written []string
	for i, run := range killed {
		requireKilled(s, run)
		require.Len(t, run.Calls(), i+1)
		written = append(written, namesOf(writes(run))...)
	}
	require.Equal(t, jobWrites, written)
	require.Empty(t, writes(outcome.Last()), "there was nothing left to write")
	requireInstalled(s)
}

// TestKilledAfterEachWrite kills the first pod of the Job directly after one of its writes. One
// more does all that is left.
func TestKilledAfterEachWrite(t *testing.T) {
	t.Parallel()
	for i := range jobWrites {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			s := runner.Start(t)
			last := jobWrites[i]
			var first sync.Once
			s.Kubelet.Plan(func(run *kubelet.Run) (plan apiproxy.Plan) {
				first.Do(func() {
					plan = killAt(run, func(call apiproxy.Call) bool { return call.Writes() && call.Name() == last })
				})
				return plan
			})
			outcome := s.Bootstrap(s.Render("{}"))
			s.RequireComplete(outcome)
			require.Len(t, outcome.Runs, 2)
			requireKilled(s, outcome.Runs[0])
			calls := outcome.Runs[0].Calls()
			require.Equal(t, last, calls[len(calls)-1].Name())
			require.Equal(t, jobWrites[:i+1], namesOf(writes(outcome.Runs[0])))
			require.Equal(t, jobWrites[i+1:], namesOf(writes(outcome.Last())))
			requireInstalled(s)
		})
	}
}

// killAt kills a run instead of giving it the answer to a call.
func killAt(run *kubelet.Run, at func(apiproxy.Call) bool) apiproxy.Plan {
	return apiproxy.Plan{After: func(call apiproxy.Call) apiproxy.Answer {
		if at(call) {
			return run.KillNow
		}
		return nil
	}}
}

func namesOf(calls []apiproxy.Call) []string {
	names := []string{}
	for _, call := range calls {
		names = append(names, call.Name())
	}
	return names
}

func requireKilled(s *runner.Scenario, run *kubelet.Run) {
	s.Helper()
	require.Equal(s, 137, run.ExitCode(), "after call %d", len(run.Calls()))
}

// TestFaultAtEachCall makes each call fail once, in each situation in which the
// Job makes it: the same pod goes on and comes to the same end.
func TestFaultAtEachCall(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]apiproxy.Answer{
		"500": apiproxy.InternalError, "429": apiproxy.TooManyRequests, "503": apiproxy.Unavailable, "409": apiproxy.Conflict, "drop": apiproxy.Drop,
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			faults := newFaults(fault)
			s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan { return apiproxy.Plan{Before: faults.at} })
			requireUnaffected(s, s.Bootstrap(s.Render("{}")), faults)
		})
	}
	t.Run("no-answer", func(t *testing.T) {
		s := runner.Start(t)
		// A call that a busy machine makes last longer is repeated, too.
		s.Kubelet.Env(corev1.EnvVar{Name: "CALL_SECONDS", Value: "2"})
		faults := newFaults(apiproxy.Hang)
		s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
			return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
				if call.Discovery() { // that would take minutes
					return nil
				}
				return faults.at(call)
			}}
		})
		requireUnaffected(s, s.Bootstrap(s.Render("{}")), faults)
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

func requireUnaffected(s *runner.Scenario, outcome *runner.Outcome, faults *faults) {
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
	name := call.Name()
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
	s.StartJob(objects)
	s.Await("the Job to wait for its claim", func(context.Context) (bool, error) {
		runs := s.Kubelet.Runs()
		return len(runs) == 1 && missing(runs[0].Output(), obstacles["claim-not-bound"].says) == "", nil
	})
	pod := s.Kubelet.Runs()[0].Pod
	require.NoError(t, s.Client.SubResource("eviction").Create(s.Ctx, pod, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}}))
	<-s.Kubelet.Runs()[0].Done()
	release()
	outcome := s.AwaitJob(objects.Job())
	s.RequireComplete(outcome)
	require.Len(t, outcome.Runs, 2)
	require.Equal(t, 1, outcome.Runs[0].ExitCode())
	require.Contains(t, outcome.Runs[0].Output(), "What to do: Nothing, if the Job starts another pod: it goes on from here.")
	requireInstalled(s)
}

// TestDeadline is a Job whose time is over before its script's is: it still
// tells what it was waiting for, the last reason why, and what to do.
func TestDeadline(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.Apply("argocd-controller", objects.Prerequisites())
	s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
		return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
			if strings.Contains(call.Path, "/routes/") {
				return apiproxy.Status(http.StatusForbidden, metav1.StatusReasonForbidden, "no Role has landed")
			}
			return nil
		}}
	})
	s.StartJob(objects)
	waits := []string{"Waiting for Route openshift-storage/", "no Role has landed"}
	s.Await("the Job to wait for its Route", func(context.Context) (bool, error) {
		runs := s.Kubelet.Runs()
		return len(runs) == 1 && missing(runs[0].Output(), waits) == "", nil
	})
	// Only now is its time over, however long the machine has taken.
	expire := merge(`{"spec":{"activeDeadlineSeconds":1}}`)
	require.NoError(t, s.Client.Patch(s.Ctx, objects.Job(), expire))
	outcome := s.AwaitJob(objects.Job())
	require.False(t, outcome.Complete)
	require.Equal(t, batchv1.JobReasonDeadlineExceeded, outcome.Condition.Reason)
	<-outcome.Last().Done()
	require.Empty(t, missing(outcome.Last().Output(), []string{
		"Stopped while waiting for Route openshift-storage/", "The last reason was: ", "no Role has landed",
		"Otherwise: Mend what the last reason says",
	}), outcome.Last().Output())
}
