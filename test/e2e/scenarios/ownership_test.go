package scenarios

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fluxcd/pkg/ssa"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// An applier brings a Config to the cluster from Git.
type applier func(s *runner.Scenario, config *unstructured.Unstructured)

// A delivery is how a Config comes from Git: before the profile, and with it.
type delivery struct{ before, after applier }

var deliveries = map[string]delivery{
	"kubectl":                        {clientSide, clientSide},
	"kubectl-server-side":            {serverSide("kubectl"), serverSide("kubectl")},
	"argocd":                         {serverSide("argocd-controller"), serverSide("argocd-controller")},
	"flux":                           {flux, flux},
	"kubectl-then-argocd":            {clientSide, takeOver("argocd-controller")},
	"kubectl-then-flux":              {clientSide, flux},
	"kubectl-server-side-then-flux":  {serverSide("kubectl"), flux},
	"kubectl-taken-over-before-flux": {both(clientSide, flux), flux},
	"argocd-then-kubectl":            {serverSide("argocd-controller"), clientSide},
	"argocd-then-flux":               {serverSide("argocd-controller"), flux},
	"kubectl-and-argocd": {
		both(clientSide, serverSide("argocd-controller")), both(serverSide("argocd-controller"), clientSide),
	},
}

// TestOwnership is a Config of the user's that had storage and managementState in
// Git. The Job runs, both are taken out of Git, and the next syncs leave them in the
// cluster. Before each, Config is as the Job alone has left it.
func TestOwnership(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	outcome := s.Bootstrap(objects)
	s.RequireComplete(outcome)
	awaitObserved(s)
	ofJobAlone := s.RegistryConfig()
	for _, name := range slices.Sorted(maps.Keys(deliveries)) {
		d := deliveries[name]
		goOn := s.Part(name, func() {
			putBack(s, ofJobAlone)
			spec := map[string]any{}
			for _, field := range []string{"managementState", "storage"} {
				spec[field] = liveSpec(s)[field]
			}
			config := objects.Of("Config")[0]
			d.before(s, withSpec(s, config, spec))
			s.DeleteJob(outcome.Job)
			outcome = s.RunJob(objects)
			s.RequireComplete(outcome)
			requireKept(s, d.after, config)
		})
		if !goOn {
			return
		}
	}
}

// putBack makes Config what it was, and its fields those of whom they were.
func putBack(s *runner.Scenario, config *imageregistryv1.Config) {
	s.Helper()
	for range 2 { // the first makes some fields its own
		awaitObserved(s)
		was := config.DeepCopy()
		was.SetResourceVersion(s.RegistryConfig().ResourceVersion)
		require.NoError(s, s.Client.Update(s.Ctx, was))
	}
	awaitObserved(s)
	now := s.RegistryConfig()
	require.Equal(s, config.Spec, now.Spec)
	require.Equal(s, config.Annotations, now.Annotations)
	require.Equal(s, ownersOf(config), ownersOf(now))
}

// ownersOf are the managers of Config, without its status, and their fields.
func ownersOf(config *imageregistryv1.Config) map[string]string {
	owners := map[string]string{}
	for _, entry := range config.GetManagedFields() {
		if entry.Subresource == "" {
			owners[entry.Manager+" "+string(entry.Operation)] = entry.FieldsV1.GetRawString()
		}
	}
	return owners
}

// TestOwnershipOfManagementState is a Config of the user's that had managementState
// alone in Git, and leaves it to the Job from now on.
func TestOwnershipOfManagementState(t *testing.T) {
	t.Parallel()
	for state, names := range map[operatorv1.ManagementState][]string{
		operatorv1.Managed: slices.Collect(maps.Keys(deliveries)),
		operatorv1.Removed: {"kubectl", "argocd", "flux"}, // the Job's patch takes the field from them
	} {
		for _, name := range names {
			t.Run(string(state)+"/"+name, func(t *testing.T) {
				s := runner.Start(t)
				objects := s.Render("{}")
				config := objects.Of("Config")[0]
				deliveries[name].before(s, withSpec(s, config, map[string]any{"managementState": string(state)}))
				s.RequireComplete(s.Bootstrap(objects))
				requireOurBucket(s)
				requireKept(s, deliveries[name].after, config)
			})
		}
	}
}

// requireKept applies the profile's Config twice: the registry's storage stays.
func requireKept(s *runner.Scenario, apply applier, config *unstructured.Unstructured) {
	s.Helper()
	storage := s.RegistryConfig().Spec.Storage
	for range 2 {
		apply(s, config.DeepCopy())
		require.Equal(s, storage, s.RegistryConfig().Spec.Storage)
		require.Equal(s, operatorv1.Managed, s.RegistryConfig().Spec.ManagementState)
	}
}

// withSpec is the Config as it stood in Git before the profile: with more fields in
// its spec, and without the profile's annotations.
func withSpec(s *runner.Scenario, config *unstructured.Unstructured, spec map[string]any) *unstructured.Unstructured {
	s.Helper()
	full := config.DeepCopy()
	full.SetAnnotations(nil)
	for field, value := range spec {
		require.NoError(s, unstructured.SetNestedField(full.Object, value, "spec", field))
	}
	return full
}

// liveSpec is the spec of the cluster's Config, field by field.
func liveSpec(s *runner.Scenario) map[string]any {
	s.Helper()
	encoded, err := runtime.DefaultUnstructuredConverter.ToUnstructured(s.RegistryConfig())
	require.NoError(s, err)
	return encoded["spec"].(map[string]any)
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
	require.NoError(s, fluxApply(s, config))
}

func fluxApply(s *runner.Scenario, config *unstructured.Unstructured) error {
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
	return err
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
	manifest, err := json.Marshal(config)
	require.NoError(s, err)
	out, err := kubectlApply(s, manifest)
	require.NoError(s, err, out)
}

// kubectlApply is kubectl apply -f of one file, as an administrator.
func kubectlApply(s *runner.Scenario, manifests []byte) (output string, err error) {
	s.Helper()
	return kubectl(s, manifests, "apply")
}

// kubectl runs the real one on a file with the manifests, as an administrator.
func kubectl(s *runner.Scenario, manifests []byte, arguments ...string) (output string, err error) {
	s.Helper()
	dir := s.TempDir()
	file := filepath.Join(dir, "manifests.yaml")
	require.NoError(s, os.WriteFile(file, manifests, 0o644))
	arguments = append(arguments, "--kubeconfig", kubeconfig(s), "-f", file)
	cmd := exec.CommandContext(s.Ctx, filepath.Join(s.Programs, "kubectl"), arguments...)
	cmd.Env = []string{"HOME=" + dir}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func kubeconfig(s *runner.Scenario) string {
	s.Helper()
	path, err := s.ControlPlane.Kubeconfig()
	require.NoError(s, err)
	return path
}
