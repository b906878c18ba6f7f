package scenarios

import (
	"encoding/json"
	"strings"
	"testing"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/test/e2e/bucket"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// exampleSpec is the spec of the profile of an example.
func exampleSpec(t *testing.T, name string) string {
	t.Helper()
	var profile struct {
		Spec map[string]any `json:"spec"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "../../../examples/"+name+"/profile.yaml")), &profile))
	spec, err := json.Marshal(profile.Spec)
	require.NoError(t, err)
	return string(spec)
}

// makeClaim makes an ObjectBucketClaim as an administrator does, by hand.
func makeClaim(s *runner.Scenario, key client.ObjectKey, class string) *bucketv1alpha1.ObjectBucketClaim {
	s.Helper()
	claim := &bucketv1alpha1.ObjectBucketClaim{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}}
	claim.Spec.StorageClassName, claim.Spec.GenerateBucketName = class, key.Name
	require.NoError(s, s.Client.Create(s.Ctx, claim))
	return claim
}

// makeClass makes a StorageClass that a cluster with a store of its own has not.
func makeClass(s *runner.Scenario, name string, kind bucket.Kind) {
	s.Helper()
	require.NoError(s, s.Client.Create(s.Ctx, &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: kind.Name,
		ReclaimPolicy: ptr.To(corev1.PersistentVolumeReclaimDelete),
	}))
}

// placeOutside makes the class of an external StorageCluster, whose gateway runs in a Ceph
// cluster of its own.
func placeOutside(s *runner.Scenario) {
	s.Helper()
	makeClass(s, "ocs-external-storagecluster-ceph-rgw", bucket.Rook)
	s.Rook.Place(cluster.ExternalHost, cluster.ExternalPort)
}

// provideCA puts the CA of the hosts outside where a profile's trustedCA.configMap is
// looked for.
func provideCA(s *runner.Scenario, name string) {
	s.Helper()
	ca := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.ConfigNamespace, Name: name}}
	ca.Data = map[string]string{"ca-bundle.crt": s.CephCA.Bundle()}
	require.NoError(s, s.Client.Create(s.Ctx, ca))
}

// requireNothingInStorage requires that a profile asks for nothing in a namespace that need
// not be there.
func requireNothingInStorage(s *runner.Scenario, objects runner.Objects) {
	s.Helper()
	for _, object := range objects {
		require.NotEqual(s, cluster.StorageNamespace, object.GetNamespace(), "%s %s", object.GetKind(), object.GetName())
	}
}

// requireWorks installs a registry on the bucket of a claim, finds nothing to do in a second
// run, and moves an image there and back; redirects lead the client to the same endpoint.
func requireWorks(s *runner.Scenario, objects runner.Objects, claim client.ObjectKey, endpoint, ca string) {
	s.Helper()
	first := s.Bootstrap(objects)
	s.RequireComplete(first)
	filled := &corev1.ConfigMap{}
	require.NoError(s, s.Client.Get(s.Ctx, claim, filled))
	s3 := s.RegistryConfig().Spec.Storage.S3
	require.Equal(s, filled.Data["BUCKET_NAME"], s3.Bucket)
	require.Equal(s, endpoint, s3.RegionEndpoint)
	require.Equal(s, ca, s3.TrustedCA.Name)
	requireSettled(s, objects, first)
	earlier := len(s.Gateway.Requests())
	pushAndPull(s)
	for _, request := range s.Gateway.Requests()[earlier:] {
		require.Equal(s, strings.TrimPrefix(endpoint, "https://"), request.Host)
		require.Equal(s, "https", request.Scheme)
	}
}

// TestExternalMode is an object gateway outside of the cluster, with a CA of its own that
// the profile names.
func TestExternalMode(t *testing.T) {
	t.Parallel()
	t.Run("works", func(t *testing.T) {
		s := runner.Start(t)
		placeOutside(s)
		provideCA(s, "ceph-rgw-ca")
		objects := s.Render(exampleSpec(t, "external-mode"))
		requireNothingInStorage(s, objects)
		requireWorks(s, objects, claimKey, "https://rgw.ceph.example.com:8443", "ceph-rgw-ca")
	})
	t.Run("without-its-ca", func(t *testing.T) {
		s := runner.Start(t)
		placeOutside(s)
		objects := impatient(s, s.Render(exampleSpec(t, "external-mode")))
		awaitBound(s, objects)
		requireStopped(s, s.RunJob(objects), 1,
			"Waiting for a CA certificate in ConfigMap openshift-config/ceph-rgw-ca, key ca-bundle.crt",
			"Not yet: there is no ConfigMap openshift-config/ceph-rgw-ca")
		require.Nil(t, s.RegistryConfig().Spec.Storage.S3)
	})
	t.Run("by-service", func(t *testing.T) {
		s := runner.Start(t)
		placeOutside(s)
		spec := "{odf: {storageCluster: ocs-external-storagecluster}, storage: {rgw: {endpoint: {service: {}}}}}"
		requireStopped(s, s.Bootstrap(s.Render(spec)), 2,
			"The claim's bucket is at rgw.ceph.example.com, which is no Service of this cluster.", "endpoint.external")
		require.Nil(t, s.RegistryConfig().Spec.Storage.S3)
	})
}

// TestHubSpoke is a client of another cluster's store, whose certificate the system trusts.
// Here is no StorageCluster, no Route to a store, and no openshift-storage.
func TestHubSpoke(t *testing.T) {
	s := runner.Start(t)
	require.NoError(t, s.RemoveStorage(s.Ctx))
	makeClass(s, "provider.noobaa.io", bucket.NooBaa)
	s.NooBaa.Place(cluster.ProviderHost, cluster.ProviderPort)
	key := client.ObjectKey{Namespace: "openshift-storage-client", Name: "image-registry"}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: key.Namespace}}
	require.NoError(t, client.IgnoreAlreadyExists(s.Client.Create(s.Ctx, namespace))) // Reset leaves it there
	makeClaim(s, key, "provider.noobaa.io")
	objects := s.Render(exampleSpec(t, "hub-spoke"))
	require.Empty(t, objects.Of("ObjectBucketClaim"))
	requireWorks(s, objects, key, "https://"+cluster.ProviderHost, "")
}

// TestLiteralHost is a load balancer of the user's in front of the store, with a
// certificate of his own CA, for a new registry.
func TestLiteralHost(t *testing.T) {
	s := runner.Start(t)
	provideCA(s, "storage-ca")
	requireWorks(s, s.Render(exampleSpec(t, "literal-host")), claimKey, "https://s3.example.com:8443", "storage-ca")
}
