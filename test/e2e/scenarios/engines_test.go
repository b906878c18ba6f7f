package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestEnginesChangeHands delivers one registry by Argo CD, then by Flux, then by Argo CD
// again. What it holds is there all the time, and each engine is content in the end.
func TestEnginesChangeHands(t *testing.T) {
	s := runner.Start(t)
	a := bringArgoCD(s)
	a.requireSynced(a.commit("{}"))
	pull := image(s)
	configs := watchConfig(s)

	app, err := a.look(s.Ctx)
	require.NoError(t, err)
	require.NoError(t, s.Client.Delete(s.Ctx, app)) // without a finalizer: everything stays
	f := bringFlux(s)
	f.requireReady(f.commit("{registry: {replicas: 3}}"))
	require.EqualValues(t, 3, s.RegistryConfig().Spec.Replicas)
	pull()

	kustomization := f.kustomization()
	require.NoError(t, s.Client.Delete(s.Ctx, kustomization))
	s.Await("the Kustomization to go", func(ctx context.Context) (bool, error) {
		return gone(s.Client.Get(ctx, f.name, kustomization))
	})
	pull()
	require.NoError(t, s.Client.Create(s.Ctx, a.application()))
	a.requireSynced(a.commit("{}"))
	require.EqualValues(t, 2, s.RegistryConfig().Spec.Replicas)
	for config := range configs(s.RegistryConfig().ResourceVersion) {
		require.True(t, isOurs(config.Spec.Storage), "%+v", config.Spec.Storage)
	}
	pull()
	f.requireNoCredentials()
	a.requireNoCredentials()
}

// TestTwoEnginesAtOnce deliver the same profile. They share every object, and neither
// undoes the other.
func TestTwoEnginesAtOnce(t *testing.T) {
	s := runner.Start(t)
	a, f := bringArgoCD(s), bringFlux(s)
	argo, flux := a.commit("{}"), f.commit("{}")
	f.requireReady(flux)
	a.requireSynced(argo)
	pull := image(s)
	requireInstalled(s)
	f.reconcile()
	a.requireSynced(argo)
	requireOurBucket(s)
	pull()
}

const justConfig = "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, resources: [config.yaml]}"

// configInGit is a whole Config as Red Hat's procedure puts it into Git, with the storage
// that the registry has.
func configInGit(s *runner.Scenario, annotations string) []byte {
	s.Helper()
	storage := s.RegistryConfig().Spec.Storage
	return fmt.Appendf(nil, `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config,
metadata: {name: cluster, annotations: {%s}}, spec: {managementState: Managed, replicas: 2, rolloutStrategy: RollingUpdate,
storage: {managementState: Unmanaged, s3: {bucket: %s, region: %s, regionEndpoint: %q, trustedCA: {name: %s}, virtualHostedStyle: false}}}}`,
		annotations, storage.S3.Bucket, storage.S3.Region, storage.S3.RegionEndpoint, storage.S3.TrustedCA.Name)
}

// forgetJob takes away what the Job has left of itself on Config, as if the registry had been
// set up by hand and by Git alone.
func forgetJob(s *runner.Scenario, objects runner.Objects) {
	s.Helper()
	s.DeleteJob(s.AwaitJob(objects.Job()).Job)
	config := s.RegistryConfig()
	fields := config.GetManagedFields()
	kept := fields[:0:0]
	for _, entry := range fields {
		if entry.Manager != "registry-profile" && entry.Manager != "argocd-controller" {
			kept = append(kept, entry)
		}
	}
	config.SetManagedFields(kept)
	require.NoError(s, s.Client.Update(s.Ctx, config))
	for _, object := range objects {
		if kind := object.GetKind(); strings.HasPrefix(kind, "ValidatingAdmission") {
			guard := live(s, object)
			guard.SetFinalizers(nil)
			require.NoError(s, s.Client.Update(s.Ctx, guard))
			require.NoError(s, s.Client.Delete(s.Ctx, guard))
		}
	}
}
