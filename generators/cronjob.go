package generators

import (
	"time"
)

// startingDeadline is how late a run may begin, as when the control plane is upgraded.
const startingDeadline = time.Hour

type cronJob struct {
	Spec cronJobSpec `yaml:"spec"`
}

type cronJobSpec struct {
	Schedule                   string          `yaml:"schedule"`
	StartingDeadlineSeconds    int             `yaml:"startingDeadlineSeconds"`
	ConcurrencyPolicy          string          `yaml:"concurrencyPolicy"`
	SuccessfulJobsHistoryLimit int             `yaml:"successfulJobsHistoryLimit"`
	FailedJobsHistoryLimit     int             `yaml:"failedJobsHistoryLimit"`
	JobTemplate                cronJobTemplate `yaml:"jobTemplate"`
}

type cronJobTemplate struct {
	Metadata metadata `yaml:"metadata"`
	Spec     jobSpec  `yaml:"spec"`
}

var cronJobGenerator = Generator{
	Order:      620,
	APIVersion: "batch/v1",
	Kind:       "CronJob",
	Stage:      StageAfter,
	Class:      ClassScript,
	Doc:        "repeats the Job every night, for rotated credentials and CAs and for drift",
	generate: func(p *expansion) []object {
		if !*p.Spec.Bootstrap.Reconcile.Enabled {
			return nil
		}
		spec := newJobSpec(timeout(p), newPodTemplate(p, parameters(p)))
		return []object{newCronJob(p, reconcileName(p), p.Spec.Bootstrap.Reconcile.Schedule, spec)}
	},
}

func newCronJob(p *expansion, name, schedule string, spec jobSpec) object {
	return object{p.Spec.Bootstrap.Namespace, name, cronJob{cronJobSpec{
		Schedule:                   schedule,
		StartingDeadlineSeconds:    int(startingDeadline / time.Second),
		ConcurrencyPolicy:          "Forbid",
		SuccessfulJobsHistoryLimit: 1,
		FailedJobsHistoryLimit:     3,
		JobTemplate: cronJobTemplate{
			Metadata: metadata{Labels: map[string]string{ManagedByLabel: ManagedBy}},
			Spec:     spec,
		},
	}}}
}

// reconcileName begins the names of the CronJob's Jobs, too.
func reconcileName(p *expansion) string { return p.Metadata.Name + "-reconcile" }
