package scenarios

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/e2e/kubelet"
	"github.com/registryprofile/registry-profile/e2e/runner"
)

func TestKilledAfterCall(t *testing.T) {
	for _, n := range []int{3, 15, 19, 27, 30} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := runner.Start(t)
			killed := false
			s.Kubelet.Plan(func(run *kubelet.Run) apiproxy.Plan {
				return apiproxy.Plan{After: func(call apiproxy.Call) apiproxy.Answer {
					if killed || call.N != n {
						return nil
					}
					killed = true
					return run.KillNow
				}}
			})
			outcome := s.Bootstrap(s.Render("{}"))
			s.RequireComplete(outcome)
			require.Len(t, outcome.Runs, 2)
			require.Equal(t, 137, outcome.Runs[0].ExitCode())
			require.Len(t, outcome.Runs[0].Calls(), n)
		})
	}
}

func TestFaultAtCall(t *testing.T) {
	for name, fault := range map[string]apiproxy.Answer{"500": apiproxy.InternalError, "429": apiproxy.TooManyRequests, "409": apiproxy.Conflict, "drop": apiproxy.Drop} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
				return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
					if call.N == 27 {
						return fault
					}
					return nil
				}}
			})
			outcome := s.Bootstrap(s.Render("{}"))
			s.RequireComplete(outcome)
			require.Len(t, outcome.Runs, 1)
		})
	}
}
