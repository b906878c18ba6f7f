package scenarios

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/fluxcd/pkg/ssa"
	operatorv1 "github.com/openshift/api/operator/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// An applier brings a Config to the cluster from Git.
type applier func(s *runner.Scenario, config *unstructured.Unstructured)

const byFlux = "{delivery: {engines: [Flux]}}"

// TestOwnership is a Config that had its storage in Git. The Job runs, the
// storage is taken out of Git, and the next sync leaves it in the cluster.
func TestOwnership(t *testing.T) {
	for name, c := range map[string]struct {
		spec          string
		before, after applier
	}{
		"kubectl":                        {"{}", clientSide, clientSide},
		"kubectl-server-side":            {"{}", serverSide("kubectl"), serverSide("kubectl")},
		"argocd":                         {"{}", serverSide("argocd-controller"), serverSide("argocd-controller")},
		"flux":                           {byFlux, flux, flux},
		"kubectl-then-argocd":            {"{}", clientSide, takeOver("argocd-controller")},
		"kubectl-then-flux":              {byFlux, clientSide, flux},
		"kubectl-server-side-then-flux":  {byFlux, serverSide("kubectl"), flux},
		"kubectl-taken-over-before-flux": {byFlux, both(clientSide, flux), flux},
		"argocd-then-kubectl":            {"{}", serverSide("argocd-controller"), clientSide},
		"kubectl-and-argocd":             {"{}", both(clientSide, serverSide("argocd-controller")), both(serverSide("argocd-controller"), clientSide)},
		"argocd-then-flux":               {byFlux, serverSide("argocd-controller"), flux},
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render(c.spec)
			first := s.Bootstrap(objects)
			s.RequireComplete(first)
			config := objects.Of("Config")[0]
			c.before(s, withStorage(s, config))
			storage := s.RegistryConfig().Spec.Storage
			s.DeleteJob(first.Job)
			s.RequireComplete(s.RunJob(objects))

			for range 2 {
				c.after(s, config.DeepCopy())
				require.Equal(t, storage, s.RegistryConfig().Spec.Storage)
				require.Equal(t, operatorv1.Managed, s.RegistryConfig().Spec.ManagementState)
			}
		})
	}
}

// TestOwnershipOfManagementState is a registry that was Managed by Git before
// the profile, whose Config leaves that to the Job.
func TestOwnershipOfManagementState(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render(byFlux)
	config := objects.Of("Config")[0]
	managed := config.DeepCopy()
	managed.SetAnnotations(nil)
	require.NoError(t, unstructured.SetNestedField(managed.Object, "Managed", "spec", "managementState"))
	flux(s, managed)
	s.RequireComplete(s.Bootstrap(objects))
	flux(s, config.DeepCopy())
	require.Equal(t, operatorv1.Managed, s.RegistryConfig().Spec.ManagementState)
	requireOurBucket(s)
}

// withStorage is the Config as it stood in Git before the profile: with the
// storage that is in the cluster, and without the profile's annotations.
func withStorage(s *runner.Scenario, config *unstructured.Unstructured) *unstructured.Unstructured {
	s.Helper()
	live := config.DeepCopy()
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(config), live))
	storage, found, err := unstructured.NestedMap(live.Object, "spec", "storage")
	require.NoError(s, err)
	require.True(s, found)
	full := config.DeepCopy()
	full.SetAnnotations(nil)
	require.NoError(s, unstructured.SetNestedMap(full.Object, storage, "spec", "storage"))
	return full
}

func both(first, second applier) applier {
	return func(s *runner.Scenario, config *unstructured.Unstructured) {
		s.Helper()
		first(s, config.DeepCopy())
		second(s, config.DeepCopy())
	}
}

func serverSide(manager string) applier {
	return func(s *runner.Scenario, config *unstructured.Unstructured) {
		s.Helper()
		s.Apply(manager, runner.Objects{config})
	}
}

// flux is the real library of Flux, called as its kustomize-controller does
// (internal/controller/kustomization_controller.go, apply): the fields of kubectl
// become its own, unless the annotation ssa: Merge is there.
func flux(s *runner.Scenario, config *unstructured.Unstructured) {
	s.Helper()
	const group, name = "kustomize.toolkit.fluxcd.io", "kustomize-controller"
	var kubectl []ssa.FieldManager
	for _, manager := range []string{"kubectl", "before-first-apply", name} {
		kubectl = append(kubectl, ssa.FieldManager{Name: manager, OperationType: metav1.ManagedFieldsOperationUpdate})
	}
	kubectl = append(kubectl, ssa.FieldManager{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationApply})
	options := ssa.DefaultApplyOptions()
	options.Cleanup = ssa.ApplyCleanupOptions{
		Annotations:   []string{corev1.LastAppliedConfigAnnotation},
		FieldManagers: kubectl,
		Exclusions:    map[string]string{group + "/ssa": "Merge"},
	}
	manager := ssa.NewResourceManager(s.Client, nil, ssa.Owner{Field: name, Group: group})
	_, err := manager.Apply(s.Ctx, config, options)
	require.NoError(s, err)
}

// takeOver is what Argo CD's client-side apply migration does before it applies
// (gitops-engine, pkg/sync/sync_context.go): the fields of kubectl become its own.
func takeOver(manager string) applier {
	return func(s *runner.Scenario, config *unstructured.Unstructured) {
		s.Helper()
		live := config.DeepCopy()
		require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(config), live))
		patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, sets.New("kubectl-client-side-apply", "before-first-apply"), manager)
		require.NoError(s, err)
		if len(patch) > 0 {
			require.NoError(s, s.Client.Patch(s.Ctx, live, client.RawPatch("application/json-patch+json", patch)))
		}
		s.Apply(manager, runner.Objects{config})
	}
}

// clientSide is the real kubectl apply.
func clientSide(s *runner.Scenario, config *unstructured.Unstructured) {
	s.Helper()
	dir := s.TempDir()
	manifest, err := json.Marshal(config)
	require.NoError(s, err)
	file := filepath.Join(dir, "config.json")
	require.NoError(s, os.WriteFile(file, manifest, 0o644))
	cmd := exec.CommandContext(s.Ctx, filepath.Join(s.Programs, "kubectl"), "--kubeconfig", kubeconfig(s, dir), "apply", "-f", file)
	cmd.Env = []string{"HOME=" + dir}
	out, err := cmd.CombinedOutput()
	require.NoError(s, err, string(out))
}

func kubeconfig(s *runner.Scenario, dir string) string {
	s.Helper()
	file := filepath.Join(dir, "kubeconfig")
	require.NoError(s, clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{"e2e": {
			Server: s.Config.Host, CertificateAuthority: s.Config.CAFile, CertificateAuthorityData: s.Config.CAData,
		}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{"admin": {
			Token: s.Config.BearerToken, ClientCertificate: s.Config.CertFile, ClientCertificateData: s.Config.CertData,
			ClientKey: s.Config.KeyFile, ClientKeyData: s.Config.KeyData,
		}},
		Contexts:       map[string]*clientcmdapi.Context{"e2e": {Cluster: "e2e", AuthInfo: "admin"}},
		CurrentContext: "e2e",
	}, file))
	return file
}
