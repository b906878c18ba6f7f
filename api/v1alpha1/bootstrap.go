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
	// LeaveStorage names storage that may hold images and that the Job may leave behind.
	// Each item is good for one switch. The CronJob does not get it.
	LeaveStorage []StorageReference `yaml:"leaveStorage,omitempty"`
	Reconcile    Reconcile          `yaml:"reconcile,omitempty"`
	Resources    *Resources         `yaml:"resources,omitempty"`
	// NetworkPolicy adds one that lets the Job's pods out to the API server and DNS, and
	// nothing in. It is false by default: a port of the API server other than 6443 is not known.
	NetworkPolicy    *bool             `yaml:"networkPolicy,omitempty"`
	NodeSelector     map[string]string `yaml:"nodeSelector,omitempty"`
	Tolerations      []Toleration      `yaml:"tolerations,omitempty"`
	ImagePullSecrets []LocalReference  `yaml:"imagePullSecrets,omitempty"`
}

// Reconcile repeats the Job on a schedule, for rotated credentials and CAs and
// for drift.
type Reconcile struct {
	// Enabled is true by default where something rotates, which is on an object store, and
	// where the profile has a schedule.
	Enabled *bool `yaml:"enabled,omitempty"`
	// Schedule is a cron expression, by default a minute of the night that the profile's
	// name decides.
	Schedule string `yaml:"schedule,omitempty"`
}

// StorageReference names a storage as Config.spec.storage does, by exactly one field.
type StorageReference struct {
	// Bucket is that of s3.
	Bucket string `yaml:"bucket,omitempty"`
	// Claim is that of pvc.
	Claim string `yaml:"claim,omitempty"`
	// Backend is one of the others, such as swift: there is no more to name of them.
	Backend string `yaml:"backend,omitempty"`
}

// LocalReference names an object in the same namespace.
type LocalReference struct {
	Name string `yaml:"name"`
}
