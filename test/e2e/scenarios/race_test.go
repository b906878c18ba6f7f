package scenarios

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	operatorv1 "github.com/openshift/api/operator/v1"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

const (
	configPath = "/configs/cluster"
	secretPath = "/secrets/" + imageregistry.CredentialsName
	caPath     = "/configmaps/" + caName
)

// TestRaceOfTwoJobs runs the Jobs of an old and a new profile, or a Job and one
// of the CronJob, side by side, and holds each back until both are about to
// write the same object.
func TestRaceOfTwoJobs(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"ca": caPath, "secret": secretPath, "config": configPath} {
		t.Run("old-and-new/"+name, func(t *testing.T) {
			s := runner.Start(t)
			older, newer := s.Render("{}"), s.Render("{bootstrap: {timeout: 20m}}")
			s.Apply("argocd-controller", older.Prerequisites())
			s.Apply("argocd-controller", newer.Prerequisites())
			raceTo(s, path, older.Job(), newer.Job())
		})
		t.Run("job-and-cronjob/"+name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render(`{bootstrap: {reconcile: {schedule: "0 * * * *"}}}`)
			s.Apply("argocd-controller", objects.Prerequisites())
			raceTo(s, path, objects.Job(), jobOf(s, objects.Of("CronJob")[0]))
		})
	}
}

// raceTo runs two Jobs whose first writes of the object at path meet.
func raceTo(s *runner.Scenario, path string, jobs ...*unstructured.Unstructured) {
	s.Helper()
	var both sync.WaitGroup
	both.Add(len(jobs))
	s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
		var once sync.Once
		return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
			if call.Writes() && strings.HasSuffix(call.Path, path) {
				once.Do(func() { both.Done(); both.Wait() })
			}
			return nil
		}}
	})
	s.Apply("argocd-controller", jobs)
	for _, job := range jobs {
		outcome := s.AwaitJob(job)
		s.RequireComplete(outcome)
		require.Len(s, outcome.Runs, 1, "a Job had to start again")
	}
	requireInstalled(s)
}

// jobOf makes a Job as the CronJob controller does.
func jobOf(s *runner.Scenario, cronJob *unstructured.Unstructured) *unstructured.Unstructured {
	s.Helper()
	spec, found, err := unstructured.NestedMap(cronJob.Object, "spec", "jobTemplate", "spec")
	require.NoError(s, err)
	require.True(s, found)
	job := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	job.SetGroupVersionKind(batchv1.SchemeGroupVersion.WithKind("Job"))
	job.SetNamespace(cronJob.GetNamespace())
	job.SetName(cronJob.GetName() + "-now")
	return job
}

// TestRaceWithOperator lets a sync of the operator that has begun before the
// Job's patch end, with its write of the whole spec, so many calls after it.
func TestRaceWithOperator(t *testing.T) {
	t.Parallel()
	for calls := range 8 {
		t.Run(fmt.Sprint(calls), func(t *testing.T) {
			s := runner.Start(t)
			landed := make(chan error, 1)
			s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan { return slowSync(s, calls, landed) })
			outcome := s.Bootstrap(s.Render("{}"))
			s.RequireComplete(outcome)
			require.Len(t, outcome.Runs, 1)
			require.Len(t, landed, 1, "the operator's write has not landed")
			require.NoError(t, <-landed)
			requireInstalled(s)
		})
	}
}

// slowSync stops the operator in the middle of a sync when the Job is about to
// patch Config. It has one worker: until it has written, it observes nothing.
func slowSync(s *runner.Scenario, calls int, landed chan<- error) apiproxy.Plan {
	var mu sync.Mutex
	var land func() error
	patch := 0
	return apiproxy.Plan{Before: func(call apiproxy.Call) apiproxy.Answer {
		mu.Lock()
		defer mu.Unlock()
		if patch == 0 && call.Writes() && strings.HasSuffix(call.Path, configPath) {
			s.Operator.Stop()
			var err error
			if land, err = s.Operator.StaleWrite(context.Background()); err != nil {
				land = func() error { return err }
			}
			patch = call.N
		}
		if land != nil && call.N == patch+calls {
			landed <- land()
			land = nil
			s.Operator.Start()
		}
		return nil
	}}
}

// requireInstalled requires what a first install ends in: the claim's
// credentials in the registry's Secret, and its bucket in Config, seen by the operator.
func requireInstalled(s *runner.Scenario) {
	s.Helper()
	var claim, registry corev1.Secret
	var bucket corev1.ConfigMap
	get := func(key client.ObjectKey, object client.Object) { require.NoError(s, s.Client.Get(s.Ctx, key, object)) }
	get(claimKey, &claim)
	get(claimKey, &bucket)
	get(registryCredentials, &registry)
	require.NotEmpty(s, claim.Data["AWS_SECRET_ACCESS_KEY"])
	require.Equal(s, map[string][]byte{
		"REGISTRY_STORAGE_S3_ACCESSKEY": claim.Data["AWS_ACCESS_KEY_ID"],
		"REGISTRY_STORAGE_S3_SECRETKEY": claim.Data["AWS_SECRET_ACCESS_KEY"],
	}, registry.Data)

	config := s.RegistryConfig()
	require.Equal(s, operatorv1.Managed, config.Spec.ManagementState)
	require.NotNil(s, config.Spec.Storage.S3, "Config names no bucket")
	require.Equal(s, bucket.Data["BUCKET_NAME"], config.Spec.Storage.S3.Bucket)
	require.True(s, isOurs(config.Spec.Storage), "%+v", config.Spec.Storage)
	require.NotNil(s, config.Status.Storage.S3, "the operator has set up no bucket")
	require.Equal(s, bucket.Data["BUCKET_NAME"], config.Status.Storage.S3.Bucket)
	require.EqualValues(s, 2, config.Spec.Replicas)
	require.Equal(s, registryCA.Name, config.Spec.Storage.S3.TrustedCA.Name)
	var ca, ingress corev1.ConfigMap
	require.NoError(s, s.Client.Get(s.Ctx, registryCA, &ca))
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKey{Namespace: cluster.ManagedNamespace, Name: "default-ingress-cert"}, &ingress))
	require.Equal(s, ingress.Data["ca-bundle.crt"], ca.Data["ca-bundle.crt"])
}
