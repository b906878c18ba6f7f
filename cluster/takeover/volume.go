package takeover

import (
	"cmp"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
)

// operatorsClaim is what an empty claim means to the operator
// (cluster-image-registry-operator, pkg/defaults/defaults.go).
const operatorsClaim = "image-registry-storage"

// volumeBackends are the drivers of ODF's volumes, by the end of their names, and what a
// class of each is named after the StorageCluster.
var volumeBackends = []struct{ driver, backend, suffix string }{
	{".cephfs.csi.ceph.com", "cephfs", "-cephfs"}, {".rbd.csi.ceph.com", "rbd", "-ceph-rbd"},
}

// volume finds out what kind of volume it is.
func (d *draft) volume(pvc map[string]any) (*store, error) {
	name, ok := textOf(pvc, "claim")
	if !ok {
		return nil, blindness("Config cluster cannot be read: spec.storage.pvc.claim is of another type")
	}
	name = cmp.Or(name, operatorsClaim)
	claim, o, present := read[struct {
		Spec fields `json:"spec"`
	}](d, cluster.VolumeClaims, v1alpha1.ImageRegistryNamespace, name)
	if !present {
		return nil, refuse(noClaim, d.config, "spec.storage.pvc.claim",
			"names PersistentVolumeClaim %q, which is not there, or could not be seen", name)
	}
	if err := remains(o); err != nil {
		return nil, err
	}
	class, _ := textOf(claim.Spec, "storageClassName")
	const provisioner = "volume.kubernetes.io/storage-provisioner" // written by Kubernetes' controllers
	driver := d.classOf(class, o.Metadata.Annotations[provisioner])
	for _, b := range volumeBackends {
		if !strings.HasSuffix(driver, b.driver) {
			continue
		}
		d.storageCluster(class, b.suffix)
		s := &store{
			backend: b.backend, claim: o,
			choices: []map[string]any{{}}, apart: map[string]any{"storageClassName": class},
			made: map[string]any{"claimName": name, "size": sizeOf(claim.Spec)},
			from: map[string]string{
				"claimName": "Config cluster, spec.storage.pvc.claim", "existingClaim": "Config cluster, spec.storage.pvc.claim",
				"size": o.String() + ", spec.resources.requests.storage", "storageClassName": o.String() + ", spec",
			},
		}
		return s, nil
	}
	if driver == "" {
		return nil, refuse(noClaim, o, "spec.storageClassName", "names class %q, whose provisioner could not be seen", class)
	}
	return nil, refuse(otherStorage, o, "spec.storageClassName", "names class %q of %q, which is not CephFS or Ceph RBD",
		class, driver)
}

func sizeOf(spec fields) any {
	resources, _ := spec["resources"].(map[string]any)
	requests, _ := resources["requests"].(map[string]any)
	return requests["storage"]
}

// remains refuses a claim that goes, and its images with it.
func remains(o cluster.Object) error {
	if o.Metadata.DeletionTimestamp == "" {
		return nil
	}
	err := refuse(noClaim, o, "metadata.deletionTimestamp", "is being deleted, and every image with it")
	err.advice = "Copy the images as long as they are there, and find out who has deleted the claim."
	return err
}
