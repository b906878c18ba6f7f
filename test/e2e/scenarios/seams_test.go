package scenarios

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	configv1 "github.com/openshift/api/config/v1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// requireStopped requires a Job that has ended with a code, said what is wrong, and
// written nothing. Where another pod would only see the same, there was none.
func requireStopped(s *runner.Scenario, outcome *runner.Outcome, code int, says ...string) {
	s.Helper()
	require.False(s, outcome.Complete, "%s", outcome.Last().Output())
	require.Equal(s, code, outcome.Last().ExitCode(), "%s", outcome.Last().Output())
	require.Empty(s, missing(outcome.Last().Output(), says), "in the log: %s", outcome.Last().Output())
	require.Empty(s, writes(outcome.Last()))
	if code != 1 {
		require.Len(s, outcome.Runs, 1)
	}
}

// A liveRegistry has an image.
type liveRegistry struct {
	pull   func()                      // requires that the image can be pulled
	before map[client.ObjectKey]string // the versions of what the Job writes
}

// goLive installs a registry, pushes an image to it, and deletes the Job, as time does.
func goLive(s *runner.Scenario) liveRegistry {
	s.Helper()
	first := s.Bootstrap(s.Render("{}"))
	s.RequireComplete(first)
	s.DeleteJob(first.Job)
	return liveRegistry{image(s), versions(s)}
}

// requireUntouched requires that nothing that the Job writes has changed, and that a
// registry that starts on it has the image.
func (l liveRegistry) requireUntouched(s *runner.Scenario) {
	s.Helper()
	require.Equal(s, l.before, versions(s))
	l.pull()
}

// TestBackendEdited is a live registry whose profile gets another backend: the Job names
// both stores and touches nothing, and the registry goes on.
func TestBackendEdited(t *testing.T) {
	s := runner.Start(t)
	registry, before := goLive(s), s.RegistryConfig()
	edited := s.Render("{storage: {noobaa: {}}}")
	requireStopped(s, s.Bootstrap(edited), 3,
		`spec.storage of configs.imageregistry.operator.openshift.io/cluster names bucket "`+before.Spec.Storage.S3.Bucket+`"`,
		`The profile wants bucket "image-registry-`, "https://s3-openshift-storage.apps.e2e.example.com",
		"leaveStorage: [{bucket: "+before.Spec.Storage.S3.Bucket+"}]")
	registry.requireUntouched(s)
}

// TestRouteLeadsElsewhere is a Route in front of another Service than the claim's, or of
// another one too, whether the Route was changed or the profile.
func TestRouteLeadsElsewhere(t *testing.T) {
	t.Parallel()
	const secure = "Route openshift-storage/" + cluster.RouteSecure + " leads to "
	const own = "Service rook-ceph-rgw-ocs-storagecluster-cephobjectstore"
	for name, c := range map[string]struct{ spec, patch, says string }{
		"another-service": {"{}", `{"spec":{"to":{"name":"another"}}}`, secure + "Service another"},
		"a-second-service": {
			"{}", `{"spec":{"alternateBackends":[{"kind":"Service","name":"another","weight":1}]}}`,
			secure + own + ", Service another",
		},
		"route-name-of-another-store": {
			"{storage: {rgw: {endpoint: {route: {name: s3}}}}}", "{}", "Route openshift-storage/s3 leads to Service s3",
		},
	} {
		stop := func(s *runner.Scenario) {
			patch := merge(c.patch)
			require.NoError(s, s.Client.Patch(s.Ctx, secureRoute(), patch))
			requireStopped(s, s.Bootstrap(s.Render(c.spec)), 2,
				c.says+", but the claim's bucket is at rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc.",
				"endpoint.route.name")
		}
		t.Run(name+"/new", func(t *testing.T) {
			s := runner.Start(t)
			stop(s)
			require.Nil(t, s.RegistryConfig().Spec.Storage.S3)
		})
		t.Run(name+"/live", func(t *testing.T) {
			s := runner.Start(t)
			registry := goLive(s)
			stop(s)
			registry.requireUntouched(s)
		})
	}
}

// TestHostThatNobodyProves is a live registry whose profile gets a literal host: it is
// moved there only where the profile names the bucket that it leaves.
func TestHostThatNobodyProves(t *testing.T) {
	s := runner.Start(t)
	s.RequireComplete(s.Bootstrap(s.Render("{}")))
	bucket := s.RegistryConfig().Spec.Storage.S3.Bucket
	const host = "storage: {rgw: {endpoint: {route: {host: s3-openshift-storage.apps.e2e.example.com}}, trustedCA: {ingress: {}}}}"
	requireStopped(s, s.Bootstrap(s.Render("{"+host+"}")), 3, bucket, "leaveStorage: [{bucket: "+bucket+"}]")
	s.RequireComplete(s.Bootstrap(s.Render("{" + host + ", bootstrap: {leaveStorage: [{bucket: " + bucket + "}]}}")))
	require.Equal(t, "https://s3-openshift-storage.apps.e2e.example.com", s.RegistryConfig().Spec.Storage.S3.RegionEndpoint)
}

// TestClaimBeingDeleted is a claim that somebody has deleted while its provisioner is
// away: its phase is still Bound, and its bucket goes as soon as the provisioner is back.
func TestClaimBeingDeleted(t *testing.T) {
	t.Parallel()
	stop := func(s *runner.Scenario, objects runner.Objects) {
		claim := &bucketv1alpha1.ObjectBucketClaim{ObjectMeta: claimMeta}
		deleteGuarded(s, claim)
		require.NoError(s, s.Client.Get(s.Ctx, claimKey, claim))
		require.NotNil(s, claim.DeletionTimestamp)
		requireStopped(s, s.RunJob(objects), 1, claimName+" is being deleted", "Its storage goes with it.")
	}
	t.Run("new", func(t *testing.T) {
		s := runner.Start(t)
		objects := impatient(s, s.Render("{}"))
		awaitBound(s, objects)
		stop(s, objects)
		require.Nil(t, s.RegistryConfig().Spec.Storage.S3)
	})
	t.Run("live", func(t *testing.T) {
		s := runner.Start(t)
		registry := goLive(s)
		s.Rook.Stop()
		stop(s, impatient(s, s.Render("{}")))
		registry.requireUntouched(s)
	})
}

// TestClaimReplaced is a claim that was deleted and that an engine has made again: its
// bucket is another one, and the images went with the old one. What the log advises goes
// through.
func TestClaimReplaced(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	first := s.Bootstrap(objects)
	s.RequireComplete(first)
	old := s.RegistryConfig().Spec.Storage.S3.Bucket
	claim := &bucketv1alpha1.ObjectBucketClaim{ObjectMeta: claimMeta}
	deleteGuarded(s, claim)
	awaitGone(s, claim)
	s.DeleteJob(first.Job)
	leave := "leaveStorage: [{bucket: " + old + "}]"
	requireStopped(s, s.Bootstrap(objects), 3, old, "the claim was deleted and made again", leave)
	s.RequireComplete(s.Bootstrap(s.Render("{bootstrap: {" + leave + "}}")))
	require.NotEqual(t, old, s.RegistryConfig().Spec.Storage.S3.Bucket)
	pushAndPull(s)
}

// TestExistingClaim is the claim of Red Hat's own procedure, in openshift-storage.
func TestExistingClaim(t *testing.T) {
	s := runner.Start(t)
	makeClaim(s, client.ObjectKey{Namespace: cluster.StorageNamespace, Name: "rgwbucket"}, "ocs-storagecluster-ceph-rgw")
	objects := s.Render("{storage: {rgw: {existingClaim: {namespace: openshift-storage, name: rgwbucket}}}}")
	require.Empty(t, objects.Of("ObjectBucketClaim"))
	first := s.Bootstrap(objects)
	s.RequireComplete(first)
	require.True(t, strings.HasPrefix(s.RegistryConfig().Spec.Storage.S3.Bucket, "rgwbucket-"))
	requireSettled(s, objects, first)
	pushAndPull(s)
}

// TestErrorOfTheStoreIsSaidAtOnce is a store outside of the cluster, where the profile
// trusts the system's CAs alone: what the operator says of the certificate is in the log,
// with what to do about it, before the time is up.
func TestErrorOfTheStoreIsSaidAtOnce(t *testing.T) {
	s := runner.Start(t)
	placeOutside(s)
	objects := s.Render("{odf: {storageCluster: ocs-external-storagecluster}, " +
		"storage: {rgw: {endpoint: {external: {}}, trustedCA: {system: {}}}}}")
	s.Apply("argocd-controller", append(objects.Prerequisites(), objects.Job()))
	s.Await("the reason to be said", func(context.Context) (bool, error) {
		for _, run := range s.Kubelet.Runs() {
			if strings.Contains(run.Output(), "x509: certificate signed by unknown authority") {
				return true, nil
			}
		}
		return false, nil
	})
	require.Empty(t, s.RegistryConfig().Spec.Storage.S3.TrustedCA.Name)
	// The user provides the CA, and the profile names it.
	provideCA(s, "ceph-rgw-ca")
	stale := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: objects.Job().GetNamespace(), Name: objects.Job().GetName()}}
	s.DeleteJob(stale)
	s.RequireComplete(s.Bootstrap(s.Render(exampleSpec(t, "external-mode"))))
}

// TestAdministratorWins is an administrator who moves the registry while the Job waits in
// its last step: what he has written stays.
func TestAdministratorWins(t *testing.T) {
	s := runner.Start(t)
	s.Unforeseen = "what stops the Job comes while it runs"
	admins := map[string][]byte{"REGISTRY_STORAGE_S3_ACCESSKEY": []byte("the-admins-access"), "REGISTRY_STORAGE_S3_SECRETKEY": []byte("the-admins-secret")}
	var once sync.Once
	s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
		patched := false
		return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
			if patched {
				once.Do(func() {
					patchConfig(s, `{"spec":{"storage":{`+otherBucket+`}}}`)
					secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: registryCredentials.Namespace, Name: registryCredentials.Name}}
					require.NoError(s, s.Client.Get(s.Ctx, registryCredentials, secret))
					secret.Data = admins
					require.NoError(s, s.Client.Update(s.Ctx, secret))
				})
			}
			if call.Writes() && strings.HasSuffix(call.Path, configPath) {
				s.Operator.Stop() // it sees nothing, so that the Job waits
				patched = true
			}
			return nil
		}}
	})
	outcome := s.Bootstrap(s.Render("{}"))
	require.False(t, outcome.Complete)
	require.Equal(t, 3, outcome.Last().ExitCode(), "%s", outcome.Last().Output())
	require.Contains(t, outcome.Runs[0].Output(), "it writes nothing more")
	require.Equal(t, "somebody-elses", s.RegistryConfig().Spec.Storage.S3.Bucket)
	secret := &corev1.Secret{}
	require.NoError(t, s.Client.Get(s.Ctx, registryCredentials, secret))
	require.Equal(t, admins, secret.Data)
}

// TestPermissionIsSpent is an administrator who goes back to the old storage in an
// emergency: the permission that still stands in Git does not take him away again.
func TestPermissionIsSpent(t *testing.T) {
	s := runner.Start(t)
	mayHoldImages["other-bucket"](s)
	objects := s.Render("{" + leaveStorage + "}")
	first := s.Bootstrap(objects)
	s.RequireComplete(first)
	patchConfig(s, `{"spec":{"storage":{`+otherBucket+`}}}`)
	s.DeleteJob(first.Job)
	requireStopped(s, s.RunJob(objects), 3, "The permission to leave bucket=somebody-elses was used before",
		"registryprofile.dev/left-storage-")
}

// TestTwoJobsDoNotPlayBall is two profiles that each may leave the storage of the other:
// each switches once.
func TestTwoJobsDoNotPlayBall(t *testing.T) {
	s := runner.Start(t)
	leaving := func(storage, bucket string) runner.Objects {
		return s.Render("{storage: " + storage + ", bootstrap: {leaveStorage: [{bucket: " + bucket + "}]}}")
	}
	bucket := func() string { return s.RegistryConfig().Spec.Storage.S3.Bucket }
	s.RequireComplete(s.Bootstrap(s.Render("{}")))
	rgw, seen := bucket(), watchConfig(s)
	toNooBaa := leaving("{noobaa: {}}", rgw)
	there := s.Bootstrap(toNooBaa)
	s.RequireComplete(there)
	noobaa := bucket()
	require.NotEqual(t, rgw, noobaa)
	back := s.Bootstrap(leaving("{rgw: {}}", noobaa))
	s.RequireComplete(back)
	require.Equal(t, rgw, bucket())
	s.DeleteJob(there.Job)
	requireStopped(s, s.Bootstrap(toNooBaa), 3, "The permission to leave bucket="+rgw+" was used before")
	requireSwitches(s, seen, rgw, noobaa, rgw)
}

// requireSwitches requires that Config has named these buckets, one after the other, and
// no other in between. It names the first when the watch begins.
func requireSwitches(s *runner.Scenario, seen func(string) iter.Seq[*imageregistryv1.Config], buckets ...string) {
	s.Helper()
	named := buckets[:1:1]
	for config := range seen(s.RegistryConfig().ResourceVersion) {
		bucket := "none"
		if s3 := config.Spec.Storage.S3; s3 != nil {
			bucket = s3.Bucket
		}
		named = append(named, bucket)
	}
	require.Equal(s, buckets, slices.Compact(named))
}

// TestPrunerIsNotTheRegistry is a cluster whose pruner has failed last night: the
// ClusterOperator is Degraded, the registry is not.
func TestPrunerIsNotTheRegistry(t *testing.T) {
	s := runner.Start(t)
	failPruner(s)
	s.Await("the ClusterOperator to be Degraded", func(ctx context.Context) (bool, error) {
		operator := &configv1.ClusterOperator{}
		err := s.Client.Get(ctx, client.ObjectKey{Name: "image-registry"}, operator)
		return slices.ContainsFunc(operator.Status.Conditions, func(c configv1.ClusterOperatorStatusCondition) bool {
			return c.Type == configv1.OperatorDegraded && c.Status == configv1.ConditionTrue
		}), err
	})
	outcome := s.Bootstrap(s.Render("{}"))
	s.RequireComplete(outcome)
	require.Contains(t, outcome.Last().Output(), "Note: ClusterOperator image-registry says Degraded=True ImagePrunerJobFailed: ")
	requireInstalled(s)
}

// failPruner is a run of the pruner that fails.
func failPruner(s *runner.Scenario) {
	s.Helper()
	failed := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.RegistryNamespace, Name: "image-pruner-1"}}
	failed.Spec.BackoffLimit = ptr.To[int32](0)
	failed.Spec.Template.Spec = corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever,
		Containers:    []corev1.Container{{Name: "pruner", Image: "pruner", Command: []string{"/bin/bash", "-c", "exit 1"}}},
	}
	require.NoError(s, s.Client.Create(s.Ctx, failed))
	require.False(s, s.AwaitJob(failed).Complete)
	s.Await("the ImagePruner to be Degraded", func(ctx context.Context) (bool, error) {
		pruner := &imageregistryv1.ImagePruner{}
		err := s.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, pruner)
		return slices.ContainsFunc(pruner.Status.Conditions, func(c operatorv1.OperatorCondition) bool {
			return c.Type == operatorv1.OperatorStatusTypeDegraded && c.Status == operatorv1.ConditionTrue
		}), err
	})
}

// failNight is a night in which the profile's CronJob and the pruner have failed.
func failNight(s *runner.Scenario) {
	s.Helper()
	night := merge(`{"status":{"lastSuccessfulTime":"2026-01-01T01:14:00Z","lastScheduleTime":"2026-01-02T01:14:00Z"}}`)
	require.NoError(s, s.Client.Status().Patch(s.Ctx, s.Render("{}").Of("CronJob")[0].DeepCopy(), night))
	failPruner(s)
}

// TestNamespacedConfig is a rendered Config that an ordinary "namespace:" of a
// kustomization has put into a namespace: whoever applies it, the storage stays.
func TestNamespacedConfig(t *testing.T) {
	t.Parallel()
	for name, apply := range map[string]func(*runner.Scenario, *unstructured.Unstructured) error{
		"kubectl": func(s *runner.Scenario, config *unstructured.Unstructured) error {
			content, err := config.MarshalJSON()
			require.NoError(s, err)
			_, err = kubectlApply(s, content)
			return err
		},
		"argocd": func(s *runner.Scenario, config *unstructured.Unstructured) error {
			return s.Client.Apply(s.Ctx, client.ApplyConfigurationFromUnstructured(config),
				client.FieldOwner("argocd-controller"), client.ForceOwnership)
		},
		"flux": fluxApply,
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render("{}")
			s.RequireComplete(s.Bootstrap(objects))
			s.Apply("argocd-controller", objects.After())
			before := s.RegistryConfig().Spec.Storage
			config := objects.Of("Config")[0].DeepCopy()
			config.SetNamespace("team")
			t.Log(apply(s, config)) // to refuse it is as good
			require.Equal(t, before, s.RegistryConfig().Spec.Storage)
			require.Equal(t, "Managed", string(s.RegistryConfig().Spec.ManagementState))
			pushAndPull(s)
		})
	}
}
