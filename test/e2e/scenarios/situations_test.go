package scenarios

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/engines"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// An engine delivers to the cluster of a scenario, from what stands in for its Git.
type engine interface {
	scenario() *runner.Scenario
	// commit puts a profile of this spec into Git, and returns the revision.
	commit(spec string) (revision string)
	// commitManifests puts these files into Git instead, with a kustomization.yaml.
	commitManifests(files map[string][]byte) (revision string)
	// withdraw takes everything out of Git, with pruning on.
	withdraw()
	// dismiss deletes what makes the engine deliver, and all that it brought.
	dismiss()
	// reconcile makes the engine look again, as time does, and waits until it has.
	reconcile()
	// restore makes the engine deliver again all that is in Git, after something was deleted
	// on which much depends.
	restore()
	// requireDone waits until the engine is content with a revision.
	requireDone(revision string)
	// requireStuck waits until the engine has tried a revision, and cannot apply it yet.
	requireStuck(revision string)
	// requireFailed waits until the user sees that the Job of a revision has failed.
	requireFailed(revision string, job *unstructured.Unstructured)
	// requireRemoved waits until an object that a newer revision lacks is gone.
	requireRemoved(object client.Object)
	// requireNoCredentials requires that none is in what the engine logs, stores and caches.
	requireNoCredentials()
}

// plays are scenarios by the names of their situations, with "_" between several.
type plays map[string]func(t *testing.T)

// playAll plays every situation of an engine.
func playAll(t *testing.T, e engines.Engine, situations []engines.Situation, all plays) {
	t.Helper()
	t.Parallel()
	var expected, played []string
	for _, situation := range situations {
		if situation.Without[e] == "" {
			expected = append(expected, situation.Name)
		}
	}
	for names := range all {
		played = append(played, strings.Split(names, "_")...)
	}
	require.ElementsMatch(t, expected, played, "the table of docs/engines.md has other situations")
	for _, names := range slices.Sorted(maps.Keys(all)) {
		t.Run(names, all[names])
	}
}

// A situation is one that is played alike with each engine.
type situation struct {
	name string
	play func(e engine)
}

// common are the situations that are played alike with each engine. Those of one row each leave
// the cluster as a delivery does, and are played on one cluster, in this order.
func common(start func(t *testing.T) engine) plays {
	all := plays{}
	for _, inTurn := range [][]situation{
		{
			{"first-sync", firstSync}, {"second-sync", secondSync}, {"change", change},
			{"taken-down", takenDown}, {"storage-drift", storageDrift}, {"smoke-test", smokeTested},
		},
		// drift is first: it is without the policies, which no engine takes away again.
		{{"drift", drift}, {"job-mended", jobMended}, {"namespace-deleted", namespaceDeleted}, {"removed-from-git", removedFromGit}},
		{{"job-stops", jobStops}},
		{{"deleted", dismissed}},
		{{"rollback", rollback}},
		{{"upgrade", upgrade}},
		{{"odf-later", odfLater}},
	} {
		var names []string
		for _, situation := range inTurn {
			names = append(names, situation.name)
		}
		all[strings.Join(names, "_")] = func(t *testing.T) { playInTurn(start(t), inTurn) }
	}
	return all
}

// playInTurn ends with the first situation that fails: the cluster is not what the next expects.
func playInTurn(e engine, situations []situation) {
	for _, situation := range situations {
		goOn := e.scenario().Part(situation.name, func() {
			defer e.requireNoCredentials()
			situation.play(e)
		})
		if !goOn {
			return
		}
	}
}

// delivered is a cluster on which an engine has delivered a profile, with an image.
func delivered(e engine, spec string) (requirePull func()) {
	e.scenario().Helper()
	e.requireDone(e.commit(spec))
	return image(e.scenario())
}

func firstSync(e engine) {
	pull := delivered(e, "{}")
	requireInstalled(e.scenario())
	pull()
}

// smokeTested delivers the smoke test after the rest: the registry of a scenario runs only
// once somebody has started it on what the Job has written.
func smokeTested(e engine) {
	const spec = "{verify: {enabled: true}}"
	s := e.scenario()
	delivered(e, "{}")
	s.ServeRegistry()
	revision := e.commit(spec)
	e.requireDone(revision)
	requireGreen(s, s.AwaitJob(s.Render(spec).SmokeTest()), "1 of 1")
}

func secondSync(e engine) {
	s := e.scenario()
	delivered(e, "{}")
	// The first sync of an engine that does not wait for the Job applies Config before it.
	// The operator's first write then leaves out what is false (defaultRoute), and the
	// engine writes it again, once.
	e.reconcile()
	awaitObserved(s)
	before := versionsOf(s, s.Render("{}"))
	e.reconcile()
	e.requireDone(e.commit("{}"))
	require.Equal(s, before, versionsOf(s, s.Render("{}")), "nothing to do")
}

func change(e engine) {
	const changed = "{bootstrap: {timeout: 20m, reconcile: {enabled: false}}, registry: {replicas: 3}}"
	s := e.scenario()
	pull := delivered(e, "{}")
	configs := watchConfig(s)
	e.requireDone(e.commit(changed))
	require.EqualValues(s, 3, s.RegistryConfig().Spec.Replicas)
	live(s, s.Render(changed).Job())
	e.requireRemoved(s.Render("{}").Job())
	e.requireRemoved(s.Render("{}").Of("CronJob")[0])

	e.requireDone(e.commit("{}"))
	require.EqualValues(s, 2, s.RegistryConfig().Spec.Replicas)
	requireNeverMoved(s, configs)
	pull()
}

func takenDown(e engine) {
	const down = "{registry: {managementState: Removed}}"
	s := e.scenario()
	pull := delivered(e, "{}")
	e.requireDone(e.commit(down))
	require.EqualValues(s, "Removed", s.RegistryConfig().Spec.ManagementState)
	e.reconcile()
	e.requireDone(e.commit(down))
	e.requireRemoved(s.Render("{}").Job())

	e.requireDone(e.commit("{}"))
	require.EqualValues(s, "Managed", s.RegistryConfig().Spec.ManagementState)
	pull()
}

func jobStops(e engine) {
	s := e.scenario()
	runOnVolume(s, "of-before")
	job := s.Render("{}").Job()
	e.requireFailed(e.commit("{}"), job)
	require.Equal(s, 3, s.AwaitJob(job).Last().ExitCode())
	require.Equal(s, "of-before", s.RegistryConfig().Spec.Storage.PVC.Claim)

	e.requireDone(e.commit("{bootstrap: {leaveStorage: [{claim: of-before}]}}"))
	requireInstalled(s)
}

// jobMended: what the claim's ConfigMap says is no port, which no waiting can mend.
func jobMended(e engine) {
	const changed = "{bootstrap: {timeout: 20m}}"
	s := e.scenario()
	pull := delivered(e, "{}")
	bound := &corev1.ConfigMap{ObjectMeta: claimMeta}
	require.NoError(s, s.Client.Get(s.Ctx, claimKey, bound))
	setPort := func(port string) {
		require.NoError(s, mergePatch(s, bound, fmt.Sprintf(`{"data":{"BUCKET_PORT":%q}}`, port)))
	}
	setPort("none")
	revision, job := e.commit(changed), s.Render(changed).Job()
	e.requireFailed(revision, job)
	failed := s.AwaitJob(job)
	setPort(bound.Data["BUCKET_PORT"])

	s.DeleteJob(failed.Job)
	e.reconcile()
	s.RequireComplete(s.AwaitJob(job))
	e.requireDone(revision)
	requireOurBucket(s)
	pull()
}

func drift(e engine) {
	s := e.scenario()
	pull := delivered(e, "{protection: {admissionPolicies: false}}")
	claim := s.Render("{}").Of("ObjectBucketClaim")[0]
	marks := live(s, claim).GetAnnotations()
	patchConfig(s, `{"spec":{"replicas":1}}`)
	for _, mark := range []string{"argocd.argoproj.io/sync-options", "kustomize.toolkit.fluxcd.io/prune"} {
		require.NoError(s, mergePatch(s, claim, fmt.Sprintf(`{"metadata":{"annotations":{%q:null}}}`, mark)))
	}
	e.reconcile()
	s.Await("the drift to be put back", func(context.Context) (bool, error) {
		return s.RegistryConfig().Spec.Replicas == 2 && maps.Equal(marks, live(s, claim).GetAnnotations()), nil
	})
	requireOurBucket(s)
	pull()
}

func storageDrift(e engine) {
	s := e.scenario()
	pull := delivered(e, "{}")
	before := s.RegistryConfig().Spec.Storage
	makeVolume(s, "by-hand")
	patchConfig(s, `{"spec":{"storage":{"s3":null,"pvc":{"claim":"by-hand"}}}}`)
	awaitObserved(s)
	e.reconcile()
	require.Equal(s, "by-hand", s.RegistryConfig().Spec.Storage.PVC.Claim)

	storage, err := yaml.Marshal(map[string]any{"spec": map[string]any{"storage": before}})
	require.NoError(s, err)
	storage, err = yaml.YAMLToJSON(storage)
	require.NoError(s, err)
	patchConfig(s, string(storage))
	patchConfig(s, `{"spec":{"storage":{"pvc":null}}}`)
	awaitObserved(s)
	e.reconcile()
	requireOurBucket(s)
	pull()
}

func removedFromGit(e engine) {
	s := e.scenario()
	pull := delivered(e, "{}")
	objects := s.Render("{}")
	configs := watchConfig(s)
	e.withdraw()
	awaitGone(s, namespaceNamed(objects.Job().GetNamespace()))
	requireStillThere(s, objects)
	requireNeverMoved(s, configs)
	pull()
	e.requireDone(e.commit("{}"))
	pull()
}

// dismissed is a play with an engine that is told to go, in one of the ways to say so.
func dismissed(e engine) {
	s := e.scenario()
	objects := s.Render("{}")
	pull := delivered(e, "{}")
	configs := watchConfig(s)
	e.dismiss()
	awaitGone(s, namespaceNamed(objects.Job().GetNamespace()))
	requireStillThere(s, objects)
	requireNeverMoved(s, configs)
	pull()
}

func namespaceDeleted(e engine) {
	s := e.scenario()
	pull := delivered(e, "{}")
	job := s.Render("{}").Job()
	namespace := namespaceNamed(job.GetNamespace())
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(namespace), namespace))
	require.NoError(s, s.Client.Delete(s.Ctx, namespace))
	s.Await("the namespace to be gone, or to be another", func(ctx context.Context) (bool, error) {
		now := namespaceNamed(namespace.Name)
		err := s.Client.Get(ctx, client.ObjectKeyFromObject(now), now)
		return err != nil || now.UID != namespace.UID, client.IgnoreNotFound(err)
	})
	e.restore()
	again := s.AwaitJob(job)
	s.RequireComplete(again)
	require.Empty(s, writes(again.Last()))
	requireOurBucket(s)
	pull()
}

func rollback(e engine) {
	s := e.scenario()
	pull := delivered(e, "{}")
	first := s.RegistryConfig().Spec.Storage.S3.Bucket
	e.requireDone(e.commit(fmt.Sprintf("{storage: {noobaa: {}}, bootstrap: {leaveStorage: [{bucket: %s}]}}", first)))
	second := s.RegistryConfig().Spec.Storage.S3.Bucket
	require.NotEqual(s, first, second)
	e.requireRemoved(s.Render("{}").Job()) // else it would be there already, complete

	e.requireFailed(e.commit("{}"), s.Render("{}").Job())
	require.Equal(s, second, s.RegistryConfig().Spec.Storage.S3.Bucket)
	e.requireDone(e.commit(fmt.Sprintf("{bootstrap: {leaveStorage: [{bucket: %s}]}}", second)))
	require.Equal(s, first, s.RegistryConfig().Spec.Storage.S3.Bucket)
	pull()
	for _, claim := range s.Render("{storage: {noobaa: {}}}").Of("ObjectBucketClaim") {
		require.Nil(s, live(s, claim).GetDeletionTimestamp())
	}
}

// earlierVersions has what versions of the product rendered of the minimal profile, as
// test/tools/render-version.sh writes it, by names that sort from the oldest to the newest.
const earlierVersions = "testdata/versions"

// upgrade delivers what each version of the product renders after that of the version before.
func upgrade(e engine) {
	s := e.scenario()
	versions, err := os.ReadDir(earlierVersions)
	require.NoError(s, err)
	require.NotEmpty(s, versions)
	before := deliverVersion(e, versions[0].Name())
	requireInstalled(s)
	pull := image(s)
	configs := watchConfig(s)
	claim := live(s, before.Of("ObjectBucketClaim")[0]).GetUID()

	requireUpgraded := func(now runner.Objects) {
		require.Equal(s, claim, live(s, now.Of("ObjectBucketClaim")[0]).GetUID())
		require.Empty(s, writes(s.AwaitJob(now.Job()).Last()))
		for _, left := range before.Of("Job", "ConfigMap") {
			if !slices.ContainsFunc(now, func(o *unstructured.Unstructured) bool { return o.GetName() == left.GetName() }) {
				e.requireRemoved(left)
			}
		}
		before = now
	}
	for _, version := range versions[1:] {
		requireUpgraded(deliverVersion(e, version.Name()))
	}
	e.requireDone(e.commit("{}"))
	requireUpgraded(s.Render("{}"))
	requireNeverMoved(s, configs)
	pull()
}

// deliverVersion delivers what an earlier version has rendered.
func deliverVersion(e engine, file string) runner.Objects {
	s := e.scenario()
	s.Helper()
	rendered := read(s.T, filepath.Join(earlierVersions, file))
	e.requireDone(e.commitManifests(map[string][]byte{
		"kustomization.yaml": kustomizationOf("earlier.yaml"), "earlier.yaml": []byte(rendered),
	}))
	objects, err := runner.Decode(strings.NewReader(rendered))
	require.NoError(s, err)
	require.Len(s, objects.Of("Job", "ConfigMap"), 2)
	return objects
}

func kustomizationOf(resource string) []byte {
	return fmt.Appendf(nil, "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [%s]\n", resource)
}

// bystander is a folder in which the profile is no more, but something else.
func bystander() map[string][]byte {
	return map[string][]byte{
		"kustomization.yaml": kustomizationOf("other.yaml"),
		"other.yaml": []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: " +
			cluster.StorageNamespace + "}}\n"),
	}
}

func odfLater(e engine) {
	s := e.scenario()
	bring := withoutDefinitions(s)
	revision := e.commit("{}")
	e.requireStuck(revision)
	require.Nil(s, s.RegistryConfig().Spec.Storage.S3)
	bring()
	e.reconcile()
	e.requireDone(revision)
	requireInstalled(s)
}

// withoutDefinitions makes the cluster one to which ODF has not brought its definitions
// yet. The function that it returns brings them.
func withoutDefinitions(s *runner.Scenario) (bring func()) {
	s.Helper()
	s.Rook.Stop()
	s.NooBaa.Stop()
	kinds := schema.GroupVersion{Group: "objectbucket.io", Version: "v1alpha1"}
	claims, buckets := kinds.WithResource("objectbucketclaims"), kinds.WithResource("objectbuckets")
	awaitServed := func(served bool) {
		s.AwaitServed(claims, served)
		s.AwaitServed(buckets, served)
	}
	var definitions []*unstructured.Unstructured
	for _, kind := range []schema.GroupVersionResource{claims, buckets} {
		definition := definitionOf(kind)
		require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(definition), definition))
		require.NoError(s, s.Client.Delete(s.Ctx, definition))
		definitions = append(definitions, definition)
	}
	awaitServed(false)
	return func() {
		s.Helper()
		for _, definition := range definitions {
			definition.SetResourceVersion("")
			definition.SetUID("")
			unstructured.RemoveNestedField(definition.Object, "status")
			require.NoError(s, s.Client.Create(s.Ctx, definition))
		}
		awaitServed(true)
		require.NoError(s, s.Rook.Start())
		require.NoError(s, s.NooBaa.Start())
	}
}

func definitionOf(kind schema.GroupVersionResource) *unstructured.Unstructured {
	definition := &unstructured.Unstructured{}
	definition.SetAPIVersion("apiextensions.k8s.io/v1")
	definition.SetKind("CustomResourceDefinition")
	definition.SetName(kind.GroupResource().String())
	return definition
}

// TestEngines are the situations with more than one engine.
func TestEngines(t *testing.T) {
	playAll(t, engines.Together, engines.Meetings(), plays{"hand-over": handOver, "at-once": atOnce})
}

// handOver delivers one registry by Argo CD, then by Flux, then by Argo CD again.
func handOver(t *testing.T) {
	s := runner.Start(t)
	a := bringArgoCD(s)
	a.requireDone(a.commit("{}"))
	pull := image(s)
	configs := watchConfig(s)

	app, err := a.look(s.Ctx)
	require.NoError(t, err)
	require.NoError(t, s.Client.Delete(s.Ctx, app)) // without a finalizer: everything stays
	f := bringFlux(s)
	f.requireDone(f.commit("{registry: {replicas: 3}}"))
	require.EqualValues(t, 3, s.RegistryConfig().Spec.Replicas)
	pull()

	f.dismiss()
	pull()
	require.NoError(t, s.Client.Create(s.Ctx, a.application()))
	a.requireDone(a.commit("{}"))
	require.EqualValues(t, 2, s.RegistryConfig().Spec.Replicas)
	requireNeverMoved(s, configs)
	pull()
	f.requireNoCredentials()
	a.requireNoCredentials()
}

// atOnce: both share every object, and neither undoes the other.
func atOnce(t *testing.T) {
	s := runner.Start(t)
	a, f := bringArgoCD(s), bringFlux(s)
	argo, flux := a.commit("{}"), f.commit("{}")
	f.requireDone(flux)
	a.requireDone(argo)
	pull := image(s)
	requireInstalled(s)
	f.reconcile()
	a.requireDone(argo)
	requireOurBucket(s)
	pull()
}
