package scenarios

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/engines"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// plain is a scenario whose cluster is delivered by "kubectl apply", by hand or from a
// pipeline.
type plain struct {
	*runner.Scenario
	manifests []byte                   // that were applied last
	folder    func() map[string][]byte // in which they stand in Git
	said      string                   // by the last command
	failed    error                    // the last command
}

func startKubectl(t *testing.T) *plain {
	t.Helper()
	return &plain{Scenario: runner.Start(t)}
}

func (p *plain) scenario() *runner.Scenario { return p.Scenario }

func (p *plain) run(manifests []byte, arguments ...string) {
	p.Helper()
	p.manifests = manifests
	p.said, p.failed = kubectl(p.Scenario, manifests, arguments...)
}

func (p *plain) commit(spec string) string {
	p.Helper()
	p.folder = func() map[string][]byte { return p.RenderFolder(spec) }
	p.run(p.RenderStream(spec), "apply")
	return ""
}

func (p *plain) commitManifests(files map[string][]byte) string {
	p.Helper()
	p.folder = func() map[string][]byte { return files }
	p.run(manifestsAmong(files), "apply")
	return ""
}

func manifestsAmong(files map[string][]byte) []byte {
	var documents [][]byte
	for name, content := range files {
		if name != "kustomization.yaml" {
			documents = append(documents, content)
		}
	}
	return bytes.Join(documents, []byte("---\n"))
}

// prune applies manifests, and removes what has the product's label and is not among them.
func (p *plain) prune(manifests []byte, arguments ...string) {
	p.Helper()
	label := generators.ManagedByLabel + "=" + generators.ManagedBy
	p.run(manifests, append([]string{"apply", "--prune", "--selector", label}, arguments...)...)
}

// withdraw prunes with a folder in which the profile is no more: kubectl's own list of
// kinds has the Job's namespace, and one that names what holds the images is refused.
func (p *plain) withdraw() {
	p.Helper()
	other := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}}
	other.SetNamespace(claimKey.Namespace)
	other.SetName("other")
	other.SetLabels(map[string]string{generators.ManagedByLabel: generators.ManagedBy})
	manifest := manifestOf(p.Scenario, other)
	for _, kind := range []string{
		"objectbucket.io/v1alpha1/ObjectBucketClaim", "imageregistry.operator.openshift.io/v1/Config",
	} {
		p.prune(manifest, "--prune-allowlist", kind)
		require.Error(p, p.failed)
		require.Contains(p, p.said, "registryprofile.dev/confirm-deletion=true")
	}
	p.prune(manifest)
	require.NoError(p, p.failed, p.said)
}

func (p *plain) dismiss() {
	p.Helper()
	p.run(p.manifests, "delete", "--wait=false", "--ignore-not-found")
	require.Error(p, p.failed)
	require.Contains(p, p.said, "registryprofile.dev/confirm-deletion=true")
}

func (p *plain) reconcile() {
	p.Helper()
	p.run(p.manifests, "apply")
}

func (p *plain) requireDone(string) {
	p.Helper()
	require.NoError(p, p.failed, p.said)
	objects, err := runner.Decode(bytes.NewReader(p.manifests))
	require.NoError(p, err)
	p.RequireComplete(p.AwaitJob(objects.Job()))
	awaitObserved(p.Scenario)
}

func (p *plain) restore() { p.reconcile() }

func (p *plain) requireStuck(string) {
	p.Helper()
	require.Error(p, p.failed)
	require.Contains(p, p.said, `no matches for kind "ObjectBucketClaim"`)
}

func (p *plain) requireFailed(_ string, job *unstructured.Unstructured) {
	p.Helper()
	require.NoError(p, p.failed, p.said)
	require.False(p, p.AwaitJob(job).Complete)
}

// requireRemoved: nothing is, until somebody removes what docs/engines.md lists. After that
// it lists nothing.
func (p *plain) requireRemoved(object client.Object) {
	p.Helper()
	dir := p.TempDir()
	require.NoError(p, os.Mkdir(filepath.Join(dir, "registry"), 0o755))
	for name, content := range p.folder() {
		require.NoError(p, os.WriteFile(filepath.Join(dir, "registry", name), content, 0o644))
	}
	night := ofCronJob(p.Scenario)
	for _, command := range []string{engines.LeftOver(), engines.RemoveLeftOver} {
		said, code := typed(p.Scenario, dir, command)
		require.Zero(p, code, said)
	}
	awaitGone(p.Scenario, object)
	said, code := typed(p.Scenario, dir, engines.LeftOver())
	require.Zero(p, code, said)
	require.Empty(p, read(p.T, filepath.Join(dir, "left-over")))
	require.NoError(p, p.Client.Delete(p.Ctx, night))
}

// ofCronJob makes a Job as the profile's CronJob makes one every night.
func ofCronJob(s *runner.Scenario) *batchv1.Job {
	s.Helper()
	made := s.Render("{}").Of("CronJob")[0]
	cronJob := &batchv1.CronJob{}
	require.NoError(s, runtime.DefaultUnstructuredConverter.FromUnstructured(made.Object, cronJob))
	job := &batchv1.Job{ObjectMeta: cronJob.Spec.JobTemplate.ObjectMeta, Spec: cronJob.Spec.JobTemplate.Spec}
	job.Namespace, job.GenerateName, job.Spec.Suspend = cronJob.Namespace, cronJob.Name+"-", ptr.To(true)
	require.NoError(s, s.Client.Create(s.Ctx, job))
	return job
}

// requireNoCredentials: kubectl keeps what it was given in an annotation.
func (p *plain) requireNoCredentials() {
	p.Helper()
	require.False(p, holds([]byte(p.said), credentialsOf(p.Scenario)))
	require.Subset(p, secretsByDesign, objectsWith(p.Scenario, credentialsOf(p.Scenario)))
}

func TestKubectl(t *testing.T) {
	all := common(func(t *testing.T) engine { return startKubectl(t) })
	all["storage-in-git"] = kubectlStorageInGit
	playAll(t, engines.Kubectl, engines.Situations(), all)
}

// kubectlStorageInGit: first everything but Config, and Config once the Job is complete.
func kubectlStorageInGit(t *testing.T) {
	p := startKubectl(t)
	defer p.requireNoCredentials()
	objects := p.Render("{}")
	p.RequireComplete(p.Bootstrap(objects))
	p.run(configInGit(p.Scenario, ""), "apply")
	require.NoError(t, p.failed, p.said)
	forgetJob(p.Scenario, objects)
	pull := image(p.Scenario)
	configs := watchConfig(p.Scenario)

	withoutConfig := slices.DeleteFunc(slices.Clone(objects), func(o *unstructured.Unstructured) bool {
		return o.GetKind() == "Config"
	})
	p.run(manifestOf(p.Scenario, withoutConfig...), "apply")
	p.requireDone("")
	p.requireDone(p.commit("{}"))
	requireNeverMoved(p.Scenario, configs)
	pull()
}
