package doctor

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

type pruner struct {
	Spec struct {
		Schedule string `json:"schedule"`
		Suspend  bool   `json:"suspend"`
	} `json:"spec"`
	Status struct {
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

var prunerChecks = []Check{
	{
		Code: "pruner-missing", Severity: kptfn.Warning, Looks: "ImagePruner cluster", Trap: "T11",
		Why: "The operator makes one with its defaults, which keep images for 60 minutes only.",
		Fix: "Deliver the profile with its pruner.",
		look: func(e *exam) {
			if _, o, _, absent := read[pruner](e, cluster.ImagePruners, "", "cluster"); absent {
				e.found(o, "", "is not there")
			}
		},
	},
	{
		Code: "pruner-suspended", Severity: kptfn.Warning, Looks: "spec.suspend of ImagePruner", Trap: "T34",
		Why: "Images that nobody needs stay, and the storage fills up.",
		Fix: "Set spec.pruner.suspend: false in the profile, if that is not meant.",
		look: func(e *exam) {
			if p, o, present, _ := read[pruner](e, cluster.ImagePruners, "", "cluster"); present && p.Spec.Suspend {
				e.found(o, "spec.suspend", "is true")
			}
		},
	},
	{
		Code: "pruner-unscheduled", Severity: kptfn.Warning, Looks: "spec.schedule of ImagePruner", Trap: "T34",
		Why: "An empty schedule prunes daily, it does not stop.",
		Fix: "Write a schedule, or suspend: true to stop it.",
		look: func(e *exam) {
			p, o, present, _ := read[pruner](e, cluster.ImagePruners, "", "cluster")
			if present && p.Spec.Schedule == "" && !p.Spec.Suspend {
				e.found(o, "spec.schedule", "is empty")
			}
		},
	},
	{
		Code: "pruner-failed", Severity: kptfn.Warning, Looks: "the conditions of ImagePruner", Trap: "T18",
		Why: "The last run has failed, so that nothing is pruned; ClusterOperator image-registry is degraded by it.",
		Fix: "Read the log of its Job in " + registryNamespace + "; delete that Job once the cause is gone.",
		look: func(e *exam) {
			p, o, _, _ := read[pruner](e, cluster.ImagePruners, "", "cluster")
			for _, name := range []string{"Failed", "Degraded"} {
				if c := conditionOf(p.Status.Conditions, name); c.Status == "True" {
					e.found(o, "status.conditions", "%s is True: %s", name, c.says())
				}
			}
		},
	},
}
