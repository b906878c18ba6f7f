package doctor

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

type store struct {
	Status struct {
		Phase      string      `json:"phase"`
		Conditions []condition `json:"conditions"`
		Ceph       struct {
			Health string `json:"health"`
		} `json:"ceph"`
	} `json:"status"`
}

// phaseOf looks at the phase of every object of a kind.
func phaseOf(kind cluster.Kind, good ...string) func(e *exam) {
	return func(e *exam) {
		stores, _ := list[store](e, kind, "")
		for _, s := range stores {
			if phase := s.value.Status.Phase; !slices.Contains(good, phase) {
				e.found(s.Object, "status.phase", "is %q and not %s", phase, good[0])
			}
		}
	}
}

var odfChecks = []Check{
	{
		Code: "odf-missing", Severity: kptfn.Error, Looks: "the claims that are not Bound, their StorageClass, and all StorageClusters",
		Why:  "Without OpenShift Data Foundation nothing serves the claim.",
		Fix:  "Install OpenShift Data Foundation and create a StorageCluster: oc get storageclusters -A.",
		look: lookForODF,
	},
	{
		Code: "storagecluster-not-ready", Severity: kptfn.Warning, Looks: "status.phase of every StorageCluster",
		Why:  "Classes, Routes and stores come from the StorageCluster.",
		Fix:  "Its conditions say why: oc describe storageclusters -A.",
		look: phaseOf(cluster.StorageClusters, "Ready"),
	},
	{
		Code: "ceph-error", Severity: kptfn.Error, Looks: "the health of every CephCluster",
		Why: "With HEALTH_ERR Ceph may refuse to read or to write.",
		Fix: "Look at the details: oc describe cephclusters -A.",
		look: func(e *exam) {
			stores, _ := list[store](e, cluster.CephClusters, "")
			for _, s := range stores {
				if s.value.Status.Ceph.Health == "HEALTH_ERR" {
					e.found(s.Object, "status.ceph.health", "is HEALTH_ERR")
				}
			}
		},
	},
	{
		Code: "ceph-warning", Severity: kptfn.Info, Looks: "the health of every CephCluster",
		Why: "Ceph serves, but something is about to fail, such as a disk that fills up.",
		Fix: "Look at the details: oc describe cephclusters -A.",
		look: func(e *exam) {
			stores, _ := list[store](e, cluster.CephClusters, "")
			for _, s := range stores {
				if s.value.Status.Ceph.Health == "HEALTH_WARN" {
					e.found(s.Object, "status.ceph.health", "is HEALTH_WARN")
				}
			}
		},
	},
	{
		Code: "backingstore-not-ready", Severity: kptfn.Warning, Looks: "status.phase of every BackingStore",
		Why:  "The buckets of the Multicloud Object Gateway are in its BackingStores, and with them perhaps the registry's.",
		Fix:  "Its conditions say why: oc describe backingstores -A.",
		look: phaseOf(cluster.BackingStores, "Ready"),
	},
	{
		Code: "objectstore-not-ready", Severity: kptfn.Warning, Looks: "status.phase of every CephObjectStore",
		Why:  "A Ceph object gateway does not serve its buckets, among which the registry's may be.",
		Fix:  "The log of the rook-ceph-operator says why.",
		look: phaseOf(cluster.CephObjectStores, "Ready", "Connected"),
	},
	{
		Code: "noobaa-not-ready", Severity: kptfn.Warning, Looks: "status.phase of every NooBaa",
		Why:  "The Multicloud Object Gateway does not serve its buckets, among which the registry's may be.",
		Fix:  "Its conditions and those of its BackingStores say why: oc describe noobaas,backingstores -A.",
		look: phaseOf(cluster.NooBaas, "Ready"),
	},
	{
		Code: "store-pods", Severity: kptfn.Error, Looks: "the pods of the Service at which the bucket is",
		Why: "Without a pod that is ready nothing answers at the store.",
		Fix: "Find out why its pods are not ready: oc describe pods, in that namespace.",
		look: func(e *exam) {
			claim, ok := e.theClaim()
			if !ok {
				return
			}
			where, _, present, _ := read[configMap](e, cluster.ConfigMaps, claim.Metadata.Namespace, claim.Metadata.Name)
			if namespace, name := serviceOf(where.Data["BUCKET_HOST"]); present && name != "" {
				e.lookAtService(namespace, name)
			}
		},
	},
}

type service struct {
	Spec struct {
		Selector map[string]string `json:"selector"`
	} `json:"spec"`
}

// lookAtService needs no name of a pod: the Service selects those that serve the bucket.
func (e *exam) lookAtService(namespace, name string) {
	s, o, present, absent := read[service](e, cluster.Services, namespace, name)
	if absent {
		e.found(o, "", "is not there")
	}
	if !present || len(s.Spec.Selector) == 0 {
		return
	}
	pods, complete := list[pod](e, cluster.Pods, namespace)
	pods = slices.DeleteFunc(pods, func(p item[pod]) bool {
		for key, value := range s.Spec.Selector {
			if p.Metadata.Labels[key] != value {
				return true
			}
		}
		return false
	})
	ready := slices.ContainsFunc(pods, func(p item[pod]) bool {
		return conditionOf(p.value.Status.Conditions, "Ready").Status == "True"
	})
	if complete && !ready {
		e.found(o, "spec.selector", "has no pod that is ready, of %d", len(pods))
	}
}

// odfStore is what is known of a store of ODF.
type odfStore struct {
	// encrypts says that it takes the headers that ask for encryption.
	encrypts bool
}

// storeOfODF finds the store of ODF to which a host leads, by the names that Rook and NooBaa give
// to their Services. Others have their stores on a cluster, too.
func (e *exam) storeOfODF(host string) (found odfStore, ok bool) {
	for _, at := range e.servicesAt(host) {
		namespace, service := at[0], at[1]
		name := strings.TrimPrefix(service, "rook-ceph-rgw-")
		store, _, present, _ := read[objectStore](e, cluster.CephObjectStores, namespace, name)
		if present {
			return odfStore{encrypts: store.Spec.Security.S3 != nil}, true
		}
		if gateways, _ := list[struct{}](e, cluster.NooBaas, namespace); len(gateways) > 0 && service == "s3" {
			return odfStore{}, true
		}
	}
	return odfStore{}, false
}

type objectStore struct {
	Spec struct {
		Security struct {
			S3 *struct{} `json:"s3"`
		} `json:"security"`
	} `json:"spec"`
}

// lookForODF tells only what a claim waits for: client clusters have no StorageCluster, and
// their claims are served. Where the class of the claim is there, something serves it.
func lookForODF(e *exam) {
	claims, _ := e.claims()
	unbound := slices.IndexFunc(claims, func(c item[bucketClaim]) bool { return c.value.Status.Phase != "Bound" })
	if unbound < 0 {
		return
	}
	c := claims[unbound]
	if class := c.value.Spec.StorageClassName; class != "" {
		if _, _, _, absent := read[storageClass](e, cluster.StorageClasses, "", class); !absent {
			return
		}
	}
	stores, complete := list[store](e, cluster.StorageClusters, "")
	if complete && len(stores) == 0 {
		e.found(c.Object, "status.phase", "is %q, and there is no StorageCluster", c.value.Status.Phase)
	}
}
