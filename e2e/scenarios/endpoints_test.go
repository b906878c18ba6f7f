package scenarios

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/e2e/runner"
)

// TestSecondRun is the Job again, on each backend and endpoint: it writes
// nothing, and an image still finds its way.
func TestSecondRun(t *testing.T) {
	for name, c := range map[string]struct{ spec, endpoint string }{
		"rgw-route-https":      {"{}", "https://ocs-storagecluster-cephobjectstore-secure-openshift-storage.apps.e2e.example.com"},
		"rgw-route-http":       {"{storage: {rgw: {endpoint: {route: {scheme: http}}}}}", "http://ocs-storagecluster-cephobjectstore-openshift-storage.apps.e2e.example.com"},
		"rgw-service-https":    {"{storage: {rgw: {endpoint: {service: {scheme: https}}}}}", "https://rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc"},
		"rgw-literal-host":     {"{storage: {rgw: {endpoint: {route: {host: s3-openshift-storage.apps.e2e.example.com}}}}}", "https://s3-openshift-storage.apps.e2e.example.com"},
		"noobaa-route-https":   {"{storage: {noobaa: {}}}", "https://s3-openshift-storage.apps.e2e.example.com"},
		"noobaa-service-https": {"{storage: {noobaa: {endpoint: {service: {scheme: https}}}}}", "https://s3.openshift-storage.svc"},
		"cephfs":               {"{storage: {cephfs: {}}}", ""},
		"rbd":                  {"{storage: {rbd: {}}, registry: {replicas: 1, rolloutStrategy: Recreate}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render(c.spec)
			first := s.Bootstrap(objects)
			s.RequireComplete(first)
			if c.endpoint != "" {
				require.Equal(t, c.endpoint, s.RegistryConfig().Spec.Storage.S3.RegionEndpoint)
			}
			before := versions(s)
			s.DeleteJob(first.Job)
			second := s.RunJob(objects)
			s.RequireComplete(second)
			require.Empty(t, writes(second.Last()))
			require.Equal(t, before, versions(s))
			pushAndPull(s)
		})
	}
}

// versions are those of all that the Job writes; what is not there has none.
func versions(s *runner.Scenario) map[client.ObjectKey]string {
	s.Helper()
	found := map[client.ObjectKey]string{{Name: "cluster"}: s.RegistryConfig().ResourceVersion}
	for key, object := range map[client.ObjectKey]client.Object{registryCredentials: &corev1.Secret{}, registryCA: &corev1.ConfigMap{}} {
		if err := s.Client.Get(s.Ctx, key, object); !apierrors.IsNotFound(err) {
			require.NoError(s, err)
			found[key] = object.GetResourceVersion()
		}
	}
	return found
}
