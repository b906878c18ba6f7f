package scenarios

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestPlainApply gives everything to kubectl apply at once, on a cluster whose
// administrator has put emptyDir into a registry that is Removed. Whatever the order,
// the registry never serves from there, and ends on the bucket.
func TestPlainApply(t *testing.T) {
	t.Parallel()
	for name, apply := range map[string]func(s *runner.Scenario, manifests []byte){
		"as-rendered": applyAsRendered, "backwards": applyBackwards,
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			patchConfig(s, `{"spec":{"managementState":"Removed","storage":{"emptyDir":{}}}}`)
			awaitObserved(s)
			configs := watchConfig(s)
			inRegistry := client.InNamespace(cluster.RegistryNamespace)
			deployments := watchFrom[*appsv1.Deployment](s, &appsv1.DeploymentList{}, inRegistry)

			manifests := s.RenderStream("{}")
			apply(s, manifests)
			s.RequireComplete(s.AwaitJob(s.Render("{}").Job()))
			requireInstalled(s)

			for config := range configs(s.RegistryConfig().ResourceVersion) {
				require.Nil(t, config.Status.Storage.EmptyDir, "the operator has set up emptyDir")
				if config.Spec.ManagementState != operatorv1.Removed {
					require.True(t, isOurs(config.Spec.Storage), "%s with %+v", config.Spec.ManagementState, config.Spec.Storage)
				}
			}
			for deployment := range deployments(registryDeployment(s).ResourceVersion) {
				require.True(t, isOurs(servedStorage(s, deployment)), "the registry runs on %+v", servedStorage(s, deployment))
			}
			// Once more, as administrators do.
			applyAsRendered(s, manifests)
			requireInstalled(s)
		})
	}
}

func applyAsRendered(s *runner.Scenario, manifests []byte) {
	s.Helper()
	out, err := kubectlApply(s, manifests)
	require.NoError(s, err, out)
}

// applyBackwards begins with the last document. There is no namespace yet for most of
// them, so kubectl fails once.
func applyBackwards(s *runner.Scenario, manifests []byte) {
	s.Helper()
	separator := []byte("\n---\n")
	documents := bytes.Split(manifests, separator)
	slices.Reverse(documents)
	backwards := bytes.Join(documents, separator)
	_, err := kubectlApply(s, backwards)
	require.Error(s, err, "the namespace was there before everything else")
	applyAsRendered(s, backwards)
}

func registryDeployment(s *runner.Scenario) *appsv1.Deployment {
	s.Helper()
	deployments := &appsv1.DeploymentList{}
	require.NoError(s, s.Client.List(s.Ctx, deployments, client.InNamespace(cluster.RegistryNamespace)))
	require.Len(s, deployments.Items, 1)
	return &deployments.Items[0]
}

// servedStorage is the storage that the registry's pods run on.
func servedStorage(s *runner.Scenario, deployment *appsv1.Deployment) imageregistryv1.ImageRegistryConfigStorage {
	s.Helper()
	var storage imageregistryv1.ImageRegistryConfigStorage
	for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
		if variable.Name == imageregistry.StorageVariable {
			require.NoError(s, json.Unmarshal([]byte(variable.Value), &storage))
		}
	}
	return storage
}
