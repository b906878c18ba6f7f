package scenarios

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/pushpull"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// tested returns a spec with a smoke test.
func tested(spec, verify string) string {
	return strings.Replace(strings.Replace(spec, "{", "{verify: "+verify+", ", 1), ", }", "}", 1)
}

// serving is a cluster whose registry is on its storage, and runs. Only the smoke test is
// not there yet.
func serving(s *runner.Scenario, spec string) (runner.Objects, *pushpull.Registry) {
	s.Helper()
	seeFaultsSoon(s)
	objects := s.Render(spec)
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	return objects, s.ServeRegistry()
}

// seeFaultsSoon: a fault that stays is seen twice, and then it is one.
func seeFaultsSoon(s *runner.Scenario) {
	s.Kubelet.Env(corev1.EnvVar{Name: "GRACE_SECONDS", Value: "1"})
}

// smokeTest applies the Job of the smoke test and waits until it is over.
func smokeTest(s *runner.Scenario, objects runner.Objects) *runner.Outcome {
	s.Helper()
	s.Apply("argocd-controller", runner.Objects{objects.SmokeTest()})
	return s.AwaitJob(objects.SmokeTest())
}

// requireGreen: the Job is complete, and nothing of it is left but in the store.
func requireGreen(s *runner.Scenario, o *runner.Outcome, nodes string) {
	s.Helper()
	s.RequireComplete(o)
	require.Contains(s, o.Last().Output(), "Done: an image was pushed, and "+nodes+" nodes have pulled it.")
	requireNothingLeft(s)
}

// requireRed: the Job has failed for good, and its last words say why and what to do.
func requireRed(s *runner.Scenario, o *runner.Outcome, words ...string) {
	s.Helper()
	require.False(s, o.Complete)
	require.Equal(s, batchv1.JobReasonPodFailurePolicy, o.Condition.Reason, o.Last().Output())
	require.Equal(s, 3, o.Last().ExitCode())
	for _, said := range words {
		require.Contains(s, o.Last().Output(), said)
	}
	requireNothingLeft(s)
}

func requireNothingLeft(s *runner.Scenario) {
	s.Helper()
	stream := &unstructured.UnstructuredList{}
	stream.SetAPIVersion("image.openshift.io/v1")
	stream.SetKind("ImageStreamList")
	require.NoError(s, s.Client.List(s.Ctx, stream))
	require.Empty(s, stream.Items)
	s.Await("the pods to be gone", func(ctx context.Context) (bool, error) {
		pods := &corev1.PodList{}
		err := s.Client.List(ctx, pods, client.HasLabels{"registryprofile.dev/smoke-test"})
		return len(pods.Items) == 0, err
	})
}

// smokeIsGreen pushes an image to the registry that runs on what the bootstrap Job has
// written, and a node pulls it.
func smokeIsGreen(s *runner.Scenario, objects runner.Objects) {
	s.Helper()
	seeFaultsSoon(s)
	before := len(s.Gateway.Requests())
	requireGreen(s, smokeTest(s, objects), "1 of 1")
	config := s.RegistryConfig()
	if config.Spec.Storage.S3 == nil {
		return
	}
	direct := downloads(s.Gateway.Requests()[before:])
	require.Equal(s, config.Spec.DisableRedirect, direct == 0, "a node follows redirects to the store")
}

// TestSmokeIsRepeated on its schedule, also while the Job of a new version of the profile is at
// work: neither takes away what is the other's. A fault that has come since is told.
func TestSmokeIsRepeated(t *testing.T) {
	s := runner.Start(t)
	objects, registry := serving(s, `{verify: {schedule: "0 0 1 1 *"}}`)
	var repeated *unstructured.Unstructured
	for _, cronJob := range objects.Of("CronJob") {
		if strings.HasSuffix(cronJob.GetName(), "-verify") {
			repeated = cronJob
		}
	}
	s.Apply("argocd-controller", runner.Objects{objects.SmokeTest()})
	both := []*runner.Outcome{runCronJob(s, repeated, 1), s.AwaitJob(objects.SmokeTest())}
	for _, outcome := range both {
		requireGreen(s, outcome, "1 of 1")
	}
	registry.Stop()
	gone := runCronJob(s, repeated, 2)
	requireRed(s, gone, "The registry takes no image: ")
	said, code := examineAsAdmin(s)
	require.Equal(t, 1, code)
	require.Contains(t, said, "smoke-test-failed")
	require.Contains(t, said, gone.Job.Name)
}

// TestSmokeOfAllAtOnce: Flux applies everything at the same time; the smoke test waits for
// the bootstrap Job and for the registry.
func TestSmokeOfAllAtOnce(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{verify: {nodes: {count: 2}}}")
	s.Apply("kustomize-controller", objects)
	s.RequireComplete(s.AwaitJob(objects.Job()))
	s.ServeRegistry()
	requireGreen(s, s.AwaitJob(objects.SmokeTest()), "2 of 2")
	for _, node := range kubelet.Nodes {
		require.Contains(t, s.AwaitJob(objects.SmokeTest()).Last().Output(), "Node "+node+" has pulled the image.")
	}
}

// TestSmokeNamesTheFault: each fault that people have had is red, with its reason and its fix.
func TestSmokeNamesTheFault(t *testing.T) {
	t.Parallel()
	secure := cluster.RouteSecure + "-openshift-storage.apps.e2e.example.com"
	for name, c := range map[string]struct {
		spec  string
		fault func(*runner.Scenario, *pushpull.Registry)
		says  []string
	}{
		// The guide's own failure, made by hand: no profile renders it.
		"service-with-redirects": {
			"{storage: {rgw: {endpoint: {service: {}}}}}",
			func(s *runner.Scenario, registry *pushpull.Registry) { redirect(s, registry) },
			[]string{"cannot resolve rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc (no such host)",
				"registry.disableRedirect: true"},
		},
		"ca-not-on-the-nodes": {
			"{}",
			func(s *runner.Scenario, _ *pushpull.Registry) {
				s.BreakNode(kubelet.NodeName, cluster.NodeFault{NoCA: true})
			},
			[]string{"the node does not trust the certificate of " + secure + " (x509)", "trustedCA"},
		},
		"firewall": {
			"{}",
			func(s *runner.Scenario, _ *pushpull.Registry) {
				s.BreakNode(kubelet.NodeName, cluster.NodeFault{Blocked: []string{secure}})
			},
			[]string{secure + " cannot be reached", "a firewall"},
		},
		"credentials-revoked": {
			"{}",
			func(s *runner.Scenario, _ *pushpull.Registry) { require.NoError(s, s.Store.RevokeAll(s.Ctx)) },
			[]string{"The registry takes no image: ", "credentials"},
		},
		"credentials-revoked-after-the-push": {
			"{}",
			func(s *runner.Scenario, _ *pushpull.Registry) {
				s.BeforePulls(func() { _ = s.Store.RevokeAll(context.WithoutCancel(s.Ctx)) })
			},
			[]string{"cannot pull the image: ", "credentials"},
		},
		"store-is-full": {
			"{}",
			func(s *runner.Scenario, _ *pushpull.Registry) { s.Gateway.Fill(true) },
			[]string{"The registry takes no image: the storage is full, or its quota is used up", "bucket.maxSize"},
		},
		"read-only": {
			"{}",
			func(s *runner.Scenario, registry *pushpull.Registry) {
				require.NoError(s, registry.MakeReadOnly(s.Ctx))
			},
			[]string{"The registry takes no image: the registry is read-only"},
		},
		"storage-is-gone": {
			"{}",
			func(s *runner.Scenario, _ *pushpull.Registry) {
				bucket := s.RegistryConfig().Spec.Storage.S3.Bucket
				s.BeforePulls(func() { _ = s.Store.Purge(context.WithoutCancel(s.Ctx), bucket) })
			},
			[]string{"cannot pull the image: the storage has lost what was just pushed"},
		},
		"volume-is-gone": {
			"{storage: {cephfs: {}}}",
			func(s *runner.Scenario, registry *pushpull.Registry) {
				s.BeforePulls(func() { _ = os.RemoveAll(filepath.Join(registry.Volume, "docker")) })
			},
			[]string{"the storage has lost what was just pushed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects, registry := serving(s, tested(c.spec, "{}"))
			c.fault(s, registry)
			requireRed(s, smokeTest(s, objects), c.says...)
		})
	}
}

// TestSmokeOfOneNodeOfTwo: that one node can pull does not hide that the other cannot.
func TestSmokeOfOneNodeOfTwo(t *testing.T) {
	s := runner.Start(t)
	objects, _ := serving(s, "{verify: {nodes: {count: 2}}}")
	s.BreakNode(kubelet.Nodes[1], cluster.NodeFault{NoCA: true})
	requireRed(s, smokeTest(s, objects), "Node e2e has pulled the image.",
		"1 of 2 nodes have pulled the image. These could not: e2e-2.")
}

// TestSmokeOfMoreNodesThanThereAre waits, and says what the scheduler says.
func TestSmokeOfMoreNodesThanThereAre(t *testing.T) {
	s := runner.Start(t)
	objects, _ := serving(s, "{verify: {timeout: 10s, nodes: {count: 3}}}")
	s.Apply("argocd-controller", runner.Objects{objects.SmokeTest()})
	var first *kubelet.Run
	s.Await("the first pod of the smoke test", func(context.Context) (bool, error) {
		runs := s.Kubelet.Runs()
		first = runs[len(runs)-1]
		return strings.HasPrefix(first.Pod.Name, objects.SmokeTest().GetName()), nil
	})
	<-first.Done()
	require.Equal(t, 1, first.ExitCode())
	require.Contains(t, first.Output(), "is on no node: 0/2 nodes are available")
	require.Contains(t, first.Output(), "What to do: Let as many nodes take the pods as are asked for")
}

// redirect lets the registry redirect to its store, behind the profile's back.
func redirect(s *runner.Scenario, registry *pushpull.Registry) {
	s.Helper()
	require.NoError(s, s.Client.Patch(s.Ctx, s.RegistryConfig(), merge(`{"spec":{"disableRedirect":false}}`)))
	require.NoError(s, registry.Restart(s.Ctx))
}

// TestSmokePrivilegeEnds: a run is refused nothing, and may nothing that could change the
// registry or reach the rights of the bootstrap Job.
func TestSmokePrivilegeEnds(t *testing.T) {
	s := runner.Start(t)
	began := time.Now()
	objects, _ := serving(s, "{verify: {}}")
	requireGreen(s, smokeTest(s, objects), "1 of 1")
	namespace := objects.SmokeTest().GetNamespace()
	account := serviceaccount.MakeUsername(namespace, "registry-smoke-test")
	refused, err := s.ControlPlane.Audit(func(e *auditv1.Event) bool {
		return e.User.Username == account && e.RequestReceivedTimestamp.After(began) && e.ResponseStatus.Code == 403
	})
	require.NoError(t, err)
	require.Empty(t, refused)

	smoke := as(s, account, append(serviceaccount.MakeGroupNames(namespace), user.AllAuthenticated)...)
	registry := &imageregistryv1.Config{ObjectMeta: metav1.ObjectMeta{Name: "cluster"}}
	require.NoError(t, smoke.Get(s.Ctx, client.ObjectKeyFromObject(registry), registry), "what it may, it can")
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "as-the-bootstrap"}}
	for what, err := range map[string]error{
		"patch Config":                   smoke.Patch(s.Ctx, registry, merge(`{"spec":{"replicas":7}}`)),
		"start a pod as the bootstrap":   smoke.Create(s.Ctx, pod),
		"get the registry's credentials": smoke.Get(s.Ctx, registryCredentials, &corev1.Secret{}),
		"get its own pods' pull secret": smoke.Get(
			s.Ctx, client.ObjectKey{Namespace: "registry-profile-smoke-test", Name: "default-dockercfg-e2e"},
			&corev1.Secret{},
		),
		"list pods of the bootstrap Job":   smoke.List(s.Ctx, &corev1.PodList{}, client.InNamespace(namespace)),
		"list Jobs":                        smoke.List(s.Ctx, &batchv1.JobList{}, client.InNamespace(namespace)),
		"delete pods of another namespace": smoke.DeleteAllOf(s.Ctx, &corev1.Pod{}, client.InNamespace(cluster.RegistryNamespace)),
	} {
		require.True(t, apierrors.IsForbidden(err), "%s: %v", what, err)
	}
}
