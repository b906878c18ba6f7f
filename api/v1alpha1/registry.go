package v1alpha1

// Registry is Config.spec of imageregistry.operator.openshift.io/v1, under
// upstream's own names, without what the Job or the operator owns: storage,
// httpSecret, observedConfig, unsupportedConfigOverrides.
type Registry struct {
	// ManagementState is Managed or Removed. The Job writes it, together with the storage.
	ManagementState string `yaml:"managementState,omitempty"`
	Replicas        *int   `yaml:"replicas,omitempty"`
	// RolloutStrategy is RollingUpdate or Recreate.
	RolloutStrategy           string                     `yaml:"rolloutStrategy,omitempty"`
	DefaultRoute              *bool                      `yaml:"defaultRoute,omitempty"`
	DisableRedirect           *bool                      `yaml:"disableRedirect,omitempty"`
	ReadOnly                  *bool                      `yaml:"readOnly,omitempty"`
	Routes                    []RegistryRoute            `yaml:"routes,omitempty"`
	Resources                 *Resources                 `yaml:"resources,omitempty"`
	NodeSelector              map[string]string          `yaml:"nodeSelector,omitempty"`
	Tolerations               []Toleration               `yaml:"tolerations,omitempty"`
	Affinity                  *Affinity                  `yaml:"affinity,omitempty"`
	TopologySpreadConstraints []TopologySpreadConstraint `yaml:"topologySpreadConstraints,omitempty"`
	Requests                  *Requests                  `yaml:"requests,omitempty"`
	Proxy                     *Proxy                     `yaml:"proxy,omitempty"`
	LogLevel                  string                     `yaml:"logLevel,omitempty"`
	OperatorLogLevel          string                     `yaml:"operatorLogLevel,omitempty"`
}

// The values of Registry.ManagementState. Unmanaged would stop the operator, and is no
// state that a Job can bring about: it says that somebody runs the registry by hand.
const (
	Managed = "Managed"
	Removed = "Removed"
)

// The values of Registry.RolloutStrategy.
const (
	RollingUpdate = "RollingUpdate"
	Recreate      = "Recreate"
)

// RegistryRoute is an additional Route to the registry.
type RegistryRoute struct {
	Name     string `yaml:"name"`
	Hostname string `yaml:"hostname,omitempty"`
	// SecretName names a Secret in openshift-image-registry with the keys
	// tls.crt, tls.key and tls.cacrt.
	SecretName string `yaml:"secretName,omitempty"`
}

// Requests bounds the requests that a registry pod serves at once.
type Requests struct {
	Read  *RequestLimits `yaml:"read,omitempty"`
	Write *RequestLimits `yaml:"write,omitempty"`
}

// RequestLimits bounds one kind of request.
type RequestLimits struct {
	MaxRunning *int `yaml:"maxRunning,omitempty"`
	MaxInQueue *int `yaml:"maxInQueue,omitempty"`
	// MaxWaitInQueue is a Go duration such as "90s".
	MaxWaitInQueue string `yaml:"maxWaitInQueue,omitempty"`
}

// Proxy is the proxy that the registry uses towards other registries and its
// storage. URLs with a password are refused: they would stand in Git.
type Proxy struct {
	HTTP    string `yaml:"http,omitempty"`
	HTTPS   string `yaml:"https,omitempty"`
	NoProxy string `yaml:"noProxy,omitempty"`
}

// Pruner is ImagePruner.spec of imageregistry.operator.openshift.io/v1, under
// upstream's own names.
type Pruner struct {
	// Schedule is a cron expression. The operator reads an empty one as daily.
	Schedule         string `yaml:"schedule,omitempty"`
	Suspend          *bool  `yaml:"suspend,omitempty"`
	KeepTagRevisions *int   `yaml:"keepTagRevisions,omitempty"`
	// KeepYoungerThan, in nanoseconds, is upstream's deprecated form.
	KeepYoungerThan *int64 `yaml:"keepYoungerThan,omitempty"`
	// KeepYoungerThanDuration is a Go duration such as "720h".
	KeepYoungerThanDuration      string            `yaml:"keepYoungerThanDuration,omitempty"`
	IgnoreInvalidImageReferences *bool             `yaml:"ignoreInvalidImageReferences,omitempty"`
	SuccessfulJobsHistoryLimit   *int              `yaml:"successfulJobsHistoryLimit,omitempty"`
	FailedJobsHistoryLimit       *int              `yaml:"failedJobsHistoryLimit,omitempty"`
	Resources                    *Resources        `yaml:"resources,omitempty"`
	NodeSelector                 map[string]string `yaml:"nodeSelector,omitempty"`
	Tolerations                  []Toleration      `yaml:"tolerations,omitempty"`
	Affinity                     *Affinity         `yaml:"affinity,omitempty"`
	LogLevel                     string            `yaml:"logLevel,omitempty"`
}
