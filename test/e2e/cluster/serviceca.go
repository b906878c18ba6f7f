package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
)

// ServiceCAName is the ConfigMap, with key service-ca.crt, that OpenShift keeps
// in every namespace (its controller service-ca-cert-publisher).
const ServiceCAName = "openshift-service-ca.crt"

// publisher puts the service CA into every namespace.
type publisher struct {
	client client.Client
	bundle string
}

func (c *Cluster) publishServiceCA(mgr ctrl.Manager) error {
	unchecked := true
	return ctrl.NewControllerManagedBy(mgr).Named("service-ca-cert-publisher").For(&corev1.Namespace{}).
		WithOptions(controller.Options{SkipNameValidation: &unchecked}).
		Complete(&publisher{client: mgr.GetClient(), bundle: c.ServiceCA.Bundle()})
}

// Reconcile makes the ConfigMap of one namespace.
func (p *publisher) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	namespace := &corev1.Namespace{}
	if err := p.client.Get(ctx, request.NamespacedName, namespace); err != nil || namespace.DeletionTimestamp != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	cm := configMap(namespace.Name, ServiceCAName, "service-ca.crt", p.bundle)
	return ctrl.Result{}, client.IgnoreAlreadyExists(p.client.Create(ctx, cm))
}
