package cluster

import (
	"context"
	"encoding/json"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/pushpull"
)

// puller stands in for openshift-controller-manager: once the registry is managed, it gives the
// ServiceAccount "default" a pull secret for the registry (serviceaccounts/controllers,
// dockercfg_secrets.go), and lets the accounts of a namespace pull its images
// (RoleBinding system:image-pullers). It does so in the product's own namespaces alone, as
// nothing else here pulls.
type puller struct{ client client.Client }

func (c *Cluster) makePullSecrets(mgr ctrl.Manager) error {
	unchecked := true
	return ctrl.NewControllerManagedBy(mgr).Named("openshift-controller-manager").For(&corev1.ServiceAccount{}).
		WithOptions(controller.Options{SkipNameValidation: &unchecked}).
		Complete(&puller{client: mgr.GetClient()})
}

// Reconcile makes the pull secret of one ServiceAccount.
func (p *puller) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	namespace, account, config := &corev1.Namespace{}, &corev1.ServiceAccount{}, &imageregistryv1.Config{}
	if request.Name != "default" {
		return ctrl.Result{}, nil
	}
	if err := p.client.Get(ctx, request.NamespacedName, account); err != nil || len(account.ImagePullSecrets) > 0 {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	again := ctrl.Result{RequeueAfter: 200 * time.Millisecond} // what is read comes from the manager's caches
	if err := p.client.Get(ctx, client.ObjectKey{Name: request.Namespace}, namespace); err != nil {
		return again, client.IgnoreNotFound(err)
	}
	if namespace.Labels[generators.ManagedByLabel] != generators.ManagedBy || namespace.DeletionTimestamp != nil {
		return ctrl.Result{}, nil
	}
	if err := p.client.Get(ctx, client.ObjectKey{Name: "cluster"}, config); err != nil || config.Spec.ManagementState != operatorv1.Managed {
		return again, client.IgnoreNotFound(err)
	}
	return ctrl.Result{}, client.IgnoreNotFound(p.admit(ctx, account))
}

func (p *puller) admit(ctx context.Context, account *corev1.ServiceAccount) error {
	pullers := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: account.Namespace, Name: "system:image-pullers"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: imagePuller},
		Subjects: []rbacv1.Subject{{
			APIGroup: rbacv1.GroupName, Kind: "Group", Name: serviceaccount.MakeNamespaceGroupName(account.Namespace),
		}},
	}
	if err := client.IgnoreAlreadyExists(p.client.Create(ctx, pullers)); err != nil {
		return err
	}
	request := &authenticationv1.TokenRequest{}
	if err := p.client.SubResource("token").Create(ctx, account, request); err != nil {
		return err
	}
	content, err := json.Marshal(map[string]any{"auths": map[string]any{
		pushpull.ServiceHost + ":" + pushpull.ServicePort: map[string]string{"username": "serviceaccount", "password": request.Status.Token},
	}})
	if err != nil {
		return err
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: account.Namespace, Name: "default-dockercfg-e2e"},
		Type:       corev1.SecretTypeDockerConfigJson, Data: map[string][]byte{corev1.DockerConfigJsonKey: content},
	}
	if err := client.IgnoreAlreadyExists(p.client.Create(ctx, secret)); err != nil {
		return err
	}
	before := client.MergeFrom(account.DeepCopy())
	account.ImagePullSecrets = []corev1.LocalObjectReference{{Name: secret.Name}}
	return p.client.Patch(ctx, account, before)
}

const imagePuller = "system:image-puller"

// imagePullerRole is what OpenShift brings (openshift/origin, bootstrappolicy).
func imagePullerRole() *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: imagePuller},
		Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"", "image.openshift.io"}, Resources: []string{"imagestreams/layers"}, Verbs: []string{"get"},
		}},
	}
}
