package scenarios

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// requireStillThere requires that all that keeps the images is there after the profile has
// gone. A policy may be on its way out: as long as it guards something it is in force.
func requireStillThere(s *runner.Scenario, objects runner.Objects) {
	s.Helper()
	for _, object := range objects.Kept() {
		now := live(s, object)
		if len(now.GetFinalizers()) == 0 || !strings.HasPrefix(object.GetKind(), "ValidatingAdmission") {
			require.Nil(s, now.GetDeletionTimestamp(), object.GetKind())
		}
	}
	requireOurBucket(s)
}

// requireNeverMoved requires that Config has named our bucket all the time since it is
// watched.
func requireNeverMoved(s *runner.Scenario, configs func(last string) iter.Seq[*imageregistryv1.Config]) {
	s.Helper()
	for config := range configs(s.RegistryConfig().ResourceVersion) {
		require.True(s, isOurs(config.Spec.Storage), "%+v", config.Spec.Storage)
	}
}

// requireNoCredentialsIn requires that none is in the logs in a folder of the cluster, and
// in no object but those that hold them by design.
func requireNoCredentialsIn(s *runner.Scenario, folder string) {
	s.Helper()
	credentials := credentialsOf(s)
	logs, err := filepath.Glob(filepath.Join(s.Dir, folder, "*.log"))
	require.NoError(s, err)
	require.NotEmpty(s, logs)
	for _, file := range logs {
		content, err := os.ReadFile(file)
		require.NoError(s, err)
		require.False(s, holds(content, credentials), file)
	}
	require.Subset(s, secretsByDesign, objectsWith(s, credentials))
}

// image pushes one, and returns a function that requires that it can still be pulled.
func image(s *runner.Scenario) (requirePull func()) {
	s.Helper()
	digest, err := s.Registry().Push(s.Ctx, "e2e/image:v1")
	require.NoError(s, err)
	return func() {
		s.Helper()
		require.NoError(s, s.Registry().Pull(s.Ctx, "e2e/image:v1", digest))
	}
}

// versionsOf are the resourceVersions of objects.
func versionsOf(s *runner.Scenario, objects runner.Objects) map[string]string {
	s.Helper()
	found := map[string]string{}
	for _, object := range objects {
		found[object.GetKind()+" "+object.GetNamespace()+"/"+object.GetName()] = live(s, object).GetResourceVersion()
	}
	return found
}

// configInGit is a whole Config as Red Hat's procedure puts it into Git, with the storage
// that the registry has.
func configInGit(s *runner.Scenario, annotations string) []byte {
	s.Helper()
	storage := s.RegistryConfig().Spec.Storage
	return fmt.Appendf(nil, `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config,
metadata: {name: cluster, annotations: {%s}}, spec: {managementState: Managed, replicas: 2, rolloutStrategy: RollingUpdate,
storage: {managementState: Unmanaged,
s3: {bucket: %s, region: %s, regionEndpoint: %q, trustedCA: {name: %s}, virtualHostedStyle: false}}}}`,
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
