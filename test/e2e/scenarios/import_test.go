package scenarios

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// imported runs the product's own import.
func imported(s *runner.Scenario, arguments ...string) (profile, said string, code int) {
	s.Helper()
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), append([]string{"import"}, arguments...)...)
	cmd.Env = append(os.Environ(), "HOME="+s.TempDir())
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	ended := cmd.Run()
	require.NotNil(s, cmd.ProcessState, "%v", ended)
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

// importLive imports the cluster with all rights.
func importLive(s *runner.Scenario) (profile, said string, code int) {
	s.Helper()
	kubeconfig, err := s.ControlPlane.Kubeconfig()
	require.NoError(s, err)
	return imported(s, "--kubectl", filepath.Join(s.Programs, "kubectl"), "--kubeconfig", kubeconfig)
}

// specOf is the spec of a profile, as s.Render takes it.
func specOf(s *runner.Scenario, profile string) string {
	s.Helper()
	var p struct {
		Metadata struct{ Name string }
		Spec     map[string]any
	}
	require.NoError(s, yaml.Unmarshal([]byte(profile), &p))
	require.Equal(s, "registry", p.Metadata.Name)
	spec, err := json.Marshal(p.Spec)
	require.NoError(s, err)
	return string(spec)
}

// setUpByHand does what the guide has an administrator type: a claim, the Secret, and Config.
func setUpByHand(s *runner.Scenario, key client.ObjectKey, endpoint, ca string) {
	s.Helper()
	makeClaim(s, key, "ocs-storagecluster-ceph-rgw")
	where, keys := &corev1.ConfigMap{}, &corev1.Secret{}
	s.Await("the claim to be filled", func(ctx context.Context) (bool, error) {
		if err := s.Client.Get(ctx, key, where); err != nil {
			return false, err
		}
		return true, s.Client.Get(ctx, key, keys)
	})
	secret := secretNamed(registryCredentials.Namespace, registryCredentials.Name)
	secret.Data = map[string][]byte{
		"REGISTRY_STORAGE_S3_ACCESSKEY": keys.Data["AWS_ACCESS_KEY_ID"],
		"REGISTRY_STORAGE_S3_SECRETKEY": keys.Data["AWS_SECRET_ACCESS_KEY"],
	}
	require.NoError(s, s.Client.Create(s.Ctx, secret))
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{
		"managementState": "Managed", "replicas": 2, "defaultRoute": true,
		"storage": map[string]any{"emptyDir": nil, "managementState": "Unmanaged", "s3": map[string]any{
			"bucket": where.Data["BUCKET_NAME"], "region": "us-east-1", "regionEndpoint": endpoint,
			"virtualHostedStyle": false, "encrypt": false, "trustedCA": map[string]any{"name": ca},
		}},
	}})
	require.NoError(s, err)
	require.NoError(s, s.Client.Patch(s.Ctx, s.RegistryConfig(), merge(string(patch)), client.FieldOwner("kubectl-patch")))
	awaitObserved(s)
}

// byHand are registries as people set them up.
var byHand = map[string]struct {
	claim        client.ObjectKey
	endpoint, ca string
}{
	"guide": {client.ObjectKey{Namespace: cluster.RegistryNamespace, Name: "rgw-bucket"},
		"http://" + cluster.RoutePlain + "-openshift-storage.apps.e2e.example.com", ""},
	"red-hat": {client.ObjectKey{Namespace: cluster.StorageNamespace, Name: "rgwbucket"},
		"https://" + cluster.RouteSecure + "-openshift-storage.apps.e2e.example.com", "image-registry-s3-bundle"},
}

// TestImport takes a registry over that was set up by hand, from the live cluster and from a
// dump of it: nothing is switched, neither by the plan nor by what is delivered.
func TestImport(t *testing.T) {
	t.Parallel()
	for name, c := range byHand {
		for _, from := range []string{"live", "dump"} {
			t.Run(name+"-"+from, func(t *testing.T) {
				s := runner.Start(t)
				if c.ca != "" {
					ca := configMapNamed(cluster.ConfigNamespace, c.ca)
					ca.Data = map[string]string{"ca-bundle.crt": s.IngressCA.Bundle()}
					require.NoError(t, s.Client.Create(s.Ctx, ca))
				}
				setUpByHand(s, c.claim, c.endpoint, c.ca)
				pushAndPull(s)
				profile, said, code := importLive(s)
				if from == "dump" {
					dump := s.TempDir()
					writeDump(s, dump, cluster.RegistryNamespace)
					live := profile
					profile, said, code = imported(s, "--must-gather", dump)
					require.Equal(t, specOf(s, live), specOf(s, profile))
				}
				require.Zero(t, code, said)
				takeRegistryOver(s, specOf(s, profile), c.claim)
				keys := secretNamed(c.claim.Namespace, c.claim.Name)
				require.NoError(t, s.Client.Get(s.Ctx, c.claim, keys))
				for _, value := range keys.Data {
					require.NotContains(t, profile+said, string(value))
				}
			})
		}
	}
}

// takeRegistryOver delivers a profile to a registry that has its storage already.
func takeRegistryOver(s *runner.Scenario, spec string, claim client.ObjectKey) {
	s.Helper()
	p, code := s.Foresee(spec)
	require.Zero(s, code)
	require.Zero(s, p.Job.Exit)
	for _, write := range p.Job.Writes {
		require.NotContains(s, write.Patch, "spec", "%+v", write)
	}
	before, seen := s.RegistryConfig().Spec.Storage, watchConfig(s)
	objects := s.Render(spec)
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	awaitObserved(s)
	for config := range seen(s.RegistryConfig().ResourceVersion) {
		require.Equal(s, before, config.Spec.Storage)
	}
	where := &corev1.ConfigMap{}
	require.NoError(s, s.Client.Get(s.Ctx, claim, where))
	require.Equal(s, where.Data["BUCKET_NAME"], before.S3.Bucket)
	pushAndPull(s)

	// What was delivered is what is imported from then on: Render leaves the smoke test out.
	again, said, code := importLive(s)
	require.Zero(s, code, said)
	require.JSONEq(s, runner.WithoutSmokeTest(spec), specOf(s, again))
}

// TestImportRefused makes up nothing: neither of a registry that is off, nor for somebody who
// may read nothing.
func TestImportRefused(t *testing.T) {
	s := runner.Start(t)
	profile, said, code := importLive(s)
	require.Equal(t, 1, code)
	require.Empty(t, profile)
	require.Contains(t, said, "[import-not-managed]")
}
