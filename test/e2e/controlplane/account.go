package controlplane

import (
	"context"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// WriteAccountKubeconfig makes a ServiceAccount, with its namespace, and writes a kubeconfig
// with a token of it: what a program has that runs in a pod.
func WriteAccountKubeconfig(
	ctx context.Context, config *rest.Config, c client.Client, account client.ObjectKey, path string,
) error {
	object := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: account.Namespace, Name: account.Name}}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: account.Namespace}}
	for _, o := range []client.Object{namespace, object} {
		if err := client.IgnoreAlreadyExists(c.Create(ctx, o)); err != nil {
			return err
		}
	}
	token := &authenticationv1.TokenRequest{}
	if err := c.SubResource("token").Create(ctx, object, token); err != nil {
		return err
	}
	return writeKubeconfig(config, path, &clientcmdapi.AuthInfo{Token: token.Status.Token})
}
