package scenarios

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/pki"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// doctor runs the product's own doctor, and returns all that it says and its exit code.
func doctor(s *runner.Scenario, arguments ...string) (said string, code int) {
	s.Helper()
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), append([]string{"doctor"}, arguments...)...)
	cmd.Env = append(os.Environ(), "HOME="+s.TempDir())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	require.NotNil(s, cmd.ProcessState, "%v", err)
	return out.String(), cmd.ProcessState.ExitCode()
}

// examine looks at the cluster with the rights of a kubeconfig.
func examine(s *runner.Scenario, kubeconfig string, arguments ...string) (said string, code int) {
	s.Helper()
	return doctor(s, append([]string{
		"--kubectl", filepath.Join(s.Programs, "kubectl"), "--kubeconfig", kubeconfig,
	}, arguments...)...)
}

func examineAsAdmin(s *runner.Scenario, arguments ...string) (said string, code int) {
	s.Helper()
	kubeconfig, err := s.ControlPlane.Kubeconfig()
	require.NoError(s, err)
	return examine(s, kubeconfig, arguments...)
}

// theProfile writes the profile of a spec to a file.
func theProfile(s *runner.Scenario, spec string) (file string) {
	s.Helper()
	file = filepath.Join(s.TempDir(), "profile.yaml")
	require.NoError(s, os.WriteFile(file, runner.Profile(spec), 0o644))
	return file
}

// installed is a cluster on which all of a profile was delivered.
func installed(s *runner.Scenario, spec string) runner.Objects {
	s.Helper()
	objects := s.Render(spec)
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	serveGateway(s)
	return objects
}

// codes are those in what doctor says, sorted, each once, but for what could not be seen.
func codes(said string) []string {
	var found []string
	for _, match := range code.FindAllStringSubmatch(said, -1) {
		if match[1] != "check-unseen" {
			found = append(found, match[1])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var code = regexp.MustCompile(`(?m) \[([a-z-]+)\]$`)

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
	installed(s, "{}")
	said, code := examineAsAdmin(s)
	require.Zero(t, code, said)
	require.Contains(t, said, " checks: 0 errors, ")
	require.False(t, holds([]byte(said), credentialsOf(s)))
	said, code = examineAsAdmin(s, theProfile(s, "{}"))
	require.Zero(t, code, said)
	require.Contains(t, said, " checks: 0 errors, ")
	require.NotContains(t, codes(said), "profile-drift", said)

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
	require.Regexp(
		t,
		`Job/\S+: status.conditions: has failed \(PodFailurePolicy\), exit code 3, images could be lost: `+
			`.*leaveStorage.*\[job-failed\]`,
		said,
	)
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

// doctorsFaults are faults of a cluster on which a profile was installed, and the codes by
// which they are told.
var doctorsFaults = map[string]struct {
	make func(s *runner.Scenario)
	want []string
	// profile says that doctor is given the profile.
	profile bool
}{
	"the Route is gone": {
		func(s *runner.Scenario) { takeAway(s, secureRoute()) }, []string{"job-would-wait"}, true,
	},
	"the policies are deleted": {
		func(s *runner.Scenario) {
			for _, object := range []client.Object{&admissionv1.ValidatingAdmissionPolicyBinding{}, &admissionv1.ValidatingAdmissionPolicy{}} {
				object.SetName("registry-profile-claims")
				takeAway(s, object)
			}
		}, []string{"policies-missing"}, true,
	},
	"a binding without effect": {
		func(s *runner.Scenario) {
			binding := &admissionv1.ValidatingAdmissionPolicyBinding{}
			require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKey{Name: "registry-profile-claims"}, binding))
			binding.Spec.ValidationActions = []admissionv1.ValidationAction{admissionv1.Warn}
			require.NoError(s, s.Client.Update(s.Ctx, binding))
		}, []string{"policy-without-effect"}, false,
	},
	"the pruner fails": {failPruner, []string{"operator-degraded", "pruner-failed"}, false},
	"another CA signs for the Routes": {
		func(s *runner.Scenario) {
			ca, err := pki.NewCA("another")
			require.NoError(s, err)
			source := configMapNamed(cluster.ManagedNamespace, "default-ingress-cert")
			source.Data = map[string]string{"ca-bundle.crt": ca.Bundle()}
			require.NoError(s, s.Client.Update(s.Ctx, source))
		}, []string{"ca-outdated"}, false,
	},
	"an administrator has moved the registry": {
		func(s *runner.Scenario) {
			s.Operator.Stop()
			s.Rook.Stop()
			patchConfig(s, `{"spec":{"storage":{"s3":null,"pvc":{"claim":"old"}}}}`)
		}, []string{"confirmation-left", "job-would-stop", "storage-not-followed", "volume-unbound"}, true,
	},
}

// TestDoctorNames: each fault is told by its codes, and no error besides them.
func TestDoctorNames(t *testing.T) {
	t.Parallel()
	for name, c := range doctorsFaults {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			installed(s, "{}")
			healthy, code := examineAsAdmin(s)
			require.Zero(t, code, healthy)
			c.make(s)
			var arguments []string
			if c.profile {
				arguments = append(arguments, theProfile(s, "{}"))
			}
			var told []string
			s.Await("the fault to be told", func(context.Context) (bool, error) {
				said, _ := examineAsAdmin(s, arguments...)
				told = slices.DeleteFunc(codes(said), func(c string) bool { return slices.Contains(codes(healthy), c) })
				if !slices.Equal(c.want, told) {
					return false, errors.New(said)
				}
				return true, nil
			})
		})
	}
}

// TestDoctorReadsDumps: a dump of a cluster gives the findings that the cluster gives, but for
// the credentials, of which a dump has the sizes only.
func TestDoctorReadsDumps(t *testing.T) {
	s := runner.Start(t)
	objects := installed(s, "{}")
	takeAway(s, configMapNamed(registryCA.Namespace, registryCA.Name))
	takeAway(s, secureRoute())
	live, code := examineAsAdmin(s, theProfile(s, "{}"))
	require.Equal(t, 1, code, live)
	dump := s.TempDir()
	writeDump(s, dump, objects.Job().GetNamespace())
	dumped, code := doctor(s, "--must-gather", dump, theProfile(s, "{}"))
	require.Equal(t, 1, code, dumped)
	require.Subset(t, codes(live), codes(dumped), "%s\n%s", live, dumped)
	require.Subset(t, codes(dumped), []string{"ca-missing", "job-would-wait"}, dumped)
	require.False(t, holds([]byte(live+dumped), credentialsOf(s)))
}
