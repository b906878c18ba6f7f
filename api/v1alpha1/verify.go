package v1alpha1

// Verify is the smoke test: a Job in the cluster that pushes an image to the registry, once
// it is on its storage, and lets nodes pull it.
type Verify struct {
	// Enabled is true by default, unless the registry is read-only or removed: nothing can be
	// pushed then.
	Enabled *bool `yaml:"enabled,omitempty"`
	// Namespace holds the image and the pods that pull it, and nothing else. It is not that
	// of the bootstrap Job: whoever may start a pod there can act as its ServiceAccount.
	Namespace       string `yaml:"namespace,omitempty"`
	CreateNamespace *bool  `yaml:"createNamespace,omitempty"`
	// Timeout is a Go duration: what the test itself may take. It does not count the time
	// in which the bootstrap Job may still be at work.
	Timeout string      `yaml:"timeout,omitempty"`
	Nodes   VerifyNodes `yaml:"nodes,omitempty"`
	// Schedule is that of a CronJob, in UTC, that repeats the test. By default there is none:
	// the test runs once for each version of the profile. One hour after the schedule of
	// bootstrap.reconcile is a good time.
	Schedule string `yaml:"schedule,omitempty"`
}

// VerifyNodes says which nodes pull the image.
type VerifyNodes struct {
	// Count is how many do. The scheduler chooses them.
	Count *int `yaml:"count,omitempty"`
	// TopologyKey is the label of nodes by whose value no two of them are alike: a node each,
	// or one in each zone.
	TopologyKey  string            `yaml:"topologyKey,omitempty"`
	NodeSelector map[string]string `yaml:"nodeSelector,omitempty"`
	Tolerations  []Toleration      `yaml:"tolerations,omitempty"`
}

// takesPushes tells whether the registry that the profile describes takes images.
func (r *Registry) takesPushes() bool {
	return r.ManagementState == Managed && (r.ReadOnly == nil || !*r.ReadOnly)
}
