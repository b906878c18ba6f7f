package doctor

import (
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/robfig/cron/v3"

	"github.com/registryprofile/registry-profile/cluster"
)

type pruner struct {
	Spec struct {
		Schedule string `json:"schedule"`
		Suspend  bool   `json:"suspend"`
		// Younger are nanoseconds, which the duration beats.
		Younger                      *int64  `json:"keepYoungerThan"`
		YoungerDuration              *string `json:"keepYoungerThanDuration"`
		IgnoreInvalidImageReferences bool    `json:"ignoreInvalidImageReferences"`
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
			if _, o, _, absent := read[pruner](e, cluster.ImagePruners, "", "cluster"); absent && !e.isDisabled() {
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
		Code: "pruner-schedule-unreadable", Severity: kptfn.Error, Looks: "spec.schedule of ImagePruner", Trap: "T18",
		Why: "The operator makes no CronJob of a schedule that is none: nothing is pruned, and it is degraded.",
		Fix: "Write five fields, such as 0 0 * * * for every midnight.",
		look: func(e *exam) {
			p, o, present, _ := read[pruner](e, cluster.ImagePruners, "", "cluster")
			if !present || p.Spec.Schedule == "" {
				return
			}
			if _, err := cron.ParseStandard(p.Spec.Schedule); err != nil {
				e.found(o, "spec.schedule", "%q is no schedule", p.Spec.Schedule)
			}
		},
	},
	{
		Code: "pruner-unreadable", Severity: kptfn.Error, Looks: "spec.keepYoungerThanDuration of ImagePruner", Trap: "T17",
		Why: "The API server accepts 30d, and the operator cannot read any ImagePruner then.",
		Fix: "Write hours, such as 720h for 30 days.",
		look: func(e *exam) {
			p, o, present, _ := read[pruner](e, cluster.ImagePruners, "", "cluster")
			if !present || p.Spec.YoungerDuration == nil {
				return
			}
			if _, err := time.ParseDuration(*p.Spec.YoungerDuration); err != nil {
				e.found(o, "spec.keepYoungerThanDuration", "%q is no duration that the operator can read", *p.Spec.YoungerDuration)
			}
		},
	},
	{
		Code: "pruner-keeps-little", Severity: kptfn.Warning, Trap: "T11",
		Looks: "spec.keepYoungerThanDuration and keepYoungerThan of ImagePruner",
		Why:   "Images are pruned while somebody still works with them. keepYoungerThan counts nanoseconds.",
		Fix:   "Set spec.pruner.keepYoungerThanDuration in the profile, such as 720h.",
		look:  lookAtAgeOfImages,
	},
	{
		Code: "pruner-invalid-references", Severity: kptfn.Warning,
		Looks: "spec.ignoreInvalidImageReferences of ImagePruner",
		Why:   "A single invalid reference anywhere in the cluster fails every run, and degrades the ClusterOperator.",
		Fix:   "Set spec.pruner.ignoreInvalidImageReferences: true in the profile.",
		look: func(e *exam) {
			p, o, present, _ := read[pruner](e, cluster.ImagePruners, "", "cluster")
			if present && !p.Spec.Suspend && !p.Spec.IgnoreInvalidImageReferences {
				e.found(o, "spec.ignoreInvalidImageReferences", "is false")
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

// lookAtAgeOfImages gives no verdict on what cannot be read, for which there is another check.
func lookAtAgeOfImages(e *exam) {
	p, o, present, _ := read[pruner](e, cluster.ImagePruners, "", "cluster")
	if !present || p.Spec.Suspend {
		return
	}
	var kept time.Duration
	var err error
	switch field := "spec.keepYoungerThanDuration"; {
	case p.Spec.YoungerDuration != nil:
		if kept, err = time.ParseDuration(*p.Spec.YoungerDuration); err == nil && kept < time.Hour {
			e.found(o, field, "keeps images for %s only", kept)
		}
	case p.Spec.Younger == nil:
		e.found(o, field, "is unset: images are kept for 60 minutes only")
	case time.Duration(*p.Spec.Younger) < time.Hour:
		e.found(o, "spec.keepYoungerThan", "keeps images for %s only", time.Duration(*p.Spec.Younger))
	}
}
