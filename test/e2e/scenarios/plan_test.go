package scenarios

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestPlan says before each delivery what it then does.
func TestPlan(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	p, code := s.Foresee("{}")
	require.Zero(t, code)
	require.Len(t, p.Objects, len(objects))
	require.Len(t, p.Job.Waits, 1, "the claim comes with the profile")
	require.Len(t, p.Job.Writes, 3)

	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	awaitObserved(s)
	p, code = s.Foresee("{}")
	require.Zero(t, code)
	for _, object := range p.Objects {
		require.Equal(t, plan.Same, object.Action, "%+v", object)
	}
	require.Empty(t, p.Job.Waits)
	require.Empty(t, p.Job.Writes)
	require.Empty(t, p.Restarts)
	require.Equal(t, plan.JobComplete, p.Job.State)
	require.Empty(t, p.Job.Runs)
	require.Empty(t, p.Leftovers)
	require.Empty(t, p.LeftoversUnseen)

	p, code = s.Foresee("{storage: {noobaa: {}}}")
	require.Equal(t, 1, code)
	require.Equal(t, 3, p.Job.Exit)
	require.Contains(t, p.Job.Advice, s.RegistryConfig().Spec.Storage.S3.Bucket)
	left := map[string]bool{}
	for _, l := range p.Leftovers {
		kind, _, _ := strings.Cut(l.Name, " ")
		left[kind] = l.Kept
	}
	require.Equal(t, map[string]bool{"Job": false, "ObjectBucketClaim": true}, left)
	content, err := json.Marshal(p)
	require.NoError(t, err)
	require.False(t, holds(content, credentialsOf(s)))
}
