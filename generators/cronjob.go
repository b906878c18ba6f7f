package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type cronJob struct {
	Spec cronJobSpec `yaml:"spec"`
}

type cronJobSpec struct {
	Schedule                   string          `yaml:"schedule"`
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
	Doc:        "repeats the Job, for rotated credentials and CAs and for drift",
	generate: func(p *v1alpha1.RegistryProfile) []object {
		schedule := p.Spec.Bootstrap.Reconcile.Schedule
		if schedule == "" {
			return nil
		}
		return []object{{p.Spec.Bootstrap.Namespace, p.Metadata.Name + "-reconcile", cronJob{cronJobSpec{
			Schedule:                   schedule,
			ConcurrencyPolicy:          "Forbid",
			SuccessfulJobsHistoryLimit: 1,
			FailedJobsHistoryLimit:     3,
			JobTemplate: cronJobTemplate{
				Metadata: metadata{Labels: map[string]string{ManagedByLabel: ManagedBy}},
				Spec:     newJobSpec(p, parameters(p)),
			},
		}}}}
	},
}
