package scenarios

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/ssa"
	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// The guards, by the names that users see in a refusal.
const (
	claimGuard  = "registry-profile-claims"
	useGuard    = "registry-profile-claims-in-use"
	configGuard = "registry-profile-config"
)

// guard puts the profile's policies in force, with everything else that comes before the
// Job. The API server takes a moment to notice a policy.
func guard(s *runner.Scenario, objects runner.Objects) {
	s.Helper()
	s.Apply("argocd-controller", objects.Prerequisites())
	s.Await("the policies to be in force", func(ctx context.Context) (bool, error) {
		var claim client.Object
		for _, o := range objects.Of("ObjectBucketClaim", "PersistentVolumeClaim") {
			claim = o
		}
		refused := true
		if claim != nil {
			refused = apierrors.IsForbidden(s.Client.Delete(ctx, claim.DeepCopyObject().(client.Object), client.DryRunAll))
		}
		config := &imageregistryv1.Config{ObjectMeta: metav1.ObjectMeta{Name: "cluster"}}
		return refused && apierrors.IsForbidden(s.Client.Delete(ctx, config, client.DryRunAll)), nil
	})
}

// requireRefused fails unless the API server has refused by the guard, with these words.
func requireRefused(s *runner.Scenario, by string, err error, words ...string) {
	s.Helper()
	require.ErrorContains(s, err, "ValidatingAdmissionPolicy '"+by+"'")
	for _, word := range words {
		require.ErrorContains(s, err, word)
	}
}

// insist does what somebody does who means it: tries, reads the refusal, and does what it
// says. Where nothing is guarded, the first try succeeds.
func insist(s *runner.Scenario, try func(annotations map[string]string) error) {
	s.Helper()
	err := try(nil)
	for range 2 {
		if err == nil {
			return
		}
		said := asked.FindStringSubmatch(err.Error())
		require.NotNil(s, said, "the refusal does not say what to do: %v", err)
		err = try(map[string]string{said[1] + said[3]: said[2] + said[4]})
	}
	require.NoError(s, err)
}

var asked = regexp.MustCompile(`oc annotate .*?(registryprofile\.dev/[a-z-]+)=(\w+)|set the annotation (\S+) to "([^"]+)"`)

// deleteGuarded deletes an object, if need be as its refusal says.
func deleteGuarded(s *runner.Scenario, object client.Object) {
	s.Helper()
	insist(s, func(annotations map[string]string) error {
		for key, value := range annotations {
			require.NoError(s, mergePatch(s, object, fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, key, value)))
		}
		return s.Client.Delete(s.Ctx, object)
	})
}

// TestClaimCannotBeDeleted tries everything that deletes: none gets the claim, and each is
// told what to do.
func TestClaimCannotBeDeleted(t *testing.T) {
	t.Parallel()
	for backend, kind := range map[string]string{"rgw": "objectbucketclaims.objectbucket.io", "cephfs": "persistentvolumeclaims"} {
		t.Run(backend, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render("{storage: {" + backend + ": {}}}")
			guard(s, objects)
			claim := objects.Of("ObjectBucketClaim", "PersistentVolumeClaim")[0]
			manifest := manifestOf(s, claim)
			before := live(s, claim)
			confirm := "oc annotate --overwrite -n openshift-image-registry " + kind + "/" + claim.GetName() +
				" registryprofile.dev/confirm-deletion=true, and then delete it"

			for name, remove := range deletions(s, claim, manifest) {
				requireRefused(s, claimGuard, remove(), confirm)
				after := live(s, claim)
				require.Equal(t, before.GetUID(), after.GetUID(), name)
				require.Nil(t, after.GetDeletionTimestamp(), name)
			}
			deleteGuarded(s, before)
			s.Await("the claim to go", func(ctx context.Context) (bool, error) {
				left := claim.DeepCopy()
				deleted, err := gone(s.Client.Get(ctx, client.ObjectKeyFromObject(claim), left))
				return deleted || left.GetDeletionTimestamp() != nil, err // nobody here takes finalizers off volumes
			})
		})
	}
}

// deletions are the ways in which a claim is deleted.
func deletions(s *runner.Scenario, claim *unstructured.Unstructured, manifest []byte) map[string]func() error {
	said := func(output string, err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("%s", output)
	}
	return map[string]func() error{
		"administrator": func() error { return s.Client.Delete(s.Ctx, claim.DeepCopy()) },
		"foreground": func() error {
			return s.Client.Delete(s.Ctx, claim.DeepCopy(), client.PropagationPolicy("Foreground"))
		},
		"collection": func() error {
			all := &unstructured.Unstructured{}
			all.SetGroupVersionKind(claim.GroupVersionKind())
			return s.Client.DeleteAllOf(s.Ctx, all, client.InNamespace(claim.GetNamespace()))
		},
		"delete -f":       func() error { return said(kubectl(s, manifest, "delete", "--wait=false")) },
		"delete --force":  func() error { return said(kubectl(s, manifest, "delete", "--force", "--wait=false")) },
		"replace --force": func() error { return said(kubectl(s, manifest, "replace", "--force", "--timeout=5s")) },
		"apply --prune": func() error {
			require.NoError(s, said(kubectl(s, manifest, "apply")))
			gvk := claim.GroupVersionKind()
			left := fmt.Appendf(nil, "{apiVersion: v1, kind: ConfigMap, metadata: {name: left, namespace: %s, labels: {%s: %s}}}",
				cluster.RegistryNamespace, generators.ManagedByLabel, generators.ManagedBy)
			return said(kubectl(s, left, "apply", "--prune", "-l", generators.ManagedByLabel+"="+generators.ManagedBy,
				"--prune-allowlist="+cmp.Or(gvk.Group, "core")+"/"+gvk.Version+"/"+gvk.Kind))
		},
		"Flux": func() error {
			manager := ssa.NewResourceManager(s.Client, nil, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})
			_, err := manager.Delete(s.Ctx, claim.DeepCopy(), ssa.DefaultDeleteOptions())
			return err
		},
	}
}

func manifestOf(s *runner.Scenario, objects ...*unstructured.Unstructured) []byte {
	s.Helper()
	var documents [][]byte
	for _, object := range objects {
		document, err := yaml.Marshal(object.Object)
		require.NoError(s, err)
		documents = append(documents, document)
	}
	return bytes.Join(documents, []byte("---\n"))
}

func live(s *runner.Scenario, object *unstructured.Unstructured) *unstructured.Unstructured {
	s.Helper()
	found := object.DeepCopy()
	require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(object), found))
	return found
}

func gone(err error) (bool, error) { return apierrors.IsNotFound(err), client.IgnoreNotFound(err) }

// awaitGone waits until an object is not there any more.
func awaitGone(s *runner.Scenario, object client.Object) {
	s.Helper()
	left := object.DeepCopyObject().(client.Object)
	s.Await(fmt.Sprintf("%T %s to go", object, object.GetName()), func(ctx context.Context) (bool, error) {
		return gone(s.Client.Get(ctx, client.ObjectKeyFromObject(object), left))
	})
}

func namespaceNamed(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// mergePatch patches an object as an administrator; the object given stays as it is.
func mergePatch(s *runner.Scenario, object client.Object, patch string, options ...client.PatchOption) error {
	s.Helper()
	return s.Client.Patch(s.Ctx, object.DeepCopyObject().(client.Object), merge(patch), options...)
}

func merge(patch string) client.Patch { return client.RawPatch(types.MergePatchType, []byte(patch)) }

// TestDeleteEverything gives all manifests to kubectl delete, twice, in their order and
// backwards. The policies are among them, and must outlive what they guard.
func TestDeleteEverything(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]func(runner.Objects){
		"as-rendered": func(runner.Objects) {}, "backwards": func(o runner.Objects) { slices.Reverse(o) },
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render("{}")
			s.RequireComplete(s.Bootstrap(objects))
			s.Apply("argocd-controller", objects.After())
			registry := s.Registry()
			digest, err := registry.Push(s.Ctx, "e2e/image:v1")
			require.NoError(t, err)
			bucket := s.RegistryConfig().Spec.Storage.S3.Bucket

			order(objects)
			manifests := manifestOf(s, objects...)
			for range 2 {
				out, err := kubectl(s, manifests, "delete", "--wait=false", "--ignore-not-found")
				require.Error(t, err, out)
				require.Contains(t, out, "registryprofile.dev/confirm-deletion=true")
				awaitGone(s, namespaceNamed("registry-profile"))
			}
			require.NoError(t, registry.Pull(s.Ctx, "e2e/image:v1", digest))
			require.Equal(t, bucket, s.RegistryConfig().Spec.Storage.S3.Bucket)
		})
	}
}

// TestNamespaceOfGuardedClaim: a claim that the profile names is guarded without a label
// of ours, where it is. Its namespace stays Terminating, with the reason, until somebody
// confirms.
func TestNamespaceOfGuardedClaim(t *testing.T) {
	s := runner.Start(t)
	namespace := namespaceNamed("tenant")
	require.NoError(t, s.Client.Create(s.Ctx, namespace))
	const class = "ocs-storagecluster-ceph-rgw"
	claim := makeClaim(s, client.ObjectKey{Namespace: "tenant", Name: "rgwbucket"}, class)
	makeClaim(s, client.ObjectKey{Namespace: "tenant", Name: "of-an-application"}, class)
	objects := s.Render("{storage: {rgw: {existingClaim: {namespace: tenant, name: rgwbucket}}}}")
	guard(s, objects)

	require.NoError(t, s.Client.Delete(s.Ctx, namespace))
	s.Await("the namespace to say why it stays", func(ctx context.Context) (bool, error) {
		err := s.Client.Get(ctx, client.ObjectKeyFromObject(namespace), namespace)
		i := slices.IndexFunc(namespace.Status.Conditions, func(c corev1.NamespaceCondition) bool {
			return c.Type == corev1.NamespaceDeletionContentFailure && c.Status == corev1.ConditionTrue
		})
		return i >= 0 && strings.Contains(namespace.Status.Conditions[i].Message, "registryprofile.dev/confirm-deletion=true"), err
	})
	require.NoError(t, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(claim), claim))
	require.Nil(t, claim.DeletionTimestamp)
	deleteGuarded(s, claim)
	awaitGone(s, namespace)
}

// TestGarbageCollectorIsRefused: an owner that goes takes the claim along.
func TestGarbageCollectorIsRefused(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	guard(s, objects)
	owner := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.RegistryNamespace, Name: "owner"}}
	require.NoError(t, s.Client.Create(s.Ctx, owner))
	claim := &bucketv1alpha1.ObjectBucketClaim{ObjectMeta: claimMeta}
	require.NoError(t, mergePatch(s, claim, fmt.Sprintf(
		`{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":%q}]}}`, owner.UID)))
	require.NoError(t, s.Client.Get(s.Ctx, claimKey, claim))
	uid := claim.UID
	require.NoError(t, s.Client.Delete(s.Ctx, owner))
	s.Await("the garbage collector to be refused", func(context.Context) (bool, error) {
		events, err := s.ControlPlane.Audit(func(e *auditv1.Event) bool {
			return e.Verb == "delete" && strings.HasSuffix(e.User.Username, ":generic-garbage-collector") &&
				e.ObjectRef != nil && e.ObjectRef.Name == claimName && e.ResponseStatus.Code == 403
		})
		return len(events) > 0, err
	})
	require.NoError(t, s.Client.Get(s.Ctx, claimKey, claim))
	require.Equal(t, uid, claim.UID)
	require.Nil(t, claim.DeletionTimestamp)
}

// TestMarksStayOnClaim: without its marks, the next engine would delete the claim.
func TestMarksStayOnClaim(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	guard(s, objects)
	awaitClaim(s)
	claim := objects.Of("ObjectBucketClaim")[0]
	patch := func(annotations string) error {
		return mergePatch(s, claim, `{"metadata":{"annotations":`+annotations+`}}`)
	}
	for _, annotations := range []string{
		`{"argocd.argoproj.io/sync-options":null}`, `{"argocd.argoproj.io/sync-options":"Prune=false"}`,
		`{"argocd.argoproj.io/sync-options":"Delete=false, Prune=true"}`, `{"kustomize.toolkit.fluxcd.io/prune":"enabled"}`,
		`{"cli-utils.sigs.k8s.io/on-remove":""}`, `{"client.lifecycle.config.k8s.io/deletion":null}`,
		`{"helm.sh/resource-policy":null}`, `{"apps.open-cluster-management.io/do-not-delete":"false"}`,
		`{"registryprofile.dev/profile":null}`, `null`,
		`{"kustomize.toolkit.fluxcd.io/prune":"disabled,enabled"}`, `{"cli-utils.sigs.k8s.io/on-remove":" keep "}`,
	} {
		requireRefused(s, claimGuard, patch(annotations), "registryprofile.dev/confirm-deletion=true")
	}
	bare := claim.DeepCopy()
	bare.SetAnnotations(map[string]string{generators.ProfileAnnotation: "registry"})
	requireRefused(s, claimGuard, s.ApplyOne("argocd-controller", bare), "argocd.argoproj.io/sync-options: Prune=false")
	out, err := kubectl(s, manifestOf(s, bare), "replace")
	require.Error(t, err)
	require.Contains(t, out, "kustomize.toolkit.fluxcd.io/prune: disabled")

	bound := live(s, claim)
	unstructured.RemoveNestedField(bound.Object, "spec", "bucketName")
	requireRefused(s, claimGuard, s.Client.Update(s.Ctx, bound), "takes the bucket away")
	for _, annotations := range []string{
		`{"a":"b"}`, `{"argocd.argoproj.io/sync-options":" Delete=false , Prune=false,ServerSideApply=true"}`,
		`{"registryprofile.dev/profile":"of-another-name"}`, `{"argocd.argoproj.io/sync-wave":"7"}`,
		`{"apps.open-cluster-management.io/reconcile-option":null}`,
	} {
		require.NoError(t, patch(annotations), annotations)
	}
	require.NoError(t, patch(`{"registryprofile.dev/confirm-deletion":"true"}`))
	require.NoError(t, patch(`{"helm.sh/resource-policy":null}`))
}

// TestMarksStayInStatus: a write of a volume claim's status can change its annotations.
func TestMarksStayInStatus(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{storage: {cephfs: {}}}")
	guard(s, objects)
	claim := objects.Of("PersistentVolumeClaim")[0]
	write := func(patch string) error {
		return s.Client.Status().Patch(s.Ctx, claim.DeepCopy(), merge(patch))
	}
	requireRefused(s, claimGuard, write(`{"metadata":{"annotations":{"registryprofile.dev/profile":null}}}`), "registryprofile.dev/profile")
	require.NoError(t, write(`{"status":{"capacity":{"storage":"1Gi"}}}`))
}

// TestClaimInUse: the profile names another claim by now, and the registry still runs on
// that of before, which nobody has marked.
func TestClaimInUse(t *testing.T) {
	s := runner.Start(t)
	const class = "ocs-storagecluster-ceph-rgw"
	claim := makeClaim(s, client.ObjectKey{Namespace: cluster.StorageNamespace, Name: "rgwbucket"}, class)
	other := makeClaim(s, client.ObjectKey{Namespace: cluster.StorageNamespace, Name: "of-an-application"}, class)
	s.RequireComplete(s.Bootstrap(s.Render("{storage: {rgw: {existingClaim: {namespace: openshift-storage, name: rgwbucket}}}}")))
	pull := image(s)
	moved := s.Render("{}")
	guard(s, moved)
	requireStopped(s, s.RunJob(moved), 3, "leaveStorage")

	requireRefused(s, useGuard, s.Client.Delete(s.Ctx, claim), "openshift-storage objectbucketclaims.objectbucket.io/rgwbucket")
	require.NoError(t, s.Client.Delete(s.Ctx, other))
	pull()
	deleteGuarded(s, claim)
}

// TestDefinitionsAreGuarded: with the definition of a kind, every object of it goes.
func TestDefinitionsAreGuarded(t *testing.T) {
	s := runner.Start(t)
	guard(s, s.Render("{}"))
	for name, refused := range map[string]bool{
		"objectbucketclaims.objectbucket.io": true, "configs.imageregistry.operator.openshift.io": true,
		"objectbuckets.objectbucket.io": false,
	} {
		definition := definitionOf(schema.ParseGroupResource(name).WithVersion(""))
		err := s.Client.Delete(s.Ctx, definition, client.DryRunAll)
		if refused {
			requireRefused(s, configGuard, err, "customresourcedefinitions.apiextensions.k8s.io/"+name)
		} else {
			require.NoError(t, err)
		}
	}
}

// TestComparisonByDryRun: Argo CD compares by one, and syncs nothing if it is refused.
func TestComparisonByDryRun(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	guard(s, objects)
	s.RequireComplete(s.Bootstrap(objects))
	move := func(options ...client.PatchOption) error {
		return mergePatch(s, s.RegistryConfig(), `{"spec":{"storage":{"s3":{"bucket":"elsewhere"}}}}`, options...)
	}
	const argo, job = client.FieldOwner("argocd-controller"), client.FieldOwner("registry-profile")
	require.NoError(t, move(client.DryRunAll, argo))
	requireRefused(s, configGuard, move(argo))
	requireRefused(s, configGuard, move(client.DryRunAll, job))
}

// TestConfigIsGuarded: whoever writes Config, its storage is moved by the Job alone.
func TestConfigIsGuarded(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	guard(s, objects)
	first := s.Bootstrap(objects)
	s.RequireComplete(first)
	s.Apply("argocd-controller", objects.After())
	storage := s.RegistryConfig().Spec.Storage
	ours := "bucket=" + storage.S3.Bucket + " endpoint=" + storage.S3.RegionEndpoint
	patch := func(patch string) error {
		return mergePatch(s, s.RegistryConfig(), patch)
	}

	for change, target := range map[string]string{
		`{"spec":{"storage":null}}`:                      "none",
		`{"spec":{"storage":{"s3":null}}}`:               "none",
		`{"spec":{"storage":{"s3":{"bucket":"other"}}}}`: "bucket=other endpoint=" + storage.S3.RegionEndpoint,
		`{"spec":{"storage":{"s3":{"regionEndpoint":"https://other.example.com"}}}}`: "bucket=" + storage.S3.Bucket +
			" endpoint=https://other.example.com",
		`{"spec":{"storage":{"s3":{"regionEndpoint":null}}}}`:        "bucket=" + storage.S3.Bucket + " endpoint=",
		`{"spec":{"storage":{"s3":null,"pvc":{"claim":"c"}}}}`:       "claim=c",
		`{"spec":{"storage":{"pvc":{"claim":"c"}}}}`:                 ours + " claim=c",
		`{"spec":{"storage":{"emptyDir":{}}}}`:                       ours + " backend=emptyDir",
		`{"spec":{"storage":{"s3":null,"emptyDir":{}}}}`:             "backend=emptyDir",
		`{"spec":{"storage":{"s3":null,"swift":{"container":"c"}}}}`: "backend=swift container=c authURL= tenant=",
		`{"spec":{"storage":{"managementState":"Managed"}}}`:         ours + " managementState=Managed",
		`{"spec":{"storage":{"managementState":null}}}`:              ours + " managementState=",
		`{"spec":{"storage":{"pvc":{}}}}`:                            ours + " claim=",
	} {
		requireRefused(s, configGuard, patch(change), `registryprofile.dev/confirm-storage-change to "`+target+`"`)
	}
	requireRefused(s, configGuard, s.Client.Delete(s.Ctx, s.RegistryConfig()), "confirm-deletion=true")
	for _, way := range [][]string{{"replace"}, {"replace", "--force"}, {"delete", "--wait=false"}} {
		out, err := kubectl(s, manifestOf(s, objects.Of("Config")...), way...)
		require.Error(t, err)
		require.Contains(t, out, "ValidatingAdmissionPolicy '"+configGuard+"'", way)
	}

	for _, change := range []string{
		`{"spec":{"replicas":3,"storage":{"managementState":"Unmanaged"}}}`, `{"metadata":{"finalizers":null}}`,
		`{"spec":{"storage":{"s3":{"encrypt":false,"keyID":"","cloudFront":null,"virtualHostedStyle":false}}}}`,
		`{"spec":{"managementState":"Removed"}}`, `{"spec":{"managementState":"Managed"}}`, `{"metadata":{"annotations":null}}`,
	} {
		require.NoError(t, patch(change), change)
	}
	operator := as(s, imageregistry.UserName, user.SystemPrivilegedGroup)
	for _, storage := range []string{
		`{"s3":{"bucket":"older"}}`, `null`, `{"emptyDir":{}}`, `{"s3":{"bucket":"older"},"managementState":"Managed"}`,
	} {
		stale := merge(`{"spec":{"storage":` + storage + `}}`)
		require.NoError(t, operator.Patch(s.Ctx, s.RegistryConfig(), stale, client.DryRunAll), "the operator")
	}
	require.Equal(t, storage, s.RegistryConfig().Spec.Storage)
}

// TestConfirmedStorageChange: a confirmation names where to, and is good for one request.
func TestConfirmedStorageChange(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	guard(s, objects)
	s.RequireComplete(s.Bootstrap(objects))
	s.Operator.Stop()
	const key = "registryprofile.dev/confirm-storage-change"
	change := func(confirmed, bucket string) error {
		patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}},
"spec":{"storage":{"s3":{"bucket":%q,"regionEndpoint":"https://s3.example.com"}}}}`, key, confirmed, bucket)
		return mergePatch(s, s.RegistryConfig(), patch)
	}
	const elsewhere = "bucket=elsewhere endpoint=https://s3.example.com"
	for _, confirmed := range []string{"true", "", "elsewhere", elsewhere + " "} {
		requireRefused(s, configGuard, change(confirmed, "elsewhere"), elsewhere)
	}
	require.NoError(t, change(elsewhere, "elsewhere"))
	require.NoError(t, change("bucket=third endpoint=https://s3.example.com", "third"))
	require.NoError(t, mergePatch(s, s.RegistryConfig(), fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, key, elsewhere)))
	requireRefused(s, configGuard, change(elsewhere, "elsewhere"), elsewhere,
		"oc annotate configs.imageregistry.operator.openshift.io/cluster "+key+"-")
}

// TestSyncThatOwnedTheStorage: an engine that once had spec.storage in Git, and has it no
// longer, would remove it. No Job has run yet that could be a second owner.
func TestSyncThatOwnedTheStorage(t *testing.T) {
	t.Parallel()
	for name, apply := range map[string]func(*runner.Scenario, *unstructured.Unstructured) error{
		"argocd": func(s *runner.Scenario, config *unstructured.Unstructured) error {
			return s.ApplyOne("argocd-controller", config)
		},
		"flux": fluxApply,
		"kubectl": func(s *runner.Scenario, config *unstructured.Unstructured) error {
			out, err := kubectlApply(s, manifestOf(s, config))
			if err != nil {
				return fmt.Errorf("%s", out)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := runner.Start(t)
			objects := s.Render("{}")
			config := objects.Of("Config")[0].DeepCopy()
			config.SetAnnotations(nil)
			config.SetLabels(nil)
			without := config.DeepCopy()
			require.NoError(t, unstructured.SetNestedMap(config.Object, map[string]any{"claim": "by-hand"}, "spec", "storage", "pvc"))
			makeVolume(s, "by-hand")
			require.NoError(t, apply(s, config))
			patchConfig(s, `{"spec":{"managementState":"Managed"}}`)
			awaitObserved(s) // by then the operator owns storage.managementState
			guard(s, objects)
			err := apply(s, without)
			requireRefused(s, configGuard, err, `claim=by-hand, to none`)
			require.Equal(t, "by-hand", s.RegistryConfig().Spec.Storage.PVC.Claim)
		})
	}
}

// TestPoliciesOfAnotherProfile let another Job pass, and this one as soon as its own come.
func TestPoliciesOfAnotherProfile(t *testing.T) {
	s := runner.Start(t)
	makeVolume(s, "of-before")
	patchConfig(s, `{"spec":{"storage":{"pvc":{"claim":"of-before"}}}}`)
	policies := []string{"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
	const leave = "leaveStorage: [{claim: of-before}]"
	other := s.Render("{bootstrap: {namespace: of-another, " + leave + "}}")
	guard(s, other)
	objects := impatient(s, s.Render("{bootstrap: {"+leave+"}}"))
	for _, object := range objects.Prerequisites() {
		if !slices.Contains(policies, object.GetKind()) {
			s.Apply("argocd-controller", runner.Objects{object})
		}
	}
	awaitClaim(s)
	refused := s.RunJob(objects)
	requireStopped(s, refused, 1, "Deliver this profile's own policies")
	require.Equal(t, "of-before", s.RegistryConfig().Spec.Storage.PVC.Claim)
	s.DeleteJob(refused.Job)
	s.Apply("argocd-controller", objects.Of(policies...))
	s.RequireComplete(s.RunJob(s.Render("{bootstrap: {" + leave + "}}")))
}

// TestPoliciesAreUnderstood: the API server knows the types of what the expressions read,
// and tells of one that cannot work.
func TestPoliciesAreUnderstood(t *testing.T) {
	s := runner.Start(t)
	guard(s, s.Render("{}"))
	for _, name := range []string{claimGuard, useGuard, configGuard} {
		policy := &admissionv1.ValidatingAdmissionPolicy{}
		s.Await("the types to be checked", func(ctx context.Context) (bool, error) {
			err := s.Client.Get(ctx, client.ObjectKey{Name: name}, policy)
			return policy.Status.ObservedGeneration == policy.Generation, err
		})
		if checked := policy.Status.TypeChecking; checked != nil {
			require.Empty(t, checked.ExpressionWarnings)
		}
	}
}

// TestCostOfPolicies says what a write through the policies costs, against none.
func TestCostOfPolicies(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.Operator.Stop()
	config := s.RegistryConfig()
	measure := func() time.Duration {
		var times []time.Duration
		for range 300 {
			began := time.Now()
			require.NoError(t, mergePatch(s, config, `{"spec":{"replicas":3}}`, client.DryRunAll))
			times = append(times, time.Since(began))
		}
		slices.Sort(times)
		return times[len(times)/2]
	}
	without := measure()
	guard(s, objects)
	s.Note("a patch of Config through the policies takes %.2f times that without", float64(measure())/float64(without))
}

// as returns a client of the user of a name who is in these groups.
func as(s *runner.Scenario, name string, groups ...string) client.Client {
	s.Helper()
	config := rest.CopyConfig(s.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: name, Groups: groups}
	c, err := client.New(config, client.Options{Scheme: controlplane.Scheme})
	require.NoError(s, err)
	return c
}

// TestTakeOutOfTheProfile does what docs/protection.md says, with its own commands.
func TestTakeOutOfTheProfile(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	// 2: what an engine prunes goes.
	for _, object := range objects {
		if generators.KindOf(object.GroupVersionKind().Group, object.GetKind()).Kept() {
			continue
		}
		require.NoError(t, client.IgnoreNotFound(s.Client.Delete(s.Ctx, object, client.PropagationPolicy("Background"))))
	}
	pushAndPull(s)
	// 3
	patchConfig(s, `{"spec":{"managementState":"Removed"}}`)
	awaitObserved(s)
	// 4 and 5
	commands := commandsOf(t, "protection.md")
	require.Len(t, commands, 6)
	for _, command := range commands {
		out, code := typed(s, s.TempDir(), command)
		require.Zero(t, code, "%s: %s", command, out)
	}
	for _, object := range objects.Of("ObjectBucketClaim", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding") {
		awaitGone(s, object)
	}
}

// commandsOf returns the commands of a document that fit on a line.
func commandsOf(t *testing.T, document string) []string {
	t.Helper()
	var commands []string
	for line := range strings.Lines(read(t, "../../../docs/"+document)) {
		command := strings.TrimSpace(line)
		if strings.HasPrefix(command, "oc ") && strings.Count(command, "'")%2 == 0 {
			commands = append(commands, command)
		}
	}
	return commands
}
