package scenarios

import (
	"fmt"
	"testing"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/bucket"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/pki"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestReconcile is what happens in the months after the bootstrap, and what the
// CronJob's next run makes of it. The run before finds nothing to do.
func TestReconcile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*runner.Scenario) (check func(*runner.Outcome)){
		"credentials-rotated": credentialsRotated,
		"ca-rotated":          caRotated,
		"endpoint-drifted":    endpointDrifted,
		"replicas-are-others": replicasAreOthers,
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			cronJob := synced(s).Of("CronJob")[0]
			requireNothingToDo(s, cronJob)
			check := change(s)
			outcome := runCronJob(s, cronJob, 2)
			s.RequireComplete(outcome)
			check(outcome)
		})
	}
}

// TestReconcileBesideStateInGit is a Config of the user's own that goes on saying
// managementState: Managed in Git. The engine owns that field together with the Job,
// which leaves it at that.
func TestReconcileBesideStateInGit(t *testing.T) {
	s := runner.Start(t)
	objects := synced(s)
	config := objects.Of("Config")[0]
	require.NoError(t, unstructured.SetNestedField(config.Object, "Managed", "spec", "managementState"))
	s.Apply("argocd-controller", runner.Objects{config})
	requireNothingToDo(s, objects.Of("CronJob")[0])
}

// synced brings everything to the cluster in the engine's order.
func synced(s *runner.Scenario) runner.Objects {
	s.Helper()
	objects := s.Render(`{bootstrap: {reconcile: {schedule: "0 0 1 1 *"}}}`)
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	return objects
}

// requireNothingToDo requires that the CronJob's first run changes nothing.
func requireNothingToDo(s *runner.Scenario, cronJob *unstructured.Unstructured) {
	s.Helper()
	before := s.RegistryConfig().Generation
	outcome := runCronJob(s, cronJob, 1)
	s.RequireComplete(outcome)
	require.Empty(s, writes(outcome.Last()), outcome.Last().Output())
	require.Equal(s, before, s.RegistryConfig().Generation)
}

func credentialsRotated(s *runner.Scenario) func(*runner.Outcome) {
	claim, secret := &bucketv1alpha1.ObjectBucketClaim{}, &corev1.Secret{}
	require.NoError(s, s.Client.Get(s.Ctx, claimKey, claim))
	require.NoError(s, s.Client.Get(s.Ctx, claimKey, secret))
	keys, err := s.Store.Rotate(s.Ctx, bucket.UserID(claim), claim.Spec.BucketName)
	require.NoError(s, err)
	secret.StringData = map[string]string{"AWS_ACCESS_KEY_ID": keys.Access, "AWS_SECRET_ACCESS_KEY": keys.Secret}
	require.NoError(s, s.Client.Update(s.Ctx, secret))
	return func(o *runner.Outcome) {
		require.Len(s, writes(o.Last()), 1)
		require.NoError(s, s.Client.Get(s.Ctx, registryCredentials, secret))
		require.Equal(s, keys.Access, string(secret.Data["REGISTRY_STORAGE_S3_ACCESSKEY"]))
		require.Equal(s, keys.Secret, string(secret.Data["REGISTRY_STORAGE_S3_SECRETKEY"]))
		_, err := s.Registry().Push(s.Ctx, "e2e/image:v1")
		require.NoError(s, err)
	}
}

// caRotated adds the next CA beside the one that still signs, as is done before
// a router's certificate is replaced.
func caRotated(s *runner.Scenario) func(*runner.Outcome) {
	next, err := pki.NewCA("ingress-operator-next")
	require.NoError(s, err)
	source, bundle := &corev1.ConfigMap{}, &corev1.ConfigMap{}
	key := client.ObjectKey{Namespace: cluster.ManagedNamespace, Name: "default-ingress-cert"}
	require.NoError(s, s.Client.Get(s.Ctx, key, source))
	source.Data["ca-bundle.crt"] += next.Bundle()
	require.NoError(s, s.Client.Update(s.Ctx, source))
	return func(o *runner.Outcome) {
		require.Len(s, writes(o.Last()), 1)
		require.NoError(s, s.Client.Get(s.Ctx, registryCA, bundle))
		require.Equal(s, source.Data["ca-bundle.crt"], bundle.Data["ca-bundle.crt"])
	}
}

func endpointDrifted(s *runner.Scenario) func(*runner.Outcome) {
	storage := s.RegistryConfig().Spec.Storage
	patchConfig(s, `{"spec":{"storage":{"s3":{"regionEndpoint":"https://s3.example.com"}}}}`)
	return func(*runner.Outcome) { require.Equal(s, storage, s.RegistryConfig().Spec.Storage) }
}

func replicasAreOthers(s *runner.Scenario) func(*runner.Outcome) {
	patchConfig(s, `{"spec":{"replicas":3}}`)
	return func(o *runner.Outcome) {
		require.Empty(s, writes(o.Last()))
		require.EqualValues(s, 3, s.RegistryConfig().Spec.Replicas)
	}
}

// runCronJob is oc create job --from=cronjob/NAME.
func runCronJob(s *runner.Scenario, cronJob *unstructured.Unstructured, n int) *runner.Outcome {
	s.Helper()
	cron := &batchv1.CronJob{}
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(cronJob), cron))
	template := cron.Spec.JobTemplate
	job := &batchv1.Job{Spec: template.Spec, ObjectMeta: metav1.ObjectMeta{
		Namespace: cron.Namespace, Name: fmt.Sprintf("%s-%d", cron.Name, n),
		Labels: template.Labels, Annotations: template.Annotations,
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(cron, batchv1.SchemeGroupVersion.WithKind("CronJob"))},
	}}
	require.NoError(s, s.Client.Create(s.Ctx, job))
	return s.AwaitJob(job)
}
