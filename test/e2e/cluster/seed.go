package cluster

import (
	"context"
	"errors"
	"strings"

	configv1 "github.com/openshift/api/config/v1"
	routev1 "github.com/openshift/api/route/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/bucket"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/pki"
)

// The namespaces of a cluster.
const (
	RegistryNamespace = "openshift-image-registry"
	StorageNamespace  = "openshift-storage"
	ConfigNamespace   = "openshift-config"
	ManagedNamespace  = "openshift-config-managed"
	// MonitoringNamespace holds AlertingRules.
	MonitoringNamespace = "openshift-monitoring"
)

// The Routes of ODF's object stores: ocs-operator controllers/storagecluster/routes.go,
// noobaa-operator deploy/internal/route-s3.yaml.
const (
	RouteSecure = "ocs-storagecluster-cephobjectstore-secure"
	RoutePlain  = "ocs-storagecluster-cephobjectstore"
	RouteNooBaa = "s3"

	domain = "-openshift-storage.apps.e2e.example.com"
)

// The hosts of stores that no Route and no Service of the cluster leads to: a Ceph cluster's
// and a load balancer's, with a CA of their administrator, and a provider's.
const (
	ExternalHost, ExternalPort = "rgw.ceph.example.com", 8443
	BalancerHost, BalancerPort = "s3.example.com", 8443
	ProviderHost, ProviderPort = "s3.provider.example.com", 443
)

// StorageClusterKind has no Go type here.
var StorageClusterKind = schema.GroupVersionKind{Group: "ocs.openshift.io", Version: "v1", Kind: "StorageCluster"}

// openGateway makes the object stores reachable by the names of their Routes and Services.
func (c *Cluster) openGateway(ip string) error {
	for name, ca := range map[string]**pki.CA{
		"ingress-operator": &c.IngressCA, "openshift-service-serving-signer": &c.ServiceCA,
		"ceph administrator": &c.CephCA, "public authority": &c.SystemCA,
	} {
		var err error
		if *ca, err = pki.NewCA(name); err != nil {
			return err
		}
	}
	c.Gateway = bucket.NewGateway(ip, c.Store)
	for host, ca := range map[string]*pki.CA{
		RouteSecure + domain: c.IngressCA,
		RoutePlain + domain:  c.IngressCA,
		RouteNooBaa + domain: c.IngressCA,
		bucket.Rook.Host:     c.ServiceCA,
		bucket.NooBaa.Host:   c.ServiceCA,
		ExternalHost:         c.CephCA,
		BalancerHost:         c.CephCA,
		ProviderHost:         c.SystemCA,
	} {
		if err := c.Gateway.Name(host, ca); err != nil {
			return err
		}
	}
	return errors.Join(
		c.Gateway.Listen("http", 80), c.Gateway.Listen("https", 443), c.Gateway.Listen("https", ExternalPort),
	)
}

// seed makes what is there before anything of the product is.
func (c *Cluster) seed(ctx context.Context) error {
	if err := c.ensureNamespaces(ctx); err != nil {
		return err
	}
	for _, object := range c.seedObjects() {
		status := object.DeepCopyObject().(client.Object)
		if err := c.Client.Create(ctx, object); client.IgnoreAlreadyExists(err) != nil {
			return err
		}
		if !hasStatus(status) {
			continue
		}
		if err := c.Client.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		status.SetResourceVersion(object.GetResourceVersion())
		if err := c.Client.Status().Update(ctx, status); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) ensureNamespaces(ctx context.Context) error {
	for _, name := range []string{RegistryNamespace, StorageNamespace, ConfigNamespace, ManagedNamespace, MonitoringNamespace} {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if err := client.IgnoreAlreadyExists(c.Client.Create(ctx, ns)); err != nil {
			return err
		}
	}
	return nil
}

func hasStatus(object client.Object) bool {
	switch object.(type) {
	case *configv1.Infrastructure, *unstructured.Unstructured, *corev1.Node:
		return true
	default:
		return false
	}
}

func (c *Cluster) seedObjects() []client.Object {
	return []client.Object{
		newNode(kubelet.Nodes[0]), newNode(kubelet.Nodes[1]), imagePullerRole(),
		&configv1.Infrastructure{
			ObjectMeta: metav1.ObjectMeta{Name: "cluster"},
			Status: configv1.InfrastructureStatus{
				InfrastructureName: "e2e-x7k2p", PlatformStatus: &configv1.PlatformStatus{Type: configv1.BareMetalPlatformType},
				ControlPlaneTopology: configv1.HighlyAvailableTopologyMode, InfrastructureTopology: configv1.HighlyAvailableTopologyMode,
			},
		},
		storageClass("ocs-storagecluster-ceph-rgw", bucket.Rook.Name, map[string]string{
			"objectStoreName": "ocs-storagecluster-cephobjectstore", "objectStoreNamespace": StorageNamespace, "region": "us-east-1",
		}),
		storageClass("openshift-storage.noobaa.io", bucket.NooBaa.Name, map[string]string{"bucketclass": "noobaa-default-bucket-class"}),
		storageClass("ocs-storagecluster-cephfs", "openshift-storage.cephfs.csi.ceph.com", nil),
		storageClass("ocs-storagecluster-ceph-rbd", "openshift-storage.rbd.csi.ceph.com", nil),
		storageCluster("Ready"),
		route(RouteSecure, bucket.Rook), route(RoutePlain, bucket.Rook), route(RouteNooBaa, bucket.NooBaa),
		configMap(ManagedNamespace, "default-ingress-cert", "ca-bundle.crt", c.IngressCA.Bundle()),
		configMap(ManagedNamespace, "service-ca", "ca-bundle.crt", c.ServiceCA.Bundle()),
	}
}

func newNode(name string) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Status:     corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}},
	}
}

// storageClass deletes with the claim, as all of ODF's do: ocs-operator
// pkg/util/storageclasses.go:376-395.
func storageClass(name, provisioner string, parameters map[string]string) *storagev1.StorageClass {
	return &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: provisioner, Parameters: parameters,
		ReclaimPolicy: ptr.To(corev1.PersistentVolumeReclaimDelete),
	}
}

func storageCluster(phase string) *unstructured.Unstructured {
	sc := &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"phase": phase}}}
	sc.SetGroupVersionKind(StorageClusterKind)
	sc.SetNamespace(StorageNamespace)
	sc.SetName("ocs-storagecluster")
	return sc
}

// route leads to the Service of a store, as those of ODF do.
func route(name string, store bucket.Kind) *routev1.Route {
	service, _, _ := strings.Cut(store.Host, ".")
	return &routev1.Route{
		ObjectMeta: metav1.ObjectMeta{Namespace: StorageNamespace, Name: name},
		Spec:       routev1.RouteSpec{Host: name + domain, To: routev1.RouteTargetReference{Kind: "Service", Name: service}},
	}
}

func configMap(namespace, name, key, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Data: map[string]string{key: value}}
}
