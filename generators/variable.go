package generators

// The variables of the script that tell a reader of manifests what the Job needs.
const (
	// ClaimNamespaceVariable and ClaimNameVariable name the claim that the Job waits for.
	ClaimNamespaceVariable = "CLAIM_NAMESPACE"
	ClaimNameVariable      = "CLAIM_NAME"
	// BackendVariable says what the claim is of: BackendS3 or BackendVolume.
	BackendVariable = "BACKEND"
	// ClaimClassVariable and AccessModeVariable say what the claim must be.
	ClaimClassVariable = "CLAIM_CLASS"
	AccessModeVariable = "ACCESS_MODE"
	// These say what the Job writes into Config beside the storage.
	ReplicasVariable        = "REPLICAS"
	RolloutStrategyVariable = "ROLLOUT_STRATEGY"
	DisableRedirectVariable = "DISABLE_REDIRECT"
	// TrustedCAVariable names the ConfigMap with the CA. The Job writes it if
	// CASourceVariable says what from.
	TrustedCAVariable = "TRUSTED_CA"
	CASourceVariable  = "CA_SOURCE_NAME"
	// PermissionVariable names what may be left, in the Job alone.
	PermissionVariable = "LEAVE_STORAGE"
	// These name the Job that the smoke test waits for, and ImageVariable its image.
	BootstrapNamespaceVariable = "BOOTSTRAP" + NamespaceSuffix
	BootstrapJobVariable       = "BOOTSTRAP_JOB"
	ImageVariable              = "IMAGE_NAME"
	// These tell what the smoke test does: where, and on which nodes.
	PullNamespaceVariable = "PULL" + NamespaceSuffix
	NodesVariable         = "NODES"
	TopologyKeyVariable   = "TOPOLOGY_KEY"
	NodeSelectorVariable  = "NODE_SELECTOR"
	TolerationsVariable   = "TOLERATIONS"
	// NamespaceSuffix ends the variables that name a namespace in which the Job reads.
	NamespaceSuffix = "_NAMESPACE"
)

// The values of BackendVariable.
const (
	BackendS3     = "s3"
	BackendVolume = "pvc"
)
