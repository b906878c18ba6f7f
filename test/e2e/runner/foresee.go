package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// Foresee runs the product's own plan on the live cluster, for a profile of a spec.
func (s *Scenario) Foresee(spec string) (p plan.Plan, code int) {
	s.Helper()
	file := filepath.Join(s.TempDir(), "profile.yaml")
	require.NoError(s, os.WriteFile(file, Profile(spec), 0o644))
	kubeconfig, err := s.ControlPlane.Kubeconfig()
	require.NoError(s, err)
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), "plan", file, "-o", "json",
		"--kubectl", filepath.Join(s.Programs, "kubectl"), "--kubeconfig", kubeconfig)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(s, err)
	}
	require.NoError(s, json.Unmarshal(out.Bytes(), &p), said.String())
	return p, cmd.ProcessState.ExitCode()
}

// forecast is what is known of a Job before it runs.
type forecast struct {
	spec      string // of the profile that it was rendered from
	variables []corev1.EnvVar
}

// remember keeps from which profile a Job was rendered.
func (s *Scenario) remember(spec string, stream []byte) {
	s.Helper()
	objects, err := Decode(bytes.NewReader(stream))
	require.NoError(s, err)
	var job batchv1.Job
	require.NoError(s, runtime.DefaultUnstructuredConverter.FromUnstructured(objects.Job().Object, &job))
	if s.forecasts == nil {
		s.forecasts = map[string]*forecast{}
	}
	s.forecasts[job.Name] = &forecast{spec: spec, variables: job.Spec.Template.Spec.Containers[0].Env}
}

// requireForeseen requires of a run that ends because no waiting can mend something, or because
// images could be lost, that plan says so, and why. It is asked after the run, which has
// changed nothing. Of a Job that a scenario has edited, or a CronJob has made, no profile is
// known.
func (s *Scenario) requireForeseen(o *Outcome) {
	s.Helper()
	f := s.forecasts[o.Job.Name]
	if len(o.Runs) == 0 || f == nil || s.Unforeseen != "" {
		return
	}
	code := o.Last().ExitCode()
	if code != 2 && code != 3 || !sameVariables(f.variables, o.Job.Spec.Template.Spec.Containers[0].Env) {
		return
	}
	p, err := plan.Of(s.Ctx, s.reader(), s.profile(f.spec))
	require.NoError(s, err)
	output := o.Last().Output()
	require.True(s, p.Job.Certain, "plan: %+v", p.Job)
	require.Equal(s, code, p.Job.Exit, "plan: %+v\nthe Job: %s", p.Job, output)
	require.Contains(s, output, "What to do: "+p.Job.Advice+"\n")
	for _, reason := range p.Job.Reasons {
		require.True(s, strings.Contains(output, reason), "plan: %s\nthe Job: %s", reason, output)
	}
}

// profile is that of a spec, decoded.
func (s *Scenario) profile(spec string) *v1alpha1.RegistryProfile {
	s.Helper()
	node, err := yaml.Parse(string(Profile(spec)))
	require.NoError(s, err)
	profile, results := v1alpha1.Decode(node)
	require.NotNil(s, profile, "%v", results)
	return profile
}

func sameVariables(one, two []corev1.EnvVar) bool {
	if len(one) != len(two) {
		return false
	}
	for i := range one {
		if one[i].Name != two[i].Name || one[i].Value != two[i].Value {
			return false
		}
	}
	return true
}
