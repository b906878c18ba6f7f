package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

const (
	otherBucket = `"s3":{"bucket":"somebody-elses","region":"us-east-1","regionEndpoint":"https://s3.example.com"}`
	otherVolume = `"pvc":{"claim":"old-images"}`

	// leaveStorage allows a profile to leave both behind.
	leaveStorage = "bootstrap: {leaveStorage: [{bucket: somebody-elses}, {claim: old-images}]}"
)

// mayHoldImages are the storages that must not be left behind unasked, each with
// what puts the registry on it.
var mayHoldImages = map[string]func(*runner.Scenario){
	"other-bucket": func(s *runner.Scenario) {
		patchConfig(s, `{"spec":{"managementState":"Removed","storage":{`+otherBucket+`}}}`)
	},
	"other-bucket-in-status": func(s *runner.Scenario) {
		patchConfig(s, `{"spec":{"managementState":"Managed"}}`)
		awaitObserved(s)
		status := merge(`{"status":{"storage":{` + otherBucket + `}}}`)
		require.NoError(s, s.Client.Status().Patch(s.Ctx, s.RegistryConfig(), status))
	},
	"volume": func(s *runner.Scenario) {
		makeVolume(s, "old-images")
		patchConfig(s, `{"spec":{"managementState":"Managed","storage":{`+otherVolume+`}}}`)
		awaitObserved(s)
		require.Equal(s, "old-images", s.RegistryConfig().Status.Storage.PVC.Claim)
	},
	"two-storages": func(s *runner.Scenario) {
		patchConfig(s, `{"spec":{"managementState":"Managed","storage":{`+otherBucket+`,`+otherVolume+`}}}`)
		awaitObserved(s)
	},
}

// TestGuardStops is a registry that may hold images elsewhere: one pod looks,
// writes nothing, and says what to do.
func TestGuardStops(t *testing.T) {
	t.Parallel()
	for name, prepare := range mayHoldImages {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			prepare(s)
			before := s.RegistryConfig()
			outcome := s.Bootstrap(s.Render("{}"))
			require.False(t, outcome.Complete)
			require.Equal(t, "PodFailurePolicy", outcome.Condition.Reason)
			require.Len(t, outcome.Runs, 1)
			require.Equal(t, 3, outcome.Last().ExitCode())
			require.Contains(t, outcome.Last().Output(), "spec.bootstrap.leaveStorage: [")
			require.Empty(t, writes(outcome.Last()))
			require.Equal(t, before.Generation, s.RegistryConfig().Generation)
			require.True(t, apierrors.IsNotFound(s.Client.Get(s.Ctx, registryCredentials, &corev1.Secret{})))
			require.True(t, apierrors.IsNotFound(s.Client.Get(s.Ctx, registryCA, &corev1.ConfigMap{})))
		})
	}
}

// TestGuardAllowsStorageSwitch is the same registry, and a user who said so:
// nobody ever sees two storages, or none, on the way.
func TestGuardAllowsStorageSwitch(t *testing.T) {
	t.Parallel()
	for name, prepare := range mayHoldImages {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			prepare(s)
			before, seen := s.RegistryConfig().Spec.Storage, watchConfig(s)
			s.RequireComplete(s.Bootstrap(s.Render("{" + leaveStorage + "}")))
			requireOurBucket(s)
			switched := false
			for config := range seen(s.RegistryConfig().ResourceVersion) {
				if ours := isOurs(config.Spec.Storage); ours || switched {
					switched = true
					require.True(t, ours, "after the switch: %+v", config.Spec.Storage)
					continue
				}
				require.Equal(t, before, config.Spec.Storage, "before the switch")
			}
			require.True(t, switched)
		})
	}
}

// TestGuardOfEachBackend is each backend and endpoint where the registry has
// images already: on a volume, or in a bucket where the profile wants a volume.
// The Job stops, and goes through once the profile allows it.
func TestGuardOfEachBackend(t *testing.T) {
	t.Parallel()
	for name, c := range installs {
		switch name {
		case "rgw-route-https": // TestGuardStops and TestGuardAllowsStorageSwitch
			continue
		case "rgw-chunk-size", "rgw-no-redirect", "noobaa-no-redirect": // the same backends and endpoints
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			obstacle := mayHoldImages["volume"]
			if c.endpoint == "" {
				obstacle = mayHoldImages["other-bucket"]
			}
			obstacle(s)
			before := s.RegistryConfig()
			objects := s.Render(c.spec)
			outcome := s.Bootstrap(objects)
			require.False(t, outcome.Complete)
			require.Equal(t, 3, outcome.Last().ExitCode())
			require.Empty(t, writes(outcome.Last()))
			require.Equal(t, before.Generation, s.RegistryConfig().Generation)

			spec := strings.TrimSuffix(c.spec, "}") + ", " + leaveStorage + "}"
			s.RequireComplete(s.Bootstrap(s.Render(spec)))
			storage := s.RegistryConfig().Spec.Storage
			require.Equal(t, "Unmanaged", storage.ManagementState)
			require.Equal(t, c.endpoint != "", storage.S3 != nil)
			require.Equal(t, c.endpoint == "", storage.PVC != nil)
			if c.endpoint == "" {
				require.Equal(t, objects.Of("PersistentVolumeClaim")[0].GetName(), storage.PVC.Claim)
			} else {
				require.Equal(t, c.endpoint, storage.S3.RegionEndpoint)
			}
		})
	}
}

// TestGuardLetsEmptyDirGo is a registry whose images die with its pod anyway.
// The operator calls such a storage Managed; a bucket must not be.
func TestGuardLetsEmptyDirGo(t *testing.T) {
	s := runner.Start(t)
	patchConfig(s, `{"spec":{"managementState":"Managed","storage":{"managementState":"Managed","emptyDir":{}}}}`)
	awaitObserved(s)
	s.RequireComplete(s.Bootstrap(s.Render("{}")))
	requireOurBucket(s)
}

// TestGuardNamesTheMissingOperator is a cluster without the ImageRegistry capability.
func TestGuardNamesTheMissingOperator(t *testing.T) {
	s := runner.Start(t, runner.WithoutOperator)
	objects := impatient(s, s.Render("{}"))
	awaitBound(s, objects)
	outcome := s.RunJob(objects)
	require.False(t, outcome.Complete)
	require.Equal(t, 1, outcome.Last().ExitCode())
	require.Contains(t, outcome.Last().Output(), "ImageRegistry capability is enabled (oc get clusteroperator image-registry)")
	require.Empty(t, writes(outcome.Last()))
}

// What the Job reads and writes, by the names that the API's defaults give it.
var (
	claimKey            = client.ObjectKey{Namespace: cluster.RegistryNamespace, Name: claimName}
	registryCredentials = client.ObjectKey{Namespace: cluster.RegistryNamespace, Name: imageregistry.CredentialsName}
	registryCA          = client.ObjectKey{Namespace: cluster.ConfigNamespace, Name: caName}
)

const (
	claimName = "image-registry-rgw" // the ObjectBucketClaim's, its ConfigMap's and its Secret's
	caName    = "registry-s3-ca"
)

// patchConfig is what an administrator does with oc patch --type=merge, insisting on it.
func patchConfig(s *runner.Scenario, patch string) {
	s.Helper()
	insist(s, func(annotations map[string]string) error {
		confirmed := map[string]any{}
		require.NoError(s, json.Unmarshal([]byte(patch), &confirmed))
		for key, value := range annotations {
			require.NoError(s, unstructured.SetNestedField(confirmed, value, "metadata", "annotations", key))
		}
		content, err := json.Marshal(confirmed)
		require.NoError(s, err)
		return s.Client.Patch(s.Ctx, s.RegistryConfig(), merge(string(content)), client.FieldOwner("kubectl-patch"))
	})
}

// awaitObserved waits until the operator has worked on the Config as it is now.
func awaitObserved(s *runner.Scenario) {
	s.Helper()
	s.Await("the operator to see its Config", func(context.Context) (bool, error) {
		config := s.RegistryConfig()
		return config.Status.ObservedGeneration == config.Generation, nil
	})
}

// runOnVolume is a registry that has kept its images on a volume.
func runOnVolume(s *runner.Scenario, name string) {
	s.Helper()
	makeVolume(s, name)
	patchConfig(s, fmt.Sprintf(`{"spec":{"managementState":"Managed","storage":{"pvc":{"claim":%q}}}}`, name))
	awaitObserved(s)
}

func makeVolume(s *runner.Scenario, name string) {
	s.Helper()
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.RegistryNamespace, Name: name}}
	claim.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}
	claim.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	require.NoError(s, s.Client.Create(s.Ctx, claim))
}

func requireOurBucket(s *runner.Scenario) {
	s.Helper()
	storage := s.RegistryConfig().Spec.Storage
	require.True(s, isOurs(storage), "%+v", storage)
	require.Equal(s, storage.S3.Bucket, s.RegistryConfig().Status.Storage.S3.Bucket)
}

// isOurs says whether a storage is the claim's bucket, that alone, and nobody's
// to delete.
func isOurs(storage imageregistryv1.ImageRegistryConfigStorage) bool {
	alone := imageregistryv1.ImageRegistryConfigStorage{S3: storage.S3, ManagementState: "Unmanaged"}
	return storage.S3 != nil && strings.HasPrefix(storage.S3.Bucket, "image-registry-") && equality.Semantic.DeepEqual(alone, storage)
}

// writes are the calls of a pod that can have changed something.
func writes(run *kubelet.Run) []apiproxy.Call {
	var found []apiproxy.Call
	for _, call := range run.Calls() {
		if call.Writes() {
			found = append(found, call)
		}
	}
	return found
}

// watchConfig watches the Config from now on; what it returns yields every
// version up to the one that is asked for.
func watchConfig(s *runner.Scenario) func(last string) iter.Seq[*imageregistryv1.Config] {
	s.Helper()
	return watchFrom[*imageregistryv1.Config](s, &imageregistryv1.ConfigList{})
}

// watchFrom watches the objects of a list from now on; what it returns yields
// every version up to the one that is asked for.
func watchFrom[T client.Object](
	s *runner.Scenario, list client.ObjectList, options ...client.ListOption,
) func(last string) iter.Seq[T] {
	s.Helper()
	require.NoError(s, s.Client.List(s.Ctx, list, options...))
	from := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.GetResourceVersion()}}
	watcher, err := client.NewWithWatch(s.Config, client.Options{Scheme: s.Client.Scheme()})
	require.NoError(s, err)
	stream, err := watcher.Watch(s.Ctx, list, append(options, from)...)
	require.NoError(s, err)
	s.Cleanup(stream.Stop)
	return func(last string) iter.Seq[T] {
		return func(yield func(T) bool) {
			if older, err := resourceversion.CompareResourceVersion(last, list.GetResourceVersion()); err == nil && older <= 0 {
				return // nothing has happened since
			}
			for event := range stream.ResultChan() {
				require.Contains(s, []watch.EventType{watch.Added, watch.Modified}, event.Type)
				object := event.Object.(T)
				if !yield(object) || object.GetResourceVersion() == last {
					return
				}
			}
		}
	}
}
