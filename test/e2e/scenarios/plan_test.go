package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// foreseen runs the product's own plan for a profile of a spec.
func foreseen(s *runner.Scenario, spec string) (p plan.Plan, code int) {
	s.Helper()
	file := filepath.Join(s.TempDir(), "profile.yaml")
	require.NoError(s, os.WriteFile(file, runner.Profile(spec), 0o644))
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), "plan", file, "-o", "json",
		"--kubectl", filepath.Join(s.Programs, "kubectl"), "--kubeconfig", kubeconfig(s))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(s, err)
	}
	require.NoError(s, json.Unmarshal(out.Bytes(), &p), said.String())
	return p, cmd.ProcessState.ExitCode()
}

// TestPlan says before each delivery what it then does.
func TestPlan(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	p, code := foreseen(s, "{}")
	require.Zero(t, code)
	require.Len(t, p.Objects, len(objects))
	require.Len(t, p.Job.Waits, 1, "the claim comes with the profile")
	require.Len(t, p.Job.Writes, 3)

	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	awaitObserved(s)
	p, code = foreseen(s, "{}")
	require.Zero(t, code)
	for _, object := range p.Objects {
		require.Equal(t, plan.Same, object.Action, "%+v", object)
	}
	require.Empty(t, p.Job.Waits)
	require.Empty(t, p.Job.Writes)
	require.Empty(t, p.Restarts)

	p, code = foreseen(s, "{storage: {noobaa: {}}}")
	require.Equal(t, 1, code)
	require.Equal(t, 3, p.Job.Exit)
	require.Contains(t, p.Job.Advice, s.RegistryConfig().Spec.Storage.S3.Bucket)
	content, err := json.Marshal(p)
	require.NoError(t, err)
	require.False(t, holds(content, credentialsOf(s)))
}
