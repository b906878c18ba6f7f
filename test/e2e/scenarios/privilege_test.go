package scenarios

import (
	"fmt"
	"testing"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// accountOf is the user name of the Job's ServiceAccount.
func accountOf(objects runner.Objects) string {
	account := objects.Of("ServiceAccount")[0]
	return serviceaccount.MakeUsername(account.GetNamespace(), account.GetName())
}

// TestPrivilegeIsUsed compares what the Roles grant with what the API server's
// audit log says that the pods of a failed and of a complete Job have done.
func TestPrivilegeIsUsed(t *testing.T) {
	s := runner.Start(t)
	began := time.Now()
	objects := s.Render("{bootstrap: {timeout: 20m}}")
	release := holdClaim(s, objects)
	require.False(t, s.Bootstrap(impatient(s, objects)).Complete)
	release()
	objects = s.Render("{}")
	s.RequireComplete(s.Bootstrap(objects))

	account := accountOf(objects)
	events, err := s.ControlPlane.Audit(func(e *auditv1.Event) bool {
		return e.User.Username == account && e.ObjectRef != nil && e.RequestReceivedTimestamp.After(began)
	})
	require.NoError(t, err)
	used, denied := map[string]bool{}, map[string]bool{}
	for _, e := range events {
		for _, privilege := range privilegesOf(e) {
			if e.ResponseStatus.Code == 403 {
				denied[privilege] = true
			} else {
				used[privilege] = true
			}
		}
	}
	granted := grants(s, objects)
	for privilege := range granted {
		require.True(t, used[privilege], "granted and never used: %s", privilege)
	}
	for privilege := range used {
		require.True(t, granted[privilege], "used and not granted: %s", privilege)
	}
	// Where an apply finds no object, kubectl looks whether it is the namespace
	// that is missing, before it creates; that it may not know, it takes for yes.
	for privilege := range denied {
		require.Contains(t, []string{
			"get /namespaces openshift-image-registry/openshift-image-registry", "get /namespaces openshift-config/openshift-config",
		}, privilege)
	}
}

// privilegesOf is what the API server has asked RBAC for on behalf of a call: an
// apply that creates is authorized as a patch and as a create.
func privilegesOf(e auditv1.Event) []string {
	ref := e.ObjectRef
	resource := ref.Resource
	if ref.Subresource != "" {
		resource += "/" + ref.Subresource
	}
	privileges := []string{privilege(e.Verb, ref.APIGroup, resource, ref.Namespace, ref.Name)}
	if e.Verb == "patch" && e.ResponseStatus.Code == 201 {
		privileges = append(privileges, privilege("create", ref.APIGroup, resource, ref.Namespace, ref.Name))
	}
	return privileges
}

func privilege(verb, group, resource, namespace, name string) string {
	return fmt.Sprintf("%s %s/%s %s/%s", verb, group, resource, namespace, name)
}

// grants takes the rules of all Roles and ClusterRoles apart.
func grants(s *runner.Scenario, objects runner.Objects) map[string]bool {
	s.Helper()
	granted := map[string]bool{}
	for _, object := range objects.Of("Role", "ClusterRole") {
		var role rbacv1.Role // a ClusterRole has the same rules
		require.NoError(s, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role))
		for _, rule := range role.Rules {
			names := rule.ResourceNames
			if len(names) == 0 {
				require.Equal(s, []string{"events"}, rule.Resources, "a rule without names")
				names = []string{""}
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, name := range names {
						for _, verb := range rule.Verbs {
							granted[privilege(verb, group, resource, role.Namespace, name)] = true
						}
					}
				}
			}
		}
	}
	require.NotEmpty(s, granted)
	return granted
}

// TestPrivilegeEnds tries as the Job's ServiceAccount what it must not.
func TestPrivilegeEnds(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.RequireComplete(s.Bootstrap(objects))
	namespace := objects.Job().GetNamespace()
	job := as(s, accountOf(objects), append(serviceaccount.MakeGroupNames(namespace), user.AllAuthenticated)...)
	credentials := secretNamed(cluster.RegistryNamespace, imageregistry.CredentialsName)
	require.NoError(t, job.Get(s.Ctx, client.ObjectKeyFromObject(credentials), credentials), "what it may, it can")

	empty := merge("{}")
	registry := &imageregistryv1.Config{ObjectMeta: metav1.ObjectMeta{Name: "cluster"}}
	get := func(object client.Object) error { return job.Get(s.Ctx, client.ObjectKeyFromObject(object), object) }
	apply := func(object client.Object) error {
		manifest := &unstructured.Unstructured{Object: map[string]any{"data": map[string]any{}}}
		gvk, err := job.GroupVersionKindFor(object)
		require.NoError(t, err)
		manifest.SetGroupVersionKind(gvk)
		manifest.SetNamespace(object.GetNamespace())
		manifest.SetName(object.GetName())
		return job.Apply(s.Ctx, client.ApplyConfigurationFromUnstructured(manifest), client.FieldOwner("registry-profile"))
	}
	for what, err := range map[string]error{
		"get the pods' Secret":                    get(secretNamed(cluster.RegistryNamespace, "image-registry-private-configuration")),
		"get a Secret of another namespace":       get(secretNamed(cluster.StorageNamespace, claimName)),
		"list Secrets":                            job.List(s.Ctx, &corev1.SecretList{}, client.InNamespace(cluster.RegistryNamespace)),
		"list ConfigMaps":                         job.List(s.Ctx, &corev1.ConfigMapList{}, client.InNamespace(cluster.ConfigNamespace)),
		"create a Secret without a name to check": job.Create(s.Ctx, secretNamed(cluster.RegistryNamespace, imageregistry.CredentialsName)),
		"apply a Secret of another name":          apply(secretNamed(cluster.RegistryNamespace, "another")),
		"apply the Secret elsewhere":              apply(secretNamed(cluster.ConfigNamespace, imageregistry.CredentialsName)),
		"apply a ConfigMap of another name":       apply(configMapNamed(cluster.ConfigNamespace, "another")),
		"patch the claim's Secret":                job.Patch(s.Ctx, secretNamed(cluster.RegistryNamespace, claimName), empty),
		"patch the CA's source":                   job.Patch(s.Ctx, configMapNamed(cluster.ManagedNamespace, "default-ingress-cert"), empty),
		"delete the Secret":                       job.Delete(s.Ctx, secretNamed(cluster.RegistryNamespace, imageregistry.CredentialsName)),
		"update the Secret":                       job.Update(s.Ctx, credentials),
		"delete Config":                           job.Delete(s.Ctx, registry),
		"patch Config's status":                   job.Status().Patch(s.Ctx, registry, empty),
		"list Pods of its own namespace":          job.List(s.Ctx, &corev1.PodList{}, client.InNamespace(namespace)),
	} {
		require.True(t, apierrors.IsForbidden(err), "%s: %v", what, err)
	}
}

func secretNamed(namespace, name string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

func configMapNamed(namespace, name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}
