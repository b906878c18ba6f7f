// Package v1alpha1 is the API registryprofile.dev/v1alpha1: its types, schema,
// defaults and rules. Decode is its one entrance.
package v1alpha1

// Identity of the API.
const (
	Group      = "registryprofile.dev"
	Version    = "v1alpha1"
	Kind       = "RegistryProfile"
	APIVersion = Group + "/" + Version
)

// RegistryProfile describes how the internal image registry of one OpenShift
// cluster is put on OpenShift Data Foundation storage. It is read from Git and
// never applied to a cluster.
type RegistryProfile struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   Metadata `yaml:"metadata"`
	Spec       Spec     `yaml:"spec,omitempty"`
}

// Metadata holds what the function reads of an object's metadata.
type Metadata struct {
	// Name is part of the name of everything that is emitted: a DNS label of at
	// most 40 characters.
	Name        string            `yaml:"name"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// Spec is the desired registry. Every field has a default.
type Spec struct {
	// OpenShiftVersion is the cluster's minor version, such as "4.20".
	OpenShiftVersion string     `yaml:"openshiftVersion,omitempty"`
	ODF              ODF        `yaml:"odf,omitempty"`
	Storage          Storage    `yaml:"storage,omitempty"`
	Registry         Registry   `yaml:"registry,omitempty"`
	Pruner           Pruner     `yaml:"pruner,omitempty"`
	Bootstrap        Bootstrap  `yaml:"bootstrap,omitempty"`
	Verify           Verify     `yaml:"verify,omitempty"`
	Protection       Protection `yaml:"protection,omitempty"`
	Alerts           Alerts     `yaml:"alerts,omitempty"`
	Delivery         Delivery   `yaml:"delivery,omitempty"`
}

// ODF names the OpenShift Data Foundation installation.
type ODF struct {
	// Namespace holds the StorageCluster and the object stores' Routes.
	Namespace string `yaml:"namespace,omitempty"`
	// StorageCluster is the name from which ODF derives the names of its storage
	// classes and Routes (ocs-operator, internal/controller/storagecluster).
	StorageCluster string `yaml:"storageCluster,omitempty"`
}

// Protection is what the API server refuses, whoever asks for it.
type Protection struct {
	// AdmissionPolicies adds ValidatingAdmissionPolicies for the claim and Config. It is
	// true by default where the cluster has the kind: from OpenShift 4.17 on, which is
	// Kubernetes 1.30.
	AdmissionPolicies *bool `yaml:"admissionPolicies,omitempty"`
}

// Alerts are those that OpenShift's own monitoring raises when the Job or its CronJob fails.
type Alerts struct {
	// Enabled is true by default: every OpenShift since 4.14 has AlertingRules.
	Enabled *bool `yaml:"enabled,omitempty"`
	// RunbookURL is the page to which every alert leads, with the alert's name behind "#".
	RunbookURL string `yaml:"runbookURL,omitempty"`
}

// Delivery places the resources among others that the same engine delivers.
type Delivery struct {
	ArgoCD ArgoCDDelivery `yaml:"argocd,omitempty"`
}

// ArgoCDDelivery places the resources among an Application's own.
type ArgoCDDelivery struct {
	// BaseWave is the sync wave of the first resources, from -10000 to 10000. The Job
	// follows in the next one, Config and ImagePruner in the one after, the smoke test in the
	// one after that.
	BaseWave int `yaml:"baseWave,omitempty"`
}
