package v1alpha1

// Bootstrap is the Job in the cluster that fills the registry's Secret and
// switches its storage.
type Bootstrap struct {
	// Namespace holds the Job and all that it needs. Never
	// openshift-image-registry: its NetworkPolicy denies all traffic from 4.22
	// on, and a failed Job there degrades the image pruner.
	Namespace       string `yaml:"namespace,omitempty"`
	CreateNamespace *bool  `yaml:"createNamespace,omitempty"`
	// Image is any image with bash and oc.
	Image string `yaml:"image,omitempty"`
	// Timeout is a Go duration: the Job fails when it is over.
	Timeout string `yaml:"timeout,omitempty"`
	// AllowStorageSwitch lets the Job replace storage that may hold images.
	AllowStorageSwitch bool              `yaml:"allowStorageSwitch,omitempty"`
	Reconcile          Reconcile         `yaml:"reconcile,omitempty"`
	Resources          *Resources        `yaml:"resources,omitempty"`
	NodeSelector       map[string]string `yaml:"nodeSelector,omitempty"`
	Tolerations        []Toleration      `yaml:"tolerations,omitempty"`
	ImagePullSecrets   []LocalReference  `yaml:"imagePullSecrets,omitempty"`
}

// Reconcile repeats the Job on a schedule, for rotated credentials and CAs and
// for drift.
type Reconcile struct {
	// Schedule is a cron expression; empty means no CronJob.
	Schedule string `yaml:"schedule,omitempty"`
}

// LocalReference names an object in the same namespace.
type LocalReference struct {
	Name string `yaml:"name"`
}
