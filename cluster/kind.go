package cluster

import (
	"sync"

	"github.com/registryprofile/registry-profile/internal/ynode"
)

// Kind is a kind of objects that is read.
type Kind struct {
	Group string
	// Versions are those that say the same of what is read, the one to ask for first.
	Versions []string
	// Resource is the plural that stands in paths.
	Resource   string
	Name       string
	Namespaced bool

	// concealed are the paths of fields that hold credentials. They are dropped on reading.
	concealed [][]string
	// dumped are files of other names that hold a list of the kind in a dump: below the
	// folder of a namespace, or of the resources without one.
	dumped []string
}

// String returns the name by which oc knows the kind, such as "routes.route.openshift.io".
func (k Kind) String() string {
	if k.Group == "" {
		return k.Resource
	}
	return k.Resource + "." + k.Group
}

// is tells whether two are the same kind.
func (k Kind) is(other Kind) bool { return k.Group == other.Group && k.Resource == other.Resource }

var (
	v1       = []string{"v1"}
	v1alpha1 = []string{"v1alpha1"}
)

// The kinds of Kubernetes.
var (
	ConfigMaps      = Kind{Versions: v1, Resource: "configmaps", Name: "ConfigMap", Namespaced: true}
	Events          = Kind{Versions: v1, Resource: "events", Name: "Event", Namespaced: true}
	Namespaces      = Kind{Versions: v1, Resource: "namespaces", Name: "Namespace"}
	Nodes           = Kind{Versions: v1, Resource: "nodes", Name: "Node"}
	Pods            = Kind{Versions: v1, Resource: "pods", Name: "Pod", Namespaced: true}
	ResourceQuotas  = Kind{Versions: v1, Resource: "resourcequotas", Name: "ResourceQuota", Namespaced: true}
	ServiceAccounts = Kind{Versions: v1, Resource: "serviceaccounts", Name: "ServiceAccount", Namespaced: true}
	Services        = Kind{Versions: v1, Resource: "services", Name: "Service", Namespaced: true}
	Volumes         = Kind{Versions: v1, Resource: "persistentvolumes", Name: "PersistentVolume"}
	VolumeClaims    = Kind{
		Versions: v1, Resource: "persistentvolumeclaims", Name: "PersistentVolumeClaim", Namespaced: true,
	}
	// Secrets are read without their values: see Value.
	Secrets = Kind{
		Versions: v1, Resource: "secrets", Name: "Secret", Namespaced: true,
		concealed: [][]string{{"data"}, {"stringData"}},
	}
	EndpointSlices = Kind{
		Group: "discovery.k8s.io", Versions: v1, Resource: "endpointslices", Name: "EndpointSlice", Namespaced: true,
	}
	StorageClasses  = Kind{Group: "storage.k8s.io", Versions: v1, Resource: "storageclasses", Name: "StorageClass"}
	NetworkPolicies = Kind{
		Group: "networking.k8s.io", Versions: v1, Resource: "networkpolicies", Name: "NetworkPolicy", Namespaced: true,
	}
	Deployments = Kind{Group: "apps", Versions: v1, Resource: "deployments", Name: "Deployment", Namespaced: true}
	Jobs        = Kind{Group: "batch", Versions: v1, Resource: "jobs", Name: "Job", Namespaced: true}
	CronJobs    = Kind{Group: "batch", Versions: v1, Resource: "cronjobs", Name: "CronJob", Namespaced: true}

	Roles        = Kind{Group: rbacGroup, Versions: v1, Resource: "roles", Name: "Role", Namespaced: true}
	RoleBindings = Kind{Group: rbacGroup, Versions: v1, Resource: "rolebindings", Name: "RoleBinding", Namespaced: true}
	ClusterRoles = Kind{Group: rbacGroup, Versions: v1, Resource: "clusterroles", Name: "ClusterRole"}

	ClusterRoleBindings = Kind{
		Group: rbacGroup, Versions: v1, Resource: "clusterrolebindings", Name: "ClusterRoleBinding",
	}

	AdmissionPolicies = Kind{
		Group: "admissionregistration.k8s.io", Versions: []string{"v1", "v1beta1"},
		Resource: "validatingadmissionpolicies", Name: "ValidatingAdmissionPolicy",
	}
	AdmissionPolicyBindings = Kind{
		Group: "admissionregistration.k8s.io", Versions: []string{"v1", "v1beta1"},
		Resource: "validatingadmissionpolicybindings", Name: "ValidatingAdmissionPolicyBinding",
	}
)

const (
	rbacGroup     = "rbac.authorization.k8s.io"
	registryGroup = "imageregistry.operator.openshift.io"
	configGroup   = "config.openshift.io"
)

// The kinds of OpenShift.
var (
	Configs = Kind{
		Group: registryGroup, Versions: v1, Resource: "configs", Name: "Config",
		concealed: [][]string{{"spec", "httpSecret"}},
	}
	ImagePruners = Kind{Group: registryGroup, Versions: v1, Resource: "imagepruners", Name: "ImagePruner"}
	Routes       = Kind{
		Group: "route.openshift.io", Versions: v1, Resource: "routes", Name: "Route", Namespaced: true,
		concealed: [][]string{{"spec", "tls", "key"}},
	}
	ClusterOperators = Kind{Group: configGroup, Versions: v1, Resource: "clusteroperators", Name: "ClusterOperator"}
	ClusterVersions  = Kind{Group: configGroup, Versions: v1, Resource: "clusterversions", Name: "ClusterVersion"}
	Infrastructures  = Kind{Group: configGroup, Versions: v1, Resource: "infrastructures", Name: "Infrastructure"}
	ImageConfigs     = Kind{Group: configGroup, Versions: v1, Resource: "images", Name: "Image"}
	Proxies          = Kind{Group: configGroup, Versions: v1, Resource: "proxies", Name: "Proxy"}
	DigestMirrorSets = Kind{
		Group: configGroup, Versions: v1, Resource: "imagedigestmirrorsets", Name: "ImageDigestMirrorSet",
	}
	TagMirrorSets = Kind{Group: configGroup, Versions: v1, Resource: "imagetagmirrorsets", Name: "ImageTagMirrorSet"}
	AlertingRules = Kind{
		Group: "monitoring.openshift.io", Versions: v1, Resource: "alertingrules", Name: "AlertingRule", Namespaced: true,
	}
	// ContentSourcePolicies are what DigestMirrorSets were before OpenShift 4.13.
	ContentSourcePolicies = Kind{
		Group: "operator.openshift.io", Versions: v1alpha1,
		Resource: "imagecontentsourcepolicies", Name: "ImageContentSourcePolicy",
	}
)

// The kinds of OpenShift Data Foundation.
var (
	// BucketClaims are collected by ODF's must-gather only.
	BucketClaims = Kind{
		Group: "objectbucket.io", Versions: v1alpha1,
		Resource: "objectbucketclaims", Name: "ObjectBucketClaim", Namespaced: true,
	}
	Buckets = Kind{Group: "objectbucket.io", Versions: v1alpha1, Resource: "objectbuckets", Name: "ObjectBucket"}
	// StorageClusters are written by ODF's must-gather as "oc get" prints them.
	StorageClusters = Kind{
		Group: "ocs.openshift.io", Versions: v1, Resource: "storageclusters", Name: "StorageCluster", Namespaced: true,
		dumped: []string{"oc_output/storagecluster.yaml"},
	}
	CephClusters = Kind{
		Group: "ceph.rook.io", Versions: v1, Resource: "cephclusters", Name: "CephCluster", Namespaced: true,
	}
	CephObjectStores = Kind{
		Group: "ceph.rook.io", Versions: v1, Resource: "cephobjectstores", Name: "CephObjectStore", Namespaced: true,
	}
	NooBaas       = Kind{Group: "noobaa.io", Versions: v1alpha1, Resource: "noobaas", Name: "NooBaa", Namespaced: true}
	BackingStores = Kind{
		Group: "noobaa.io", Versions: v1alpha1, Resource: "backingstores", Name: "BackingStore", Namespaced: true,
	}
	BucketClasses = Kind{
		Group: "noobaa.io", Versions: v1alpha1, Resource: "bucketclasses", Name: "BucketClass", Namespaced: true,
	}
)

// The kinds by which the engines deliver.
var (
	ArgoApplications = Kind{
		Group: "argoproj.io", Versions: v1alpha1, Resource: "applications", Name: "Application", Namespaced: true,
	}
	FluxKustomizations = Kind{
		Group: "kustomize.toolkit.fluxcd.io", Versions: []string{"v1", "v1beta2"},
		Resource: "kustomizations", Name: "Kustomization", Namespaced: true,
	}
)

// Kinds returns all kinds that are read.
func Kinds() []Kind {
	return []Kind{
		ConfigMaps, Events, Namespaces, Nodes, Pods, ResourceQuotas, ServiceAccounts, Services, Volumes, VolumeClaims,
		Secrets, EndpointSlices, StorageClasses, NetworkPolicies, Deployments, Jobs, CronJobs,
		Roles, RoleBindings, ClusterRoles, ClusterRoleBindings, AdmissionPolicies, AdmissionPolicyBindings,
		Configs, ImagePruners, Routes, ClusterOperators, ClusterVersions, Infrastructures, ImageConfigs, Proxies,
		DigestMirrorSets, TagMirrorSets, ContentSourcePolicies, AlertingRules,
		BucketClaims, Buckets, StorageClusters, CephClusters, CephObjectStores, NooBaas, BackingStores, BucketClasses,
		ArgoApplications, FluxKustomizations,
	}
}

// kindsByName are the Kinds by their group and name.
var kindsByName = sync.OnceValue(func() map[ynode.ID]Kind {
	kinds := map[ynode.ID]Kind{}
	for _, k := range Kinds() {
		kinds[ynode.ID{Group: k.Group, Kind: k.Name}] = k
	}
	return kinds
})

// KindOf returns the kind of objects that say an apiVersion and a kind of themselves.
func KindOf(apiVersion, name string) (Kind, bool) {
	kind, ok := kindsByName()[ynode.ID{Group: ynode.Group(apiVersion), Kind: name}]
	return kind, ok
}
