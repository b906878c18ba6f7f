package scenarios

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/engines"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// kpted is a scenario whose cluster is delivered by the real kpt, from examples/kpt-live,
// with the commands of its README.
type kpted struct {
	*runner.Scenario
	dir     string // the package's
	kptfile string // the example's
}

const kptExample = "../../../examples/kpt-live"

// startKpt makes a copy of the package, and initialises it.
func startKpt(t *testing.T) *kpted {
	t.Helper()
	k := &kpted{Scenario: runner.Start(t)}
	k.AwaitServed(resourceGroups, false)
	k.dir = filepath.Join(k.Dir, "kpt", "registry")
	require.NoError(t, os.RemoveAll(filepath.Dir(k.dir)))
	require.NoError(t, os.CopyFS(k.dir, os.DirFS(kptExample)))
	k.documented("kpt live init")
	k.kptfile = read(t, filepath.Join(k.dir, "Kptfile"))
	t.Cleanup(k.uninstall)
	return k
}

var resourceGroups = schema.GroupVersionResource{Group: "kpt.dev", Version: "v1alpha1", Resource: "resourcegroups"}

// uninstall takes away the one thing that kpt installs by itself, with all objects of the
// kind: the next scenario finds a cluster that kpt has never seen.
func (k *kpted) uninstall() {
	definition := definitionOf(resourceGroups)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(k, cluster.Poll(ctx, func(ctx context.Context) (bool, error) {
		return gone(k.Client.Delete(ctx, definition))
	}))
}

// command is the one of the README that begins so.
func (k *kpted) command(begin string) string {
	k.Helper()
	var found []string
	for line := range strings.Lines(read(k.T, kptExample+"/README.md")) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, begin) {
			found = append(found, line)
		}
	}
	require.Len(k, found, 1, begin)
	return found[0]
}

// documented runs a command of the README, which has to succeed.
func (k *kpted) documented(begin string) (output string) {
	k.Helper()
	output, code := k.try(k.command(begin))
	require.Zero(k, code, output)
	return output
}

// try runs a command in the package, and keeps what it prints.
func (k *kpted) try(command string) (output string, code int) {
	k.Helper()
	output, code = typed(k.Scenario, k.dir, command)
	log, err := os.OpenFile(filepath.Join(k.Dir, "kpt", "kpt.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	require.NoError(k, err)
	defer func() { _ = log.Close() }()
	_, err = fmt.Fprintf(log, "$ %s\n%s", command, output)
	require.NoError(k, err)
	return output, code
}

// commit puts a profile of this spec into the package, and renders it. The package is a
// folder, which has no revisions.
func (k *kpted) commit(spec string) string {
	k.Helper()
	k.empty()
	k.write("Kptfile", k.kptfile)
	k.write("profile.yaml", read(k.T, kptExample+"/profile.yaml")+"spec: "+runner.WithoutSmokeTest(spec)+"\n")
	k.documented("kpt fn render")
	return ""
}

// empty takes everything out of the package that is delivered.
func (k *kpted) empty() {
	k.Helper()
	for _, name := range []string{"registry", "delivered"} {
		require.NoError(k, os.RemoveAll(filepath.Join(k.dir, name)))
	}
}

func (k *kpted) commitManifests(files map[string][]byte) string {
	k.Helper()
	k.empty()
	k.write("Kptfile", "{apiVersion: kpt.dev/v1, kind: Kptfile, metadata: {name: registry}}\n")
	for name, content := range files {
		if name != "kustomization.yaml" { // kpt has no use for it
			k.write("delivered/"+name, string(content))
		}
	}
	return ""
}

func (k *kpted) write(name, content string) {
	k.Helper()
	path := filepath.Join(k.dir, name)
	require.NoError(k, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(k, os.WriteFile(path, []byte(content), 0o644))
}

// requireDone applies the package and waits, as the README says.
func (k *kpted) requireDone(string) {
	k.Helper()
	k.apply()
	k.documented("oc wait")
	awaitObserved(k.Scenario)
}

func (k *kpted) scenario() *runner.Scenario { return k.Scenario }

func (k *kpted) reconcile() { k.requireDone("") }

func (k *kpted) restore() { k.requireDone("") }

func (k *kpted) withdraw() {
	k.Helper()
	k.commitManifests(bystander())
	k.documented("kpt live apply")
}

func (k *kpted) dismiss() {
	k.Helper()
	out, code := k.try("kpt live destroy")
	require.Zero(k, code, out)
}

func (k *kpted) requireStuck(string) {
	k.Helper()
	out, code := k.try(k.command("kpt live apply"))
	require.NotZero(k, code, out)
	require.Contains(k, out, "ObjectBucketClaim")
	require.NotContains(k, out, "apply successful")
}

// requireFailed starts the Job, for which kpt does not wait.
func (k *kpted) requireFailed(_ string, job *unstructured.Unstructured) {
	k.Helper()
	k.apply()
	require.False(k, k.AwaitJob(job).Complete)
	out, _ := k.try("kpt live status")
	require.Contains(k, out, "job.batch/"+job.GetNamespace()+"/"+job.GetName()+" is Failed")
}

func (k *kpted) requireRemoved(object client.Object) { awaitGone(k.Scenario, object) }

// apply requires that nothing is skipped, of which kpt's exit code says nothing.
func (k *kpted) apply() {
	k.Helper()
	require.Regexp(k, `(?m)^apply result: .* 0 skipped, 0 failed$`, k.documented("kpt live apply"))
}

// applyToFailedJob is apply without its patience, as there is nothing to wait for.
func (k *kpted) applyToFailedJob() {
	k.Helper()
	command := k.command("kpt live apply")
	require.Contains(k, command, " 5m")
	out, code := k.try(strings.Replace(command, " 5m", " 5s", 1))
	require.Equal(k, 3, code, out)
	require.Contains(k, out, "job.batch/"+k.Render("{}").Job().GetName()+" reconcile timeout")
}

func (k *kpted) requireNoCredentials() {
	k.Helper()
	requireNoCredentialsIn(k.Scenario, "kpt")
}

func TestKpt(t *testing.T) {
	all := common(func(t *testing.T) engine { return startKpt(t) })
	all["empty-render"] = kptEmptyPackage
	all["storage-in-git"] = kptStorageInPackage
	playAll(t, engines.Kpt, engines.Situations(), all)
}

// kptEmptyPackage: a render that fails leaves the package as it is. From an empty one
// everything goes but what holds the images, and what guards it.
func kptEmptyPackage(t *testing.T) {
	k := startKpt(t)
	defer k.requireNoCredentials()
	pull := delivered(k, "{}")
	objects := k.Render("{}")
	k.write("profile.yaml", read(t, kptExample+"/profile.yaml")+"spec: {storge: {}}\n")
	out, code := k.try(k.command("kpt fn render"))
	require.NotZero(t, code)
	require.Contains(t, out, `did you mean "storage"?`)
	k.requireDone("")
	live(k.Scenario, objects.Job())

	k.empty()
	k.documented("kpt live apply")
	for _, object := range objects {
		if !slices.Contains(objects.Kept(), object) {
			awaitGone(k.Scenario, object)
		}
	}
	requireStillThere(k.Scenario, objects)
	pull()
	k.requireDone(k.commit("{}"))
	pull()
}

// TestKptWaitsForFailedJob: kpt waits until its time is over for a Job that has failed.
func TestKptWaitsForFailedJob(t *testing.T) {
	k := startKpt(t)
	runOnVolume(k.Scenario, "of-before")
	k.requireFailed(k.commit("{}"), k.Render("{}").Job())
	k.applyToFailedJob()

	patchConfig(k.Scenario, `{"spec":{"managementState":"Removed","storage":{"pvc":null}}}`)
	awaitObserved(k.Scenario)
	k.documented("oc delete job")
	k.requireDone("")
	requireInstalled(k.Scenario)
}

// TestKptAdopts takes over what something else has delivered.
func TestKptAdopts(t *testing.T) {
	t.Parallel()
	for name, deliver := range map[string]func(k *kpted){
		"oc-apply": func(k *kpted) { applyAsRendered(k.Scenario, k.RenderStream("{}")) },
		"engine":   func(k *kpted) { k.Apply("argocd-controller", k.Render("{}")) },
		"kpt-without-adopting": func(k *kpted) {
			out, code := k.try("kpt live apply")
			require.Zero(k, code, "skipped is not failed: %s", out)
			require.Contains(k, out, "config.imageregistry.operator.openshift.io/cluster apply skipped: inventory policy")
		},
		"server-side": func(k *kpted) {
			_, code := k.try(k.command("kpt live apply") + " --server-side --force-conflicts")
			require.Zero(k, code)
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := startKpt(t)
			defer k.requireNoCredentials()
			k.commit("{}")
			deliver(k)
			k.RequireComplete(k.AwaitJob(k.Render("{}").Job()))
			pull := image(k.Scenario)
			configs := watchConfig(k.Scenario)
			k.requireDone("")
			requireNeverMoved(k.Scenario, configs)
			requireInstalled(k.Scenario)
			pull()
		})
	}
}

// TestKptLosesItsInventory: somebody deletes the list of what kpt has applied, and the next
// apply brings it back.
func TestKptLosesItsInventory(t *testing.T) {
	k := startKpt(t)
	defer k.requireNoCredentials()
	pull := delivered(k, "{}")
	configs := watchConfig(k.Scenario)
	inventory := &unstructured.Unstructured{}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, filepath.Join(k.dir, "resourcegroup.yaml"))), inventory))
	require.NoError(t, k.Client.Delete(k.Ctx, inventory))
	awaitGone(k.Scenario, inventory)
	k.requireDone("")
	requireInstalled(k.Scenario)
	requireNeverMoved(k.Scenario, configs)
	pull()
}

// kptStorageInPackage: the package had a whole Config, by either way of applying, and now
// brings a profile, as the README says.
func kptStorageInPackage(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string]string{"client-side": "", "server-side": " --server-side --force-conflicts"} {
		t.Run(name, func(t *testing.T) {
			k := startKpt(t)
			defer k.requireNoCredentials()
			objects := k.Render("{}")
			k.RequireComplete(k.Bootstrap(objects))
			k.commitManifests(nil)
			k.write("config.yaml", string(configInGit(k.Scenario, "")))
			out, code := k.try(k.command("kpt live apply") + flags)
			require.Zero(t, code, out)
			require.Contains(t, out, "cluster apply successful")
			forgetJob(k.Scenario, objects)
			pull := image(k.Scenario)
			configs := watchConfig(k.Scenario)

			k.write("Kptfile", k.kptfile)
			out, code = k.try(k.command("kpt fn render"))
			require.NotZero(t, code)
			require.Contains(t, out, "spec.storage: would fight the Job")
			k.write("config.yaml", "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config,\n"+
				"metadata: {name: cluster}, spec: {replicas: 2}}\n")
			k.documented("oc annotate")
			k.requireDone(k.commit("{}"))
			require.Equal(t, "registry", k.RegistryConfig().Annotations[generators.ProfileAnnotation])
			out, code = k.try(k.command("kpt live apply") + flags)
			require.Zero(t, code, out)
			requireNeverMoved(k.Scenario, configs)
			pull()
		})
	}
}

// TestKptVolume: kpt waits until a volume is bound, and this one is bound when the registry
// has switched to it. It is kept, and so is the ServiceAccount on which it depends, without
// its rights.
func TestKptVolume(t *testing.T) {
	k := startKpt(t)
	class := &storagev1.StorageClass{}
	require.NoError(t, k.Client.Get(k.Ctx, client.ObjectKey{Name: "ocs-storagecluster-cephfs"}, class))
	require.NoError(t, k.Client.Create(k.Ctx, &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: "waits"}, Provisioner: class.Provisioner,
		VolumeBindingMode: ptr.To(storagev1.VolumeBindingWaitForFirstConsumer),
	}))
	const spec = "{storage: {cephfs: {storageClassName: waits}}}"
	objects := k.Render(spec)
	bound := bindWhenUsed(k, objects.Of("PersistentVolumeClaim")[0].GetName())
	k.requireDone(k.commit(spec))
	require.NoError(t, <-bound)
	pushAndPull(k.Scenario)

	out, code := k.try("kpt live destroy")
	require.Zero(t, code, out)
	for _, object := range objects {
		if object.GetKind() == "ServiceAccount" || object.GetKind() == "Namespace" || slices.Contains(objects.Kept(), object) {
			require.Nil(t, live(k.Scenario, object).GetDeletionTimestamp(), object.GetKind())
		} else {
			awaitGone(k.Scenario, object)
		}
	}
}

// bindWhenUsed plays the scheduler and the CSI driver, which bind a claim once the
// registry's pod mounts it.
func bindWhenUsed(k *kpted, name string) (done chan error) {
	done = make(chan error, 1)
	go func() {
		done <- cluster.Poll(k.Ctx, func(ctx context.Context) (bool, error) {
			config := &imageregistryv1.Config{}
			if err := k.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, config); err != nil {
				return false, err
			}
			if volume := config.Spec.Storage.PVC; volume == nil || volume.Claim != name {
				return false, nil
			}
			claim := &corev1.PersistentVolumeClaim{}
			claim.Namespace, claim.Name = cluster.RegistryNamespace, name
			return true, k.Client.Status().Patch(ctx, claim, merge(`{"status":{"phase":"Bound","accessModes":["ReadWriteMany"]}}`))
		})
	}()
	return done
}
