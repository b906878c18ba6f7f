package scenarios

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	fluxcd "github.com/registryprofile/registry-profile/test/e2e/flux"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// fluxed is a scenario whose cluster is delivered by the real kustomize-controller, from
// examples/flux.
type fluxed struct {
	*runner.Scenario
	flux *fluxcd.Flux
	// name is that of the example's Kustomization.
	name client.ObjectKey
}

const fluxExample = "../../../examples/flux/flux.yaml"

func startFlux(t *testing.T) *fluxed {
	t.Helper()
	return bringFlux(runner.Start(t))
}

// bringFlux brings Flux and the example's Kustomization, with the one on which it depends.
func bringFlux(s *runner.Scenario) *fluxed {
	s.Helper()
	f := &fluxed{Scenario: s}
	var err error
	f.flux, err = fluxcd.Start(s.Ctx, s.Config, s.Client, filepath.Join(s.Programs, "kustomize-controller"), filepath.Join(s.Dir, "flux"))
	require.NoError(s, err)
	s.Cleanup(f.flux.Stop)

	example := f.kustomization()
	odf := example.DeepCopy()
	odf.SetName("odf")
	odf.Object["spec"] = map[string]any{
		"sourceRef": map[string]any{"kind": "GitRepository", "name": fluxcd.Name}, "path": "./odf", "prune": true, "interval": "10m",
	}
	require.NoError(s, s.Client.Create(s.Ctx, odf))
	require.NoError(s, s.Client.Create(s.Ctx, example))
	f.name = client.ObjectKeyFromObject(example)
	return f
}

// kustomization is the example's.
func (f *fluxed) kustomization() *unstructured.Unstructured {
	f.Helper()
	content, err := yaml.ToJSON([]byte(read(f.T, fluxExample)))
	require.NoError(f, err)
	example := &unstructured.Unstructured{}
	require.NoError(f, example.UnmarshalJSON(content))
	return example
}

// commit is one whose folder registry holds what a profile renders to, and returns the
// revision.
func (f *fluxed) commit(spec string) string {
	f.Helper()
	return f.push(f.RenderFolder(spec))
}

func (f *fluxed) push(registry map[string][]byte) string {
	f.Helper()
	files := map[string][]byte{
		"odf/configmap.yaml": []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: odf, namespace: " + cluster.StorageNamespace + "}}"),
	}
	for name, content := range registry {
		files["registry/"+name] = content
	}
	revision, err := f.flux.Push(f.Ctx, files)
	require.NoError(f, err)
	return revision
}

// ready is the Ready condition of the example's Kustomization, once it is about a revision
// and not in between.
func (f *fluxed) ready(revision string) (status, message string) {
	f.Helper()
	f.Await("Flux to be done with "+revision, func(ctx context.Context) (bool, error) {
		k := &unstructured.Unstructured{}
		k.SetGroupVersionKind(fluxcd.KustomizationKind)
		if err := f.Client.Get(ctx, f.name, k); err != nil {
			return false, err
		}
		attempted, _, _ := unstructured.NestedString(k.Object, "status", "lastAttemptedRevision")
		conditions, _, _ := unstructured.NestedSlice(k.Object, "status", "conditions")
		for _, c := range conditions {
			condition, _ := c.(map[string]any)
			if condition["type"] == "Ready" {
				status, message = fmt.Sprint(condition["status"]), fmt.Sprint(condition["message"])
			}
		}
		if attempted == revision && (status == "False" || status == "True" && strings.Contains(message, revision)) {
			return true, nil
		}
		return false, fmt.Errorf("%s, Ready=%s: %s", attempted, status, message)
	})
	return status, message
}

func (f *fluxed) requireDone(revision string) {
	f.Helper()
	status, message := f.ready(revision)
	require.Equal(f, "True", status, message)
}

// reconcile makes Flux look again, as its interval does, and waits until it has.
func (f *fluxed) reconcile() {
	f.Helper()
	k := &unstructured.Unstructured{}
	k.SetGroupVersionKind(fluxcd.KustomizationKind)
	k.SetNamespace(f.name.Namespace)
	k.SetName(f.name.Name)
	at := time.Now().Format(time.RFC3339Nano)
	require.NoError(f, mergePatch(f.Scenario, k, fmt.Sprintf(`{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":%q}}}`, at)))
	f.Await("Flux to look again", func(ctx context.Context) (bool, error) {
		err := f.Client.Get(ctx, f.name, k)
		handled, _, _ := unstructured.NestedString(k.Object, "status", "lastHandledReconcileAt")
		return handled == at, err
	})
}

// requireNoCredentials: none is in what Flux logs and stores.
func (f *fluxed) requireNoCredentials() {
	f.Helper()
	log, err := os.ReadFile(filepath.Join(f.Dir, "flux", "flux.log"))
	require.NoError(f, err)
	require.Contains(f, string(log), f.name.Name)
	requireNoCredentialsIn(f.Scenario, "flux")
}

func TestFluxFirstSyncAndChange(t *testing.T) {
	f := startFlux(t)
	defer f.requireNoCredentials()
	f.requireDone(f.commit("{}"))
	requireInstalled(f.Scenario)
	pull := image(f.Scenario)

	// The first sync applies Config before the Job has run. The operator's first write then
	// leaves out what is false (defaultRoute), and Flux writes it again, once.
	f.reconcile()
	awaitObserved(f.Scenario)
	before := versionsOf(f.Scenario, f.Render("{}"))
	f.reconcile()
	require.Equal(t, before, versionsOf(f.Scenario, f.Render("{}")), "nothing to do")

	changeAndBack(f.Scenario, f)
	pull()
}

// TestFluxJobStops: what the user sees of exit code 3, and how it goes on.
func TestFluxJobStops(t *testing.T) {
	f := startFlux(t)
	defer f.requireNoCredentials()
	runOnVolume(f.Scenario, "of-before")
	status, message := f.ready(f.commit("{}"))
	require.Equal(t, "False", status)
	require.Contains(t, message, "Job/registry-profile/"+f.Render("{}").Job().GetName())
	require.Equal(t, "of-before", f.RegistryConfig().Spec.Storage.PVC.Claim)
	outcome := f.AwaitJob(f.Render("{}").Job())
	require.Equal(t, 3, outcome.Last().ExitCode())

	f.requireDone(f.commit("{bootstrap: {leaveStorage: [{claim: of-before}]}}"))
	requireInstalled(f.Scenario)
}

func TestFluxHealsDrift(t *testing.T) {
	f := startFlux(t)
	defer f.requireNoCredentials()
	f.requireDone(f.commit("{protection: {admissionPolicies: false}}"))
	pull := image(f.Scenario)
	claim := f.Render("{}").Of("ObjectBucketClaim")[0]
	patchConfig(f.Scenario, `{"spec":{"replicas":1}}`)
	require.NoError(t, mergePatch(f.Scenario, claim, `{"metadata":{"annotations":{"kustomize.toolkit.fluxcd.io/prune":null}}}`))
	f.reconcile()
	require.EqualValues(t, 2, f.RegistryConfig().Spec.Replicas)
	require.Equal(t, "disabled", live(f.Scenario, claim).GetAnnotations()["kustomize.toolkit.fluxcd.io/prune"])
	requireOurBucket(f.Scenario)
	pull()
}

// TestFluxLosesTheProfile: it is removed from Git with prune on, or its Kustomization is
// deleted with its finalizer. What holds the images stays, and what guards it.
func TestFluxLosesTheProfile(t *testing.T) {
	for name, lose := range map[string]func(f *fluxed){
		"removed-from-git": func(f *fluxed) {
			f.requireDone(f.push(map[string][]byte{
				"kustomization.yaml": []byte("{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, resources: [other.yaml]}"),
				"other.yaml":         []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: openshift-storage}}"),
			}))
		},
		"kustomization-deleted": func(f *fluxed) {
			k := f.kustomization()
			require.NoError(f, f.Client.Delete(f.Ctx, k))
			awaitGone(f.Scenario, k)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := startFlux(t)
			defer f.requireNoCredentials()
			f.requireDone(f.commit("{}"))
			pull := image(f.Scenario)
			objects := f.Render("{}")
			lose(f)
			awaitGone(f.Scenario, namespaceNamed(objects.Job().GetNamespace()))
			requireStillThere(f.Scenario, objects)
			pull()
			f.requireDone(f.commitAgain())
			pull()
		})
	}
}

// commitAgain brings the profile back, and its Kustomization if it is gone.
func (f *fluxed) commitAgain() string {
	f.Helper()
	if err := f.Client.Create(f.Ctx, f.kustomization()); !apierrors.IsAlreadyExists(err) {
		require.NoError(f, err)
	}
	return f.commit("{}")
}

// TestFluxHadTheStorage: Git had spec.storage, and now brings a profile.
func TestFluxHadTheStorage(t *testing.T) {
	// byHand is a cluster on which the registry runs on the claim, all of it in Git.
	byHand := func(t *testing.T) (f *fluxed, pull func()) {
		f = startFlux(t)
		objects := f.Render("{}")
		f.RequireComplete(f.Bootstrap(objects))
		f.requireDone(f.push(map[string][]byte{
			"kustomization.yaml": []byte(justConfig), "config.yaml": configInGit(f.Scenario, ""),
		}))
		forgetJob(f.Scenario, objects)
		return f, image(f.Scenario)
	}
	t.Run("in-one-commit", func(t *testing.T) {
		f, pull := byHand(t)
		defer f.requireNoCredentials()
		configs := watchConfig(f.Scenario)
		status, message := f.ready(f.commit("{}"))
		// Of a Config whose whole storage Git alone owned, server-side apply would leave
		// "storage: null", which the CRD refuses; of any other, the policy refuses it.
		require.Equal(t, "False", status)
		require.Contains(t, message, "Config/cluster dry-run failed")
		requireNeverMoved(f.Scenario, configs)
		pull()
	})
	t.Run("in-two-commits", func(t *testing.T) {
		f, pull := byHand(t)
		defer f.requireNoCredentials()
		configs := watchConfig(f.Scenario)
		folder := f.RenderFolder("{}")
		rendered := folder["600-config.yaml"]
		folder["600-config.yaml"] = configInGit(f.Scenario, "kustomize.toolkit.fluxcd.io/ssa: Ignore")
		f.requireDone(f.push(folder))
		requireOurBucket(f.Scenario)
		folder["600-config.yaml"] = rendered
		f.requireDone(f.push(folder))
		requireNeverMoved(f.Scenario, configs)
		pull()
	})
}
