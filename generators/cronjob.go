package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type cronJob struct {
	*typeMeta `yaml:",inline"`
	Spec      cronJobSpec `yaml:"spec"`
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
	Name:    "CronJob",
	Doc:     "repeats the Job, for rotated credentials and CAs and for drift",
	Enabled: func(p *v1alpha1.RegistryProfile) bool { return p.Spec.Bootstrap.Reconcile.Schedule != "" },
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageAfter, ClassScript, cronJob{
			typeMeta: object(p, "batch/v1", "CronJob", p.Spec.Bootstrap.Namespace, p.Metadata.Name+"-reconcile"),
			Spec: cronJobSpec{
				Schedule:                   p.Spec.Bootstrap.Reconcile.Schedule,
				ConcurrencyPolicy:          "Forbid",
				SuccessfulJobsHistoryLimit: 1,
				FailedJobsHistoryLimit:     3,
				JobTemplate: cronJobTemplate{
					Metadata: metadata{Labels: map[string]string{ManagedByLabel: ManagedBy}},
					Spec:     newJobSpec(p),
				},
			},
		})}
	},
}
