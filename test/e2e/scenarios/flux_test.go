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
	"github.com/registryprofile/registry-profile/test/e2e/engines"
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
	return f.commitManifests(f.RenderFolder(spec))
}

func (f *fluxed) commitManifests(registry map[string][]byte) string {
	f.Helper()
	files := map[string][]byte{
		"odf/configmap.yaml": []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: odf, namespace: " + cluster.StorageNamespace + "}}"),
	}
	for name, content := range registry {
		files["registry/"+name] = content
	}
	if err := f.Client.Create(f.Ctx, f.kustomization()); !apierrors.IsAlreadyExists(err) { // it was dismissed
		require.NoError(f, err)
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

func (f *fluxed) scenario() *runner.Scenario { return f.Scenario }

func (f *fluxed) withdraw() {
	f.Helper()
	f.requireDone(f.commitManifests(bystander()))
}

func (f *fluxed) dismiss() {
	f.Helper()
	k := f.kustomization()
	require.NoError(f, f.Client.Delete(f.Ctx, k))
	awaitGone(f.Scenario, k)
}

func (f *fluxed) restore() { f.reconcile() }

func (f *fluxed) requireStuck(revision string) {
	f.Helper()
	f.requireNotReady(revision, "ObjectBucketClaim/")
}

func (f *fluxed) requireFailed(revision string, job *unstructured.Unstructured) {
	f.Helper()
	f.requireNotReady(revision, "Job/"+job.GetNamespace()+"/"+job.GetName())
}

func (f *fluxed) requireNotReady(revision, says string) {
	f.Helper()
	status, message := f.ready(revision)
	require.Equal(f, "False", status)
	require.Contains(f, message, says)
}

func (f *fluxed) requireRemoved(object client.Object) { awaitGone(f.Scenario, object) }

func TestFlux(t *testing.T) {
	all := common(func(t *testing.T) engine { return startFlux(t) })
	all["deleted"] = func(t *testing.T) {
		f := startFlux(t)
		defer f.requireNoCredentials()
		dismissed(f)
		f.requireDone(f.commit("{}"))
	}
	all["night-failed"] = fluxNightFailed
	all["empty-render"] = fluxEmptyRender
	all["storage-in-git"] = fluxStorageInGit
	playAll(t, engines.Flux, engines.Situations(), all)
}

// fluxNightFailed: what failed in the night is no fault of the commit.
func fluxNightFailed(t *testing.T) {
	const mended = "{bootstrap: {timeout: 20m}, verify: {enabled: true}}"
	f := startFlux(t)
	defer f.requireNoCredentials()
	delivered(f, "{}")
	f.ServeRegistry()
	failNight(f.Scenario)
	f.requireDone(f.commit(mended))
	requireGreen(f.Scenario, f.AwaitJob(f.Render(mended).SmokeTest()), "1 of 1")
}

// fluxEmptyRender: a folder that kustomize cannot build, and one in which nothing is.
func fluxEmptyRender(t *testing.T) {
	f := startFlux(t)
	defer f.requireNoCredentials()
	pull := delivered(f, "{}")
	objects := f.Render("{}")
	f.requireNotReady(f.commitManifests(map[string][]byte{"kustomization.yaml": kustomizationOf("missing.yaml")}), "missing.yaml")
	live(f.Scenario, objects.Job())

	f.requireDone(f.commitManifests(map[string][]byte{"README.md": []byte("nothing")}))
	awaitGone(f.Scenario, namespaceNamed(objects.Job().GetNamespace()))
	requireStillThere(f.Scenario, objects)
	pull()
}

// fluxStorageInGit: Git had spec.storage, and now brings a profile.
func fluxStorageInGit(t *testing.T) {
	t.Parallel()
	// byHand is a cluster on which the registry runs on the claim, all of it in Git.
	byHand := func(t *testing.T) (f *fluxed, pull func()) {
		f = startFlux(t)
		objects := f.Render("{}")
		f.RequireComplete(f.Bootstrap(objects))
		f.requireDone(f.commitManifests(map[string][]byte{
			"kustomization.yaml": kustomizationOf("config.yaml"), "config.yaml": configInGit(f.Scenario, ""),
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
		f.requireDone(f.commitManifests(folder))
		requireOurBucket(f.Scenario)
		folder["600-config.yaml"] = rendered
		f.requireDone(f.commitManifests(folder))
		requireNeverMoved(f.Scenario, configs)
		pull()
	})
}
