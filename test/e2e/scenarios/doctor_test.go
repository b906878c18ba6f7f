package scenarios

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// examine runs the product's own doctor, and returns all that it says and its exit code.
func examine(s *runner.Scenario, kubeconfig string) (said string, code int) {
	s.Helper()
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), "doctor",
		"--kubectl", filepath.Join(s.Programs, "kubectl"), "--kubeconfig", kubeconfig)
	cmd.Env = append(os.Environ(), "HOME="+s.TempDir())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	require.NotNil(s, cmd.ProcessState, "%v", err)
	return out.String(), cmd.ProcessState.ExitCode()
}

func examineAsAdmin(s *runner.Scenario) (said string, code int) {
	s.Helper()
	kubeconfig, err := s.ControlPlane.Kubeconfig()
	require.NoError(s, err)
	return examine(s, kubeconfig)
}

// serveGateway makes the Service of the gateway, which here is no pod of the cluster: a
// Service without a selector says nothing of pods.
func serveGateway(s *runner.Scenario) {
	s.Helper()
	claim := &corev1.ConfigMap{}
	require.NoError(s, s.Client.Get(s.Ctx, claimKey, claim))
	name, _, _ := strings.Cut(claim.Data["BUCKET_HOST"], ".")
	gateway := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.StorageNamespace, Name: name}}
	gateway.Spec.Ports = []corev1.ServicePort{{Port: 443}}
	require.NoError(s, s.Client.Create(s.Ctx, gateway))
}

// TestDoctorHealthy is a cluster on which a profile was installed, and then two faults in it.
func TestDoctorHealthy(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	serveGateway(s)
	said, code := examineAsAdmin(s)
	require.Zero(t, code, said)
	require.Contains(t, said, " checks: 0 errors, ")
	require.False(t, holds([]byte(said), credentialsOf(s)))

	require.NoError(t, s.Client.Delete(s.Ctx, configMapNamed(registryCA.Namespace, registryCA.Name)))
	secret := &corev1.Secret{}
	require.NoError(t, s.Client.Get(s.Ctx, registryCredentials, secret))
	secret.Data["REGISTRY_STORAGE_S3_SECRETKEY"] = []byte("somebody-elses-secret")
	require.NoError(t, s.Client.Update(s.Ctx, secret))
	said, code = examineAsAdmin(s)
	require.Equal(t, 1, code, said)
	require.Contains(t, said, "[ca-missing]")
	require.Contains(t, said, "[credentials-differ]")
	require.NotContains(t, said, "somebody-elses-secret")
	require.False(t, holds([]byte(said), credentialsOf(s)))
}

// TestDoctorPending is a claim that its provisioner does not serve.
func TestDoctorPending(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	holdClaim(s, objects)
	s.Apply("argocd-controller", objects.Prerequisites())
	said, code := examineAsAdmin(s)
	require.Equal(t, 1, code, said)
	require.Contains(t, said, "[claim-unbound]")
	require.Contains(t, said, "[storagecluster-not-ready]")
}

// TestDoctorStopped is a Job that the guard has stopped: its last words are told.
func TestDoctorStopped(t *testing.T) {
	s := runner.Start(t)
	runOnVolume(s, "images")
	outcome := s.Bootstrap(s.Render("{}"))
	require.Equal(t, 3, outcome.Last().ExitCode())
	said, code := examineAsAdmin(s)
	require.Equal(t, 1, code, said)
	require.Regexp(t, `Job/\S+: status.conditions: has failed \(PodFailurePolicy\), exit code 3: .*leaveStorage.*\[job-failed\]`, said)
}

// TestDoctorWithoutRights: who may read nothing is told so, and gets no verdict.
func TestDoctorWithoutRights(t *testing.T) {
	s := runner.Start(t)
	account := filepath.Join(t.TempDir(), "kubeconfig")
	stranger := client.ObjectKey{Namespace: cluster.ConfigNamespace, Name: "doctor"}
	require.NoError(t, controlplane.WriteAccountKubeconfig(s.Ctx, s.Config, s.Client, stranger, account))
	said, code := examine(s, account)
	require.Equal(t, 2, code, said)
	require.Contains(t, said, "nothing can be said about the registry: Config cluster may not be read")
	require.Contains(t, said, "[check-unseen]")
}
