package scenarios

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	routev1 "github.com/openshift/api/route/v1"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// An obstacle is the one thing that keeps the Job waiting. It is there before the Job
// is, and so is everything that the Job looks for earlier.
type obstacle struct {
	says []string // what the log must tell while the Job waits, or when it has given up
	// place puts the obstacle in the Job's way and returns how it is removed.
	place func(s *runner.Scenario, objects runner.Objects) (remove func())
}

var obstacles = map[string]obstacle{
	"claim-not-bound": {
		[]string{
			"Waiting for ObjectBucketClaim openshift-image-registry/" + claimName + " to be Bound, with its ConfigMap and Secret",
			"Not yet: the phase of ObjectBucketClaim openshift-image-registry/" + claimName + " is Pending",
		},
		holdClaim,
	},
	"claim-without-configmap": {
		[]string{"Not yet: there is no ConfigMap openshift-image-registry/" + claimName},
		func(s *runner.Scenario, objects runner.Objects) func() {
			awaitBound(s, objects)
			return takeAway(s, &corev1.ConfigMap{ObjectMeta: claimMeta})
		},
	},
	"claim-secret-empty": {
		[]string{"Not yet: AWS_ACCESS_KEY_ID is missing or empty in Secret openshift-image-registry/" + claimName},
		emptySecret,
	},
	"route-missing": {
		[]string{
			"Waiting for Route openshift-storage/" + cluster.RouteSecure + " to have a host",
			"Not yet: there is no Route openshift-storage/" + cluster.RouteSecure,
		},
		func(s *runner.Scenario, objects runner.Objects) func() {
			awaitBound(s, objects)
			return takeAway(s, secureRoute())
		},
	},
	"route-without-host": {
		[]string{"Not yet: Route openshift-storage/" + cluster.RouteSecure + " has no spec.host"}, routeWithoutHost,
	},
	"ca-missing": {
		[]string{
			"Waiting for a CA certificate in ConfigMap openshift-config-managed/default-ingress-cert, key ca-bundle.crt",
			"Not yet: there is no ConfigMap openshift-config-managed/default-ingress-cert",
		},
		func(s *runner.Scenario, objects runner.Objects) func() {
			awaitBound(s, objects)
			return takeAway(s, configMapNamed(cluster.ManagedNamespace, "default-ingress-cert"))
		},
	},
	"quota": {
		[]string{
			"Waiting for Secret openshift-image-registry/image-registry-private-configuration-user",
			"Not yet: Error from server (Forbidden)", "exceeded quota: no-secrets",
		},
		refuseSecrets,
	},
}

// TestWaiting removes the obstacle when the Job has said what it waits for: the
// same pod goes on.
func TestWaiting(t *testing.T) {
	t.Parallel()
	for name, o := range obstacles {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render("{}")
			remove := o.place(s, objects)
			s.Apply("argocd-controller", objects.Prerequisites())
			s.StartJob(objects)
			s.Await("the Job to say what it waits for", func(context.Context) (bool, error) {
				runs := s.Kubelet.Runs()
				if len(runs) == 0 {
					return false, errors.New("no pod yet")
				}
				return missing(runs[0].Output(), o.says) == "", nil
			})
			remove()
			outcome := s.AwaitJob(objects.Job())
			s.RequireComplete(outcome)
			require.Len(t, outcome.Runs, 1, "the Job had to start again")
			requireInstalled(s)
		})
	}
}

// TestWaitingInVain leaves the obstacle there: the Job fails and its log says
// what is missing, what the cluster says about it, and what to do.
func TestWaitingInVain(t *testing.T) {
	t.Parallel()
	for name, advice := range map[string][]string{
		"claim-not-bound": {
			"ObjectBucketClaim openshift-image-registry/" + claimName + ": phase Pending, storage class ocs-storagecluster-ceph-rgw.",
			"StorageCluster openshift-storage/ocs-storagecluster: phase Progressing.",
			"The last reason was: the phase of ObjectBucketClaim openshift-image-registry/" + claimName + " is Pending",
			"What to do: Find out why its provisioner does not fill it: oc describe -n openshift-image-registry",
			"Check that StorageCluster openshift-storage/ocs-storagecluster is Ready",
		},
		"route-missing": {"What to do: Check the Route's name."},
		"ca-missing":    {"What to do: Put the PEM certificate of the CA"},
		"quota":         {"The last reason was: ", "What to do: Mend what the last reason says (a quota"},
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := impatient(s, s.Render("{}"))
			obstacles[name].place(s, objects)
			outcome := s.Bootstrap(objects)
			require.False(t, outcome.Complete)
			require.Empty(t, missing(outcome.Runs[0].Output(), append(obstacles[name].says, advice...)), "in the log: %s", outcome.Runs[0].Output())
			require.Nil(t, s.RegistryConfig().Spec.Storage.S3)
		})
	}
}

// impatient makes the Job give up for good at the first check that fails. With more
// time than none, it would depend on the machine's speed which check that is.
func impatient(s *runner.Scenario, objects runner.Objects) runner.Objects {
	s.Helper()
	s.EditJob(objects, func(job *batchv1.JobSpec) {
		job.BackoffLimit = ptr.To[int32](0)
		env := job.Template.Spec.Containers[0].Env
		i := slices.IndexFunc(env, func(v corev1.EnvVar) bool { return v.Name == "TIMEOUT_SECONDS" })
		env[i].Value = "0"
	})
	return objects
}

// missing is the first text that the log lacks.
func missing(log string, texts []string) string {
	for _, text := range texts {
		if !strings.Contains(log, text) {
			return text
		}
	}
	return ""
}

var claimMeta = metav1.ObjectMeta{Namespace: claimKey.Namespace, Name: claimKey.Name}

// holdClaim: the object store is not ready, so the claim is served late or never.
func holdClaim(s *runner.Scenario, _ runner.Objects) func() {
	s.Helper()
	release := func() { s.Rook.Hold(nil) }
	s.Cleanup(release)
	s.Rook.Hold(errors.New("the object store is not ready"))
	storage := &unstructured.Unstructured{}
	storage.SetGroupVersionKind(cluster.StorageClusterKind)
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKey{Namespace: cluster.StorageNamespace, Name: "ocs-storagecluster"}, storage))
	require.NoError(s, unstructured.SetNestedField(storage.Object, "Progressing", "status", "phase"))
	require.NoError(s, s.Client.Status().Update(s.Ctx, storage))
	return func() {
		release()
		require.NoError(s, s.Rook.Start())
	}
}

// awaitBound delivers the claim, waits until it is served, and stops the
// provisioner, so that what the scenario changes stays changed.
func awaitBound(s *runner.Scenario, objects runner.Objects) {
	s.Helper()
	s.Apply("argocd-controller", objects.Prerequisites())
	awaitClaim(s)
	s.Rook.Stop()
}

func awaitClaim(s *runner.Scenario) {
	s.Helper()
	s.Await("the claim to be Bound", func(ctx context.Context) (bool, error) {
		claim := &bucketv1alpha1.ObjectBucketClaim{}
		err := s.Client.Get(ctx, claimKey, claim)
		return claim.Status.Phase == bucketv1alpha1.ObjectBucketClaimStatusPhaseBound, err
	})
}

// takeAway deletes an object; the function that it returns makes it again.
func takeAway(s *runner.Scenario, object client.Object) func() {
	s.Helper()
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(object), object))
	bare := object.DeepCopyObject().(client.Object)
	bare.SetFinalizers(nil)
	require.NoError(s, s.Client.Patch(s.Ctx, bare, client.MergeFrom(object)))
	require.NoError(s, s.Client.Delete(s.Ctx, bare))
	return func() {
		object.SetResourceVersion("")
		object.SetUID("")
		require.NoError(s, s.Client.Create(s.Ctx, object))
	}
}

func emptySecret(s *runner.Scenario, objects runner.Objects) func() {
	s.Helper()
	awaitBound(s, objects)
	filled := &corev1.Secret{ObjectMeta: claimMeta}
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(filled), filled))
	empty := filled.DeepCopy()
	for key := range empty.Data {
		empty.Data[key] = nil
	}
	require.NoError(s, s.Client.Update(s.Ctx, empty))
	return func() {
		filled.ResourceVersion = ""
		require.NoError(s, s.Client.Update(s.Ctx, filled))
	}
}

func secureRoute() *routev1.Route {
	return &routev1.Route{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.StorageNamespace, Name: cluster.RouteSecure}}
}

// routeWithoutHost: the router has not given the Route its host yet.
func routeWithoutHost(s *runner.Scenario, objects runner.Objects) func() {
	s.Helper()
	awaitBound(s, objects)
	route := secureRoute()
	makeAgain := takeAway(s, route)
	bare := secureRoute()
	bare.Spec = *route.Spec.DeepCopy()
	bare.Spec.Host = ""
	require.NoError(s, s.Client.Create(s.Ctx, bare))
	return func() {
		require.NoError(s, s.Client.Delete(s.Ctx, bare))
		makeAgain()
	}
}

// refuseSecrets lets nobody make a Secret in the registry's namespace.
func refuseSecrets(s *runner.Scenario, objects runner.Objects) func() {
	s.Helper()
	awaitBound(s, objects)
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: cluster.RegistryNamespace, Name: "no-secrets"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceSecrets: resource.MustParse("1")}},
	}
	require.NoError(s, s.Client.Create(s.Ctx, quota))
	s.Await("the quota to count", func(ctx context.Context) (bool, error) {
		return len(quota.Status.Used) > 0, s.Client.Get(ctx, client.ObjectKeyFromObject(quota), quota)
	})
	return func() { require.NoError(s, s.Client.Delete(s.Ctx, quota)) }
}
