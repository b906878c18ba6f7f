package scenarios

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/test/e2e/argocd"
	"github.com/registryprofile/registry-profile/test/e2e/engines"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

const argoExample = "../../../examples/argocd/"

// argoed is a scenario whose cluster is delivered by the real Argo CD, from examples/argocd.
type argoed struct {
	*runner.Scenario
	argocd    *argocd.ArgoCD
	name      client.ObjectKey
	revision  string // of the last commit
	finalizer string // with which it is dismissed
}

func startArgoCD(t *testing.T) *argoed {
	t.Helper()
	return bringArgoCD(runner.Start(t))
}

// bringArgoCD brings Argo CD with the plugin, the rights and the health checks of the
// example, and its Application.
func bringArgoCD(s *runner.Scenario) *argoed {
	s.Helper()
	a := &argoed{Scenario: s, finalizer: "resources-finalizer.argocd.argoproj.io"}
	plugins := filepath.Join(s.TempDir(), "plugins")
	program := filepath.Join(sandbox.Prepared(), "registry-profile")
	out, err := exec.CommandContext(s.Ctx, program, "install", "--plugin-home", plugins).CombinedOutput()
	require.NoError(s, err, "%s", out)
	a.argocd, err = argocd.Start(s.Ctx, argocd.Options{
		Config: s.Config, Client: s.Client, Programs: s.Programs, Plugins: plugins, Dir: filepath.Join(s.Dir, "argocd"),
	})
	require.NoError(s, err)
	s.Cleanup(a.argocd.Stop)
	for _, object := range a.example("rbac.yaml") {
		s.Apply("administrator", runner.Objects{object})
	}
	a.setHealthChecks()
	application := a.application()
	require.NoError(s, s.Client.Create(s.Ctx, application))
	a.name = client.ObjectKeyFromObject(application)
	return a
}

func (a *argoed) example(name string) []*unstructured.Unstructured {
	a.Helper()
	var objects []*unstructured.Unstructured
	for _, document := range strings.Split(read(a.T, argoExample+name), "\n---\n") {
		object := &unstructured.Unstructured{}
		require.NoError(a, yaml.Unmarshal([]byte(document), &object.Object))
		objects = append(objects, object)
	}
	return objects
}

// application is the example's, for our repository, and as patient as a test is.
func (a *argoed) application() *unstructured.Unstructured {
	a.Helper()
	application := a.example("application.yaml")[0]
	require.NoError(a, unstructured.SetNestedField(application.Object, "file://"+a.argocd.Repository(), "spec", "source", "repoURL"))
	require.NoError(a, unstructured.SetNestedField(application.Object, "1s", "spec", "syncPolicy", "retry", "backoff", "duration"))
	require.NoError(a, unstructured.SetNestedField(application.Object, "3s", "spec", "syncPolicy", "retry", "backoff", "maxDuration"))
	return application
}

// setHealthChecks does what the operator of Argo CD does with the checks of an ArgoCD resource.
func (a *argoed) setHealthChecks() {
	a.Helper()
	checks, _, err := unstructured.NestedSlice(a.example("health.yaml")[0].Object, "spec", "resourceHealthChecks")
	require.NoError(a, err)
	data := map[string]any{}
	for _, c := range checks {
		check := c.(map[string]any)
		data[fmt.Sprintf("resource.customizations.health.%s_%s", check["group"], check["kind"])] = check["check"]
	}
	require.NotEmpty(a, data)
	patch, err := yaml.Marshal(map[string]any{"data": data})
	require.NoError(a, err)
	patch, err = yaml.YAMLToJSON(patch)
	require.NoError(a, err)
	cm := &corev1.ConfigMap{}
	cm.Namespace, cm.Name = argocd.Namespace, "argocd-cm"
	require.NoError(a, mergePatch(a.Scenario, cm, string(patch)))
}

// commit is one of the example's folder with a profile of this spec.
func (a *argoed) commit(spec string) string {
	a.Helper()
	return a.push(map[string][]byte{
		"registry/kustomization.yaml": []byte(read(a.T, argoExample+"registry/kustomization.yaml")),
		"registry/profile.yaml":       runner.Profile(spec),
	})
}

func (a *argoed) push(files map[string][]byte) string {
	a.Helper()
	var err error
	a.revision, err = a.argocd.Commit(files)
	require.NoError(a, err)
	if _, err = a.look(a.Ctx); apierrors.IsNotFound(err) { // it was dismissed
		require.NoError(a, a.Client.Create(a.Ctx, a.application()))
	}
	a.refresh()
	return a.revision
}

// refresh does what a webhook of the repository does.
func (a *argoed) refresh() {
	a.Helper()
	app, err := a.look(a.Ctx)
	require.NoError(a, err)
	require.NoError(a, mergePatch(a.Scenario, app, `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`))
	a.await("Argo CD to look again", func(app *unstructured.Unstructured) bool {
		return app.GetAnnotations()["argocd.argoproj.io/refresh"] == ""
	})
}

// await waits for a state of the Application.
func (a *argoed) await(what string, reached func(app *unstructured.Unstructured) bool) {
	a.Helper()
	a.Await(what, func(ctx context.Context) (bool, error) {
		app, err := a.look(ctx)
		if err != nil || reached(app) {
			return err == nil, err
		}
		conditions, _, _ := unstructured.NestedSlice(app.Object, "status", "conditions")
		return false, fmt.Errorf("%s: %s %v", state(app), at(app, "status", "operationState", "message"), conditions)
	})
}

// state is whether what Git says is in the cluster, whether that works, and how the last
// sync ended.
func state(app *unstructured.Unstructured) string {
	return strings.Join([]string{
		at(app, "status", "sync", "status"), at(app, "status", "health", "status"), at(app, "status", "operationState", "phase"),
	}, " ")
}

// look returns the Application as it is.
func (a *argoed) look(ctx context.Context) (app *unstructured.Unstructured, err error) {
	app = &unstructured.Unstructured{}
	app.SetGroupVersionKind(argocd.ApplicationKind)
	return app, a.Client.Get(ctx, a.name, app)
}

func at(o *unstructured.Unstructured, path ...string) string {
	text, _, _ := unstructured.NestedString(o.Object, path...)
	return text
}

// requireDone waits until the Application is Synced and Healthy on a revision.
func (a *argoed) requireDone(revision string) {
	a.Helper()
	a.await("the Application to be Synced and Healthy", func(app *unstructured.Unstructured) bool {
		return at(app, "status", "sync", "revision") == revision && state(app) == "Synced Healthy Succeeded"
	})
}

func (a *argoed) scenario() *runner.Scenario { return a.Scenario }

func (a *argoed) commitManifests(files map[string][]byte) string {
	a.Helper()
	committed := map[string][]byte{}
	for name, content := range files {
		committed["registry/"+name] = content
	}
	return a.push(committed)
}

func (a *argoed) withdraw() {
	a.Helper()
	a.requireDone(a.commitManifests(bystander()))
}

// dismiss deletes the Application with the finalizer that deletes what it has brought.
func (a *argoed) dismiss() {
	a.Helper()
	app, err := a.look(a.Ctx)
	require.NoError(a, err)
	app.SetFinalizers([]string{a.finalizer})
	require.NoError(a, a.Client.Update(a.Ctx, app))
	require.NoError(a, a.Client.Delete(a.Ctx, app))
	awaitGone(a.Scenario, app)
}

func (a *argoed) reconcile() {
	a.Helper()
	a.refresh()
	a.requireDone(a.revision)
}

// restore does what "argocd app terminate-op" and "argocd app sync" do. Self-heal alone tries
// what it found missing first, which need not be all: a namespace that is about to go is
// still there.
func (a *argoed) restore() {
	a.Helper()
	a.await("self-heal to be in vain", func(app *unstructured.Unstructured) bool {
		return strings.Contains(at(app, "status", "operationState", "message"), "not found")
	})
	app, err := a.look(a.Ctx)
	require.NoError(a, err)
	if at(app, "status", "operationState", "phase") == "Running" {
		require.NoError(a, mergePatch(a.Scenario, app, `{"status":{"operationState":{"phase":"Terminating"}}}`))
	}
	a.await("the operation to end", func(app *unstructured.Unstructured) bool {
		_, running := app.Object["operation"]
		return !running
	})
	require.NoError(a, mergePatch(a.Scenario, app, `{"operation":{"sync":{"prune":true}}}`))
	a.requireDone(a.revision)
}

// requireStuck waits until Argo CD says that it cannot sync, and tries again.
func (a *argoed) requireStuck(revision string) {
	a.Helper()
	a.await("the sync to fail", func(app *unstructured.Unstructured) bool {
		return at(app, "status", "operationState", "syncResult", "revision") == revision &&
			strings.Contains(at(app, "status", "operationState", "message"), "Retrying attempt")
	})
}

func (a *argoed) requireFailed(revision string, job *unstructured.Unstructured) {
	a.Helper()
	a.await("the sync to fail with its Job", func(app *unstructured.Unstructured) bool {
		resources, _, _ := unstructured.NestedSlice(app.Object, "status", "operationState", "syncResult", "resources")
		return at(app, "status", "health", "status") == "Degraded" &&
			at(app, "status", "operationState", "syncResult", "revision") == revision &&
			slices.ContainsFunc(resources, func(r any) bool {
				resource := &unstructured.Unstructured{Object: r.(map[string]any)}
				return at(resource, "name") == job.GetName() && at(resource, "hookPhase") == "Failed"
			})
	})
}

func (a *argoed) requireRemoved(object client.Object) { awaitGone(a.Scenario, object) }

// requireNoCredentials: none is in what Argo CD logs, stores and caches.
func (a *argoed) requireNoCredentials() {
	a.Helper()
	requireNoCredentialsIn(a.Scenario, "argocd")
	cached, err := a.argocd.Cached(a.Ctx)
	require.NoError(a, err)
	require.Contains(a, fmt.Sprint(slices.Collect(maps.Keys(cached))), "app|resources-tree", "the cache is read")
	for key, content := range cached {
		require.False(a, holds(content, credentialsOf(a.Scenario)), key)
	}
}

func TestArgoCD(t *testing.T) {
	all := common(func(t *testing.T) engine { return startArgoCD(t) })
	all["deleted"] = argoDeleted
	all["night-failed"] = argoNightFailed
	all["empty-render"] = argoEmptyRender
	all["storage-in-git"] = argoStorageInGit
	playAll(t, engines.ArgoCD, engines.Situations(), all)
}

// argoNightFailed: a CronJob and an ImagePruner whose last run has failed are Degraded to Argo
// CD, which goes on to no other wave then.
func argoNightFailed(t *testing.T) {
	const mended = "{bootstrap: {timeout: 20m}, verify: {enabled: true}}"
	a := startArgoCD(t)
	defer a.requireNoCredentials()
	delivered(a, "{}")
	a.ServeRegistry()
	failNight(a.Scenario)
	a.await("the night to be seen", func(app *unstructured.Unstructured) bool { return state(app) == "Synced Degraded Succeeded" })

	revision := a.commit(mended)
	a.await("the commit to be delivered", func(app *unstructured.Unstructured) bool {
		return at(app, "status", "sync", "revision") == revision && state(app) == "Synced Degraded Succeeded"
	})
	requireGreen(a.Scenario, a.AwaitJob(a.Render(mended).SmokeTest()), "1 of 1")
}

func argoDeleted(t *testing.T) {
	t.Parallel()
	for name, finalizer := range map[string]string{
		"foreground": "resources-finalizer.argocd.argoproj.io",
		"background": "resources-finalizer.argocd.argoproj.io/background",
	} {
		t.Run(name, func(t *testing.T) {
			a := startArgoCD(t)
			defer a.requireNoCredentials()
			a.finalizer = finalizer
			dismissed(a)
		})
	}
}

func argoEmptyRender(t *testing.T) {
	t.Parallel()
	for name, commit := range map[string]func(a *argoed){
		"plugin-missing": func(a *argoed) {
			require.NoError(a, os.RemoveAll(a.argocd.Plugins))
			a.commit("{registry: {replicas: 3}}")
			a.await("the Application to say so", func(app *unstructured.Unstructured) bool {
				conditions, _, _ := unstructured.NestedSlice(app.Object, "status", "conditions")
				return strings.Contains(fmt.Sprint(conditions), "unable to find plugin")
			})
			live(a.Scenario, a.Render("{}").Job())
		},
		"exec-forgotten": func(a *argoed) {
			files := bystander()
			files["kustomization.yaml"] = append(kustomizationOf("other.yaml"), "generators: [profile.yaml]\n"...)
			files["profile.yaml"] = []byte(strings.Replace(string(runner.Profile("{}")), "{name: registry}",
				`{name: registry, annotations: {config.kubernetes.io/function: "exec: {path: registry-profile}"}}`, 1))
			a.commitManifests(files)
			awaitGone(a.Scenario, namespaceNamed(a.Render("{}").Job().GetNamespace()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startArgoCD(t)
			defer a.requireNoCredentials()
			pull := delivered(a, "{}")
			commit(a)
			requireStillThere(a.Scenario, a.Render("{}"))
			pull()
		})
	}
}

// argoStorageInGit: Git had spec.storage, by either way of applying, and now brings a
// profile, in one commit.
func argoStorageInGit(t *testing.T) {
	t.Parallel()
	for name, annotations := range map[string]string{
		"client-side": "", "server-side": "argocd.argoproj.io/sync-options: ServerSideApply=true",
	} {
		t.Run(name, func(t *testing.T) {
			a := startArgoCD(t)
			defer a.requireNoCredentials()
			objects := a.Render("{}")
			a.RequireComplete(a.Bootstrap(objects))
			a.requireDone(a.commitManifests(map[string][]byte{
				"kustomization.yaml": kustomizationOf("config.yaml"), "config.yaml": configInGit(a.Scenario, annotations),
			}))
			forgetJob(a.Scenario, objects)
			pull := image(a.Scenario)
			configs := watchConfig(a.Scenario)
			a.requireDone(a.commit("{}"))
			requireNeverMoved(a.Scenario, configs)
			pull()
		})
	}
}
