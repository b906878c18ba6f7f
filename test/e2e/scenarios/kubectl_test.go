package scenarios

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/engines"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// plain is a scenario whose cluster is delivered by "kubectl apply", by hand or from a
// pipeline.
type plain struct {
	*runner.Scenario
	manifests []byte // that were applied last
	said      string // by the last command
	failed    error  // the last command
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
	p.run(p.RenderStream(spec), "apply")
	return ""
}

func (p *plain) commitManifests(files map[string][]byte) string {
	p.Helper()
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

// requireRemoved: nothing is, until somebody prunes.
func (p *plain) requireRemoved(object client.Object) {
	p.Helper()
	var allowlist []string
	for _, kind := range engines.Prunable {
		allowlist = append(allowlist, "--prune-allowlist", kind)
	}
	p.prune(p.manifests, allowlist...)
	require.NoError(p, p.failed, p.said)
	awaitGone(p.Scenario, object)
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
