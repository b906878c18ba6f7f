package doctor

import (
	"encoding/json"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"maps"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

const (
	managedByLabel = generators.ManagedByLabel
	managedByValue = generators.ManagedBy

	registryNamespace = v1alpha1.ImageRegistryNamespace
	configNamespace   = v1alpha1.CANamespace
	managedNamespace  = "openshift-config-managed"
	registryName      = "image-registry"
	caKey             = v1alpha1.CAKey
	confirmPrefix     = v1alpha1.Group + "/confirm-"
)

type condition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// says is the reason and the message of a condition.
func (c condition) says() string { return strings.Trim(c.Reason+": "+c.Message, ": ") }

func conditionOf(all []condition, name string) condition {
	i := slices.IndexFunc(all, func(c condition) bool { return c.Type == name })
	if i < 0 {
		return condition{}
	}
	return all[i]
}

type s3Storage struct {
	Bucket         string `json:"bucket"`
	RegionEndpoint string `json:"regionEndpoint"`
	TrustedCA      struct {
		Name string `json:"name"`
	} `json:"trustedCA"`
}

type storage struct {
	S3  *s3Storage `json:"s3"`
	PVC *struct {
		Claim string `json:"claim"`
	} `json:"pvc"`
	EmptyDir        *struct{} `json:"emptyDir"`
	ManagementState string    `json:"managementState"`
}

type config struct {
	Spec struct {
		ManagementState string                     `json:"managementState"`
		Replicas        int                        `json:"replicas"`
		DisableRedirect bool                       `json:"disableRedirect"`
		NodeSelector    map[string]string          `json:"nodeSelector"`
		Tolerations     []any                      `json:"tolerations"`
		Affinity        any                        `json:"affinity"`
		Storage         map[string]json.RawMessage `json:"storage"`
	} `json:"spec"`
	Status struct {
		Conditions []condition `json:"conditions"`
	} `json:"status"`

	storage storage
}

// config returns Config. It is nil where it is not there, which is a finding of one check.
func (e *exam) config() (*config, cluster.Object) {
	c, o, present, _ := read[config](e, cluster.Configs, "", "cluster")
	if !present {
		return nil, o
	}
	content, _ := json.Marshal(c.Spec.Storage)
	if err := json.Unmarshal(content, &c.storage); err != nil {
		e.unseen = append(e.unseen, "spec.storage of Config cluster cannot be read")
		return nil, o
	}
	return &c, o
}

// s3 returns the S3 storage of the registry. It is nil where there is none.
func (e *exam) s3() (*config, *s3Storage, cluster.Object) {
	c, o := e.config()
	if c == nil {
		return nil, nil, o
	}
	return c, c.storage.S3, o
}

// placesItsPods tells whether Config itself says on which nodes pods run.
func (c *config) placesItsPods() bool {
	return len(c.Spec.NodeSelector)+len(c.Spec.Tolerations) > 0 || c.Spec.Affinity != nil
}

// backends are the kinds of storage in Config.
func (c *config) backends() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.Spec.Storage)), func(key string) bool {
		return key == "managementState" || string(c.Spec.Storage[key]) == "null"
	})
}

var configChecks = []Check{
	{
		Code: "config-missing", Severity: kptfn.Error, Looks: "Config cluster of imageregistry.operator.openshift.io",
		Why: "Without Config there is no registry. The operator makes it anew at its start.",
		Fix: "Check that capability ImageRegistry is enabled and that the cluster-image-registry-operator runs.",
		look: func(e *exam) {
			if _, _, _, absent := read[config](e, cluster.Configs, "", "cluster"); absent {
				e.missing(cluster.Configs, "", "cluster")
			}
		},
	},
	{
		Code: "registry-removed", Severity: kptfn.Error, Looks: "spec.managementState of Config", Trap: "T6",
		Why: "With Removed there is no registry: the operator has taken it down.",
		Fix: "Let the Job run, which sets Managed together with the storage.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && c.Spec.ManagementState == "Removed" {
				e.found(o, "spec.managementState", "is Removed")
			}
		},
	},
	{
		Code: "registry-unmanaged", Severity: kptfn.Error, Looks: "spec.managementState of Config", Trap: "T37",
		Why: "With Unmanaged the operator does nothing: neither the storage nor new credentials reach the registry.",
		Fix: "Let the Job run, or set spec.managementState: Managed once the storage in Config is right.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && c.Spec.ManagementState == "Unmanaged" {
				e.found(o, "spec.managementState", "is Unmanaged")
			}
		},
	},
	{
		Code: "storage-none", Severity: kptfn.Error, Looks: "spec.storage of Config", Trap: "T6",
		Why: "A registry without storage does not start, and its operator is degraded.",
		Fix: "Deliver a profile, whose Job sets the storage.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && len(c.backends()) == 0 && c.Spec.ManagementState != "Removed" {
				e.found(o, "spec.storage", "names no storage")
			}
		},
	},
	{
		Code: "storage-two", Severity: kptfn.Error, Looks: "spec.storage of Config", Trap: "T1",
		Why: "The operator takes exactly one storage, and is degraded with more.",
		Fix: "Set all but the one with the images to null in one patch.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && len(c.backends()) > 1 {
				e.found(o, "spec.storage", "has several storages: %s", strings.Join(c.backends(), ", "))
			}
		},
	},
	{
		Code: "storage-empty-dir", Severity: kptfn.Error, Looks: "spec.storage of Config", Trap: "T1",
		Why: "An emptyDir loses every image with its pod.",
		Fix: "Deliver a profile, whose Job replaces it; images that are needed have to be pushed again.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && c.storage.EmptyDir != nil {
				e.found(o, "spec.storage.emptyDir", "is the storage of the registry")
			}
		},
	},
	{
		Code: "storage-managed", Severity: kptfn.Warning, Looks: "spec.storage.managementState of Config", Trap: "T2",
		Why: "With Managed the operator empties and deletes the bucket when the registry is removed.",
		Fix: "Let the Job run, which writes Unmanaged.",
		look: func(e *exam) {
			c, o := e.config()
			if c != nil && c.storage.ManagementState == "Managed" && (c.storage.S3 != nil || c.storage.PVC != nil) {
				e.found(o, "spec.storage.managementState", "is Managed")
			}
		},
	},
	{
		Code: "confirmation-left", Severity: kptfn.Warning, Looks: "annotations of Config and of the claims",
		Why: "A confirmation that is left lets the next deletion or move of the storage pass.",
		Fix: "Remove the annotation, unless the confirmed change is about to be made.",
		look: func(e *exam) {
			objects := []cluster.Object{}
			if c, o := e.config(); c != nil {
				objects = append(objects, o)
			}
			for _, kind := range []cluster.Kind{cluster.BucketClaims, cluster.VolumeClaims} {
				claims, _ := list[struct{}](e, kind, registryNamespace)
				for _, claim := range claims {
					objects = append(objects, claim.Object)
				}
			}
			for _, o := range objects {
				for _, key := range slices.Sorted(maps.Keys(o.Metadata.Annotations)) {
					if strings.HasPrefix(key, confirmPrefix) {
						e.found(o, "metadata.annotations", "has the annotation %s", key)
					}
				}
			}
		},
	},
}
