package scenarios

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// typed runs a command in a folder, as a cluster administrator would type it: with the
// product and kpt at hand, and the real kubectl as oc.
func typed(s *runner.Scenario, dir, command string) (output string, code int) {
	s.Helper()
	home := s.TempDir()
	for name, program := range map[string]string{
		"oc": filepath.Join(s.Programs, "kubectl"), "kpt": filepath.Join(s.Programs, "kpt"),
		"registry-profile": filepath.Join(sandbox.Prepared(), "registry-profile"),
	} {
		require.NoError(s, os.Symlink(program, filepath.Join(home, name)))
	}
	cmd := exec.CommandContext(s.Ctx, "bash", "-c", command)
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + home, "PATH=" + home + ":/usr/bin:/bin", "KUBECONFIG=" + kubeconfig(s)}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(s, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
