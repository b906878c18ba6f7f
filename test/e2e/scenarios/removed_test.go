package scenarios

import (
	"testing"

	operatorv1 "github.com/openshift/api/operator/v1"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestRemovedByProfile takes the registry down and brings it back: its images are there.
func TestRemovedByProfile(t *testing.T) {
	t.Parallel()
	for name, storage := range map[string]string{"rgw": "{rgw: {}}", "noobaa": "{noobaa: {}}"} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			first := s.Bootstrap(s.Render("{storage: " + storage + "}"))
			s.RequireComplete(first)
			registry := s.Registry()
			digest, err := registry.Push(s.Ctx, "e2e/image:v1")
			require.NoError(s, err)
			registry.Stop()
			before := s.RegistryConfig().Spec.Storage

			removed := s.Render("{storage: " + storage + ", registry: {managementState: Removed}}")
			outcome := s.Bootstrap(removed)
			s.RequireComplete(outcome)
			require.Contains(s, outcome.Last().Output(), "Done: the registry is Removed. Its images stay in")
			config := s.RegistryConfig()
			require.Equal(s, operatorv1.Removed, config.Spec.ManagementState)
			require.Equal(s, before, config.Spec.Storage)
			requireNoDeployment(s)
			requireSettled(s, removed, outcome)
			s.DeleteJob(first.Job) // as an engine prunes it: the Job that brings the registry back has its name

			s.RequireComplete(s.Bootstrap(s.Render("{storage: " + storage + "}")))
			require.Equal(s, operatorv1.Managed, s.RegistryConfig().Spec.ManagementState)
			require.NoError(s, s.Registry().Pull(s.Ctx, "e2e/image:v1", digest))
		})
	}
}

// TestRemovedByHand: the next run brings the registry back, and does not do so in silence.
func TestRemovedByHand(t *testing.T) {
	s := runner.Start(t)
	cronJob := synced(s).Of("CronJob")[0]
	patchConfig(s, `{"spec":{"managementState":"Removed"}}`)
	outcome := runCronJob(s, cronJob, 1)
	s.RequireComplete(outcome)
	require.Contains(s, outcome.Last().Output(), "is Removed, and the profile wants Managed. To keep it Removed, say so in the profile")
	require.Equal(s, operatorv1.Managed, s.RegistryConfig().Spec.ManagementState)
	pushAndPull(s)
}

// requireNoDeployment: the operator has taken the registry down.
func requireNoDeployment(s *runner.Scenario) {
	s.Helper()
	err := s.Client.Get(s.Ctx, client.ObjectKey{Namespace: "openshift-image-registry", Name: "image-registry"}, &appsv1.Deployment{})
	require.True(s, apierrors.IsNotFound(err), "%v", err)
}
