package doctor

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

type volumeClaim struct {
	Spec struct {
		AccessModes      []string `json:"accessModes"`
		VolumeName       string   `json:"volumeName"`
		StorageClassName string   `json:"storageClassName"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

// volumeClaim is the PersistentVolumeClaim that Config names.
func (e *exam) volumeClaim() (volumeClaim, cluster.Object, bool) {
	c, o := e.config()
	if c == nil || c.storage.PVC == nil || c.storage.PVC.Claim == "" {
		return volumeClaim{}, o, false
	}
	claim, o, present, absent := read[volumeClaim](e, cluster.VolumeClaims, registryNamespace, c.storage.PVC.Claim)
	if absent && e.check.Code == "volume-unbound" && !c.isRemoved() {
		e.found(o, "", "is not there")
	}
	return claim, o, present
}

var volumeChecks = []Check{
	{
		Code: "volume-unbound", Severity: kptfn.Error, Looks: "the PersistentVolumeClaim that Config names", Trap: "T20",
		Why: "Without its volume no pod of the registry starts.",
		Fix: "Find out why its provisioner does not fill it: oc describe it.",
		look: func(e *exam) {
			if claim, o, ok := e.volumeClaim(); ok && claim.Status.Phase != "Bound" && !e.isRemoved() {
				e.found(o, "status.phase", "is %q and not Bound%s", claim.Status.Phase, e.lastEvent(o))
			}
		},
	},
	{
		Code: "volume-lost", Severity: kptfn.Error,
		Looks: "the PersistentVolume of the PersistentVolumeClaim that Config names",
		Why:   "The images are on the volume, not in its claim.",
		Fix:   "Look at the volume and at its driver: oc describe persistentvolumes.",
		look: func(e *exam) {
			claim, _, ok := e.volumeClaim()
			if !ok || claim.Spec.VolumeName == "" {
				return
			}
			v, o, present, absent := read[store](e, cluster.Volumes, "", claim.Spec.VolumeName)
			switch {
			case absent:
				e.found(o, "", "is not there")
			case present && v.Status.Phase != "Bound":
				e.found(o, "status.phase", "is %q and not Bound", v.Status.Phase)
			}
		},
	},
	{
		Code: "volume-rollout", Severity: kptfn.Error, Trap: "T19",
		Looks: "the accessModes of the PersistentVolumeClaim, and spec.rolloutStrategy of Config",
		Why:   "A volume for one node keeps the new pod of a rollout waiting for the old one, and that one for the new one.",
		Fix:   "Set spec.registry.rolloutStrategy: Recreate in the profile, or use a claim with ReadWriteMany.",
		look: func(e *exam) {
			c, _ := e.config()
			claim, o, ok := e.volumeClaim()
			shared := slices.Contains(claim.Spec.AccessModes, "ReadWriteMany")
			if ok && c != nil && c.Spec.RolloutStrategy != "Recreate" && !shared {
				e.found(o, "spec.accessModes", "has no ReadWriteMany while rolloutStrategy is %q", c.Spec.RolloutStrategy)
			}
		},
	},
	{
		Code: "volume-deleting", Severity: kptfn.Error, Looks: "the PersistentVolumeClaim that Config names", Trap: "T9",
		Why: "It goes with the last pod that uses it, and every image with it.",
		Fix: "Copy the images while the registry runs, and set the reclaim policy of its volume to Retain.",
		look: func(e *exam) {
			if _, o, ok := e.volumeClaim(); ok && o.Metadata.DeletionTimestamp != "" {
				e.found(o, "metadata.deletionTimestamp", "is being deleted")
			}
		},
	},
	{
		Code: "volume-replicas", Severity: kptfn.Error, Trap: "T19",
		Looks: "the accessModes of the PersistentVolumeClaim, and spec.replicas of Config",
		Why:   "A volume for one node cannot serve several pods: the second one hangs.",
		Fix:   "Set replicas: 1 and rolloutStrategy: Recreate, or use a claim with ReadWriteMany.",
		look: func(e *exam) {
			c, _ := e.config()
			claim, o, ok := e.volumeClaim()
			if ok && c != nil && c.replicas() > 1 && !slices.Contains(claim.Spec.AccessModes, "ReadWriteMany") {
				e.found(o, "spec.accessModes", "has no ReadWriteMany while the registry has %d replicas", c.replicas())
			}
		},
	},
}
