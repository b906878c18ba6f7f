package scenarios

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/test/e2e/argocd"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

const argoExample = "../../../examples/argocd/"

// argoed is a scenario whose cluster is delivered by the real Argo CD, from examples/argocd.
type argoed struct {
	*runner.Scenario
	argocd *argocd.ArgoCD
	name   client.ObjectKey
}

func startArgoCD(t *testing.T) *argoed {
	t.Helper()
	return bringArgoCD(runner.Start(t))
}

// bringArgoCD brings Argo CD with the plugin, the rights and the health checks of the
// example, and its Application.
func bringArgoCD(s *runner.Scenario) *argoed {
	s.Helper()
	a := &argoed{Scenario: s}
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

// application is the example's, for our repository.
func (a *argoed) application() *unstructured.Unstructured {
	a.Helper()
	application := a.example("application.yaml")[0]
	require.NoError(a, unstructured.SetNestedField(application.Object, "file://"+a.argocd.Repository(), "spec", "source", "repoURL"))
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
	revision, err := a.argocd.Commit(files)
	require.NoError(a, err)
	// What a webhook of the repository does.
	app, err := a.look(a.Ctx)
	require.NoError(a, err)
	require.NoError(a, mergePatch(a.Scenario, app, `{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`))
	return revision
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
	a.Await("the Application to be Synced and Healthy", func(ctx context.Context) (bool, error) {
		app, err := a.look(ctx)
		if err != nil {
			return false, err
		}
		state := []string{
			at(app, "status", "sync", "status"), at(app, "status", "health", "status"), at(app, "status", "operationState", "phase"),
		}
		if at(app, "status", "sync", "revision") == revision && strings.Join(state, " ") == "Synced Healthy Succeeded" {
			return true, nil
		}
		conditions, _, _ := unstructured.NestedSlice(app.Object, "status", "conditions")
		return false, fmt.Errorf("%v: %s %v", state, at(app, "status", "operationState", "message"), conditions)
	})
}

// requireNoCredentials: none is in what Argo CD logs, stores and caches.
func (a *argoed) requireNoCredentials() {
	a.Helper()
	requireNoCredentialsIn(a.Scenario, "argocd")
}

func TestArgoCDFirstSyncAndChange(t *testing.T) {
	a := startArgoCD(t)
	defer a.requireNoCredentials()
	a.requireDone(a.commit("{}"))
	requireInstalled(a.Scenario)
	pull := image(a.Scenario)

	before := versionsOf(a.Scenario, a.Render("{}"))
	a.requireDone(a.push(map[string][]byte{
		"registry/kustomization.yaml": []byte(read(t, argoExample+"registry/kustomization.yaml")),
		"registry/profile.yaml":       []byte(read(t, argoExample+"registry/profile.yaml")),
		"README.md":                   []byte("another commit, of the same profile"),
	}))
	require.Equal(t, before, versionsOf(a.Scenario, a.Render("{}")), "nothing to do")

	changeAndBack(a.Scenario, a)
	pull()
}

// TestArgoCDJobStops: what the user sees of exit code 3, and how it goes on.
func TestArgoCDJobStops(t *testing.T) {
	a := startArgoCD(t)
	defer a.requireNoCredentials()
	runOnVolume(a.Scenario, "of-before")
	a.commit("{}")
	a.Await("the Application to be Degraded", func(ctx context.Context) (bool, error) {
		app, err := a.look(ctx)
		return at(app, "status", "health", "status") == "Degraded", err
	})
	require.Equal(t, 3, a.AwaitJob(a.Render("{}").Job()).Last().ExitCode())
	require.Equal(t, "of-before", a.RegistryConfig().Spec.Storage.PVC.Claim)
	require.NotEqualValues(t, 2, a.RegistryConfig().Spec.Replicas, "Config comes after the Job")

	a.requireDone(a.commit("{bootstrap: {leaveStorage: [{claim: of-before}]}}"))
	requireInstalled(a.Scenario)
}

func TestArgoCDHealsDrift(t *testing.T) {
	a := startArgoCD(t)
	defer a.requireNoCredentials()
	a.requireDone(a.commit("{protection: {admissionPolicies: false}}"))
	pull := image(a.Scenario)
	claim := a.Render("{}").Of("ObjectBucketClaim")[0]
	patchConfig(a.Scenario, `{"spec":{"replicas":1}}`)
	require.NoError(t, mergePatch(a.Scenario, claim, `{"metadata":{"annotations":{"argocd.argoproj.io/sync-options":null}}}`))
	a.Await("the drift to be healed", func(context.Context) (bool, error) {
		return a.RegistryConfig().Spec.Replicas == 2 &&
			strings.Contains(live(a.Scenario, claim).GetAnnotations()["argocd.argoproj.io/sync-options"], "Prune=false"), nil
	})
	requireOurBucket(a.Scenario)
	pull()
}

// TestArgoCDLosesTheProfile: it leaves Git with prune on, the build holds nothing, or the
// Application is deleted with everything. What holds the images stays, and what guards it.
func TestArgoCDLosesTheProfile(t *testing.T) {
	const kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
	for name, lose := range map[string]func(a *argoed, objects runner.Objects){
		"removed-from-git": func(a *argoed, objects runner.Objects) {
			a.push(map[string][]byte{
				"registry/kustomization.yaml": []byte(kustomization + "resources: [other.yaml]\n"),
				"registry/other.yaml":         []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: openshift-storage}}"),
			})
			awaitGone(a.Scenario, objects.Job())
		},
		"application-deleted": func(a *argoed, objects runner.Objects) {
			app, err := a.look(a.Ctx)
			require.NoError(a, err)
			app.SetFinalizers([]string{"resources-finalizer.argocd.argoproj.io"})
			require.NoError(a, a.Client.Update(a.Ctx, app))
			require.NoError(a, a.Client.Delete(a.Ctx, app))
			awaitGone(a.Scenario, app)
			awaitGone(a.Scenario, objects.Job())
		},
		"plugin-missing": func(a *argoed, _ runner.Objects) {
			require.NoError(a, os.RemoveAll(a.argocd.Plugins))
			a.commit("{registry: {replicas: 3}}")
			a.Await("the Application to say so", func(ctx context.Context) (bool, error) {
				app, err := a.look(ctx)
				conditions, _, _ := unstructured.NestedSlice(app.Object, "status", "conditions")
				if err == nil && !strings.Contains(fmt.Sprint(conditions), "unable to find plugin") {
					err = fmt.Errorf("its conditions are %v", conditions)
				}
				return err == nil, err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startArgoCD(t)
			defer a.requireNoCredentials()
			a.requireDone(a.commit("{}"))
			pull := image(a.Scenario)
			objects := a.Render("{}")
			lose(a, objects)
			requireStillThere(a.Scenario, objects)
			pull()
		})
	}
}

// TestArgoCDHadTheStorage: Git had spec.storage, by either way of applying, and now brings a
// profile, in one commit.
func TestArgoCDHadTheStorage(t *testing.T) {
	for name, annotations := range map[string]string{
		"client-side": "", "server-side": "argocd.argoproj.io/sync-options: ServerSideApply=true",
	} {
		t.Run(name, func(t *testing.T) {
			a := startArgoCD(t)
			defer a.requireNoCredentials()
			objects := a.Render("{}")
			a.RequireComplete(a.Bootstrap(objects))
			a.requireDone(a.push(map[string][]byte{
				"registry/kustomization.yaml": []byte(justConfig), "registry/config.yaml": configInGit(a.Scenario, annotations),
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
