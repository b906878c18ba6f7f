package doctor

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
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
	Bucket             string `json:"bucket"`
	Region             string `json:"region"`
	RegionEndpoint     string `json:"regionEndpoint"`
	Encrypt            bool   `json:"encrypt"`
	KeyID              string `json:"keyID"`
	VirtualHostedStyle bool   `json:"virtualHostedStyle"`
	TrustedCA          struct {
		Name string `json:"name"`
	} `json:"trustedCA"`
}

type storage struct {
	S3  *s3Storage
	PVC *struct {
		Claim string `json:"claim"`
	}
	EmptyDir        *struct{}
	ManagementState string
}

// drivers are the storages that the operator has a driver for. The API knows oss, too.
var drivers = []string{"azure", "emptyDir", "gcs", "ibmcos", "pvc", "s3", "swift"}

// limits are those of one kind of requests.
type limits struct {
	MaxWaitInQueue *string `json:"maxWaitInQueue"`
}

type config struct {
	Metadata struct {
		Generation int64 `json:"generation"`
	} `json:"metadata"`
	Spec struct {
		ManagementState string            `json:"managementState"`
		Replicas        *int              `json:"replicas"`
		RolloutStrategy string            `json:"rolloutStrategy"`
		ReadOnly        bool              `json:"readOnly"`
		DisableRedirect bool              `json:"disableRedirect"`
		DefaultRoute    bool              `json:"defaultRoute"`
		Overrides       map[string]any    `json:"unsupportedConfigOverrides"`
		NodeSelector    map[string]string `json:"nodeSelector"`
		Tolerations     []any             `json:"tolerations"`
		Affinity        any               `json:"affinity"`
		Spread          []any             `json:"topologySpreadConstraints"`
		Requests        struct {
			Read  limits `json:"read"`
			Write limits `json:"write"`
		} `json:"requests"`
		Routes []struct {
			Name string `json:"name"`
		} `json:"routes"`
		Storage map[string]json.RawMessage `json:"storage"`
	} `json:"spec"`
	Status struct {
		ObservedGeneration int64                      `json:"observedGeneration"`
		Storage            map[string]json.RawMessage `json:"storage"`
		Conditions         []condition                `json:"conditions"`
	} `json:"status"`

	storage, setUp storage // spec.storage and status.storage
}

// replicas is the number of the registry's pods.
func (c *config) replicas() int {
	if c.Spec.Replicas == nil {
		return 0
	}
	return *c.Spec.Replicas
}

// isRemoved tells whether no registry is wanted.
func (c *config) isRemoved() bool { return c.Spec.ManagementState == v1alpha1.Removed }

// isManaged tells whether the operator runs the registry.
func (c *config) isManaged() bool { return c.Spec.ManagementState == "Managed" }

// config returns Config, which nobody may change. It is nil where it is not there, which is a
// finding of one check.
func (e *exam) config() (*config, cluster.Object) {
	c, answer := e.readConfig()
	if !known(answer.Outcome) {
		e.blind(nameless(cluster.Configs, "", "cluster").String(), answer.Outcome)
	}
	if c == nil {
		return nil, nameless(cluster.Configs, "", "cluster")
	}
	return c, answer.Object
}

// readConfig reads what nearly every check looks at.
func readConfig(ctx context.Context, reader cluster.Reader) (*config, cluster.Answer) {
	c, answer := cluster.Read[config](ctx, reader, cluster.Configs, "", "cluster")
	if answer.State != cluster.Present {
		return nil, answer
	}
	if c.storage.read(c.Spec.Storage) != nil || c.setUp.read(c.Status.Storage) != nil {
		return nil, cluster.Answer{Outcome: cluster.Outcome{State: cluster.Failed, Why: "its storage is of another type"}}
	}
	return &c, answer
}

// read reads the fields of just these names, as the operator does: to the library of JSON
// capital letters are the same as small ones.
func (s *storage) read(fields map[string]json.RawMessage) error {
	for key, into := range map[string]any{
		"s3": &s.S3, "pvc": &s.PVC, "emptyDir": &s.EmptyDir, "managementState": &s.ManagementState,
	} {
		if content, ok := fields[key]; ok {
			if err := json.Unmarshal(content, into); err != nil {
				return err
			}
		}
	}
	return nil
}

// isRemoved tells whether no registry is wanted.
func (e *exam) isRemoved() bool {
	c, _ := e.config()
	return c != nil && c.isRemoved()
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
	return len(c.Spec.NodeSelector)+len(c.Spec.Tolerations)+len(c.Spec.Spread) > 0 || c.Spec.Affinity != nil
}

// backends are the kinds of storage in Config.
func (c *config) backends() []string { return backendsOf(c.Spec.Storage) }

func backendsOf(storage map[string]json.RawMessage) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(storage)), func(key string) bool {
		return key == "managementState" || string(storage[key]) == "null"
	})
}

var configChecks = []Check{
	{
		Code: "config-missing", Severity: kptfn.Error, Looks: "Config cluster of imageregistry.operator.openshift.io",
		Why: "Without Config there is no registry. The operator makes it anew at its start.",
		Fix: "Check that capability ImageRegistry is enabled and that the cluster-image-registry-operator runs.",
		look: func(e *exam) {
			if _, _, _, absent := read[config](e, cluster.Configs, "", "cluster"); absent && !e.isDisabled() {
				e.missing(cluster.Configs, "", "cluster")
			}
		},
	},
	{
		Code: "registry-removed", Severity: kptfn.Error, Looks: "spec.managementState of Config", Trap: "T6",
		Why: "With Removed there is no registry: the operator has taken it down, and keeps its images if the storage is Unmanaged.",
		Fix: "If a registry is wanted, let the Job run, which sets Managed together with the storage; " +
			"if not, say Removed in the profile, and doctor is silent.",
		look: func(e *exam) {
			wanted := e.Profile != nil && e.Profile.Spec.Registry.ManagementState == v1alpha1.Removed
			if c, o := e.config(); c != nil && c.isRemoved() && !wanted {
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
			c, o := e.config()
			if c == nil || c.isRemoved() {
				return
			}
			known := func(backend string) bool { return slices.Contains(drivers, backend) }
			if all := c.backends(); len(all) == 0 {
				e.found(o, "spec.storage", "names no storage")
			} else if !slices.ContainsFunc(all, known) {
				e.found(o, "spec.storage", "names %s, for which the operator has no driver", strings.Join(all, ", "))
			}
		},
	},
	{
		Code: "storage-bucket", Severity: kptfn.Error, Looks: "spec.storage.s3.bucket of Config",
		Why: "Without a bucket the operator tries to make one, which the credentials of a claim do not allow.",
		Fix: "Let the Job run, which writes the bucket of the claim.",
		look: func(e *exam) {
			if _, s3, o := e.s3(); s3 != nil && s3.Bucket == "" && !e.isAmazons(s3) {
				e.found(o, "spec.storage.s3.bucket", "is empty")
			}
		},
	},
	{
		Code: "config-unreadable", Severity: kptfn.Error, Looks: "maxWaitInQueue in spec.requests of Config", Trap: "T17",
		Why:  "The API server accepts 30d, and the operator cannot read Config then.",
		Fix:  "Write hours, minutes or seconds, such as 720h for 30 days.",
		look: lookAtRequests,
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
		Why: "With Managed the operator empties and deletes the bucket, or deletes the volume's claim, " +
			"when the registry is removed.",
		Fix:  "Let the Job run, which writes Unmanaged.",
		look: lookWhetherManaged,
	},
	{
		Code: "config-deleting", Severity: kptfn.Error, Looks: "metadata.deletionTimestamp of Config", Trap: "T10",
		Why: "With Config the operator takes the registry down.",
		Fix: "Find out who has deleted it; the operator makes a new one, and the Job sets its storage again.",
		look: func(e *exam) {
			c, o := e.config()
			switch {
			case c == nil || o.Metadata.DeletionTimestamp == "":
			case c.storage.ManagementState == "Managed":
				e.advise("Its images go with it: copy them now. Set spec.storage.managementState: Unmanaged at once, "+
					"if the storage is still there.", o, "metadata.deletionTimestamp", "is being deleted while its storage is Managed")
			default:
				e.found(o, "metadata.deletionTimestamp", "is being deleted")
			}
		},
	},
	{
		Code: "management-state-ignored", Severity: kptfn.Warning, Looks: "spec.managementState of Config", Trap: "T33",
		Why: "Force is accepted and ignored: the registry stays as it is, whatever changes.",
		Fix: "Let the Job run, which sets Managed together with the storage.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && c.Spec.ManagementState == "Force" {
				e.found(o, "spec.managementState", "is Force")
			}
		},
	},
	{
		Code: "storage-region", Severity: kptfn.Error, Looks: "spec.storage.s3.region of Config", Trap: "T5",
		Why: "With an endpoint of its own and without a region the registry does not start.",
		Fix: "Let the Job run, which writes the profile's region; any name will do, such as us-east-1.",
		look: func(e *exam) {
			if _, s3, o := e.s3(); s3 != nil && s3.RegionEndpoint != "" && s3.Region == "" {
				e.found(o, "spec.storage.s3.region", "is empty")
			}
		},
	},
	{
		Code: "storage-encrypted", Severity: kptfn.Error, Looks: "spec.storage.s3.encrypt and keyID of Config", Trap: "T16",
		Why: "ODF's stores refuse what asks for encryption by a header: pushes fail. ODF encrypts at rest by itself.",
		Fix: "Let the Job run, which writes encrypt: false.",
		look: func(e *exam) {
			_, s3, o := e.s3()
			if s3 == nil || !s3.Encrypt && s3.KeyID == "" {
				return
			}
			if store, ok := e.storeOfODF(hostOf(s3.RegionEndpoint)); ok && !store.encrypts {
				e.found(o, "spec.storage.s3.encrypt", "asks a store of this cluster for encryption")
			}
		},
	},
	{
		Code: "storage-virtual-host", Severity: kptfn.Warning, Looks: "spec.storage.s3.virtualHostedStyle of Config",
		Why: "The bucket becomes a part of the host's name, for which a store of this cluster needs names and certificates.",
		Fix: "Let the Job run, which writes virtualHostedStyle: false.",
		look: func(e *exam) {
			_, s3, o := e.s3()
			if s3 != nil && s3.VirtualHostedStyle && e.isInCluster(hostOf(s3.RegionEndpoint)) {
				e.found(o, "spec.storage.s3.virtualHostedStyle", "is true for a store of this cluster")
			}
		},
	},
	{
		Code: "storage-not-followed", Severity: kptfn.Warning, Looks: "spec.storage and status.storage of Config",
		Why:  "The registry is still on another storage than Config asks for, or the operator has not looked yet.",
		Fix:  "Read why: oc logs -n " + registryNamespace + " deployment/cluster-image-registry-operator.",
		look: lookWhetherFollowed,
	},
	{
		Code: "storage-applied", Severity: kptfn.Warning, Trap: "T32",
		Looks: "the annotation last-applied-configuration of Config",
		Why:   "Somebody has applied the storage with Config: the next oc apply without it takes the storage away.",
		Fix:   "Let the Job run, which removes the annotation, and take the storage out of what is applied.",
		look: func(e *exam) {
			c, o := e.config()
			applied := o.Metadata.Annotations["kubectl.kubernetes.io/last-applied-configuration"]
			if c != nil && strings.Contains(applied, `"storage"`) {
				e.found(o, "metadata.annotations", "says that oc apply has written spec.storage")
			}
		},
	},
	{
		Code: "replicas-zero", Severity: kptfn.Error, Looks: "spec.replicas of Config", Trap: "T27",
		Why: "Without replicas there is no registry, and its Deployment is invalid.",
		Fix: "Set spec.registry.replicas in the profile to 1 or more.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && c.isManaged() && c.Spec.Replicas != nil && c.replicas() < 1 {
				e.found(o, "spec.replicas", "is %d", c.replicas())
			}
		},
	},
	{
		Code: "registry-read-only", Severity: kptfn.Warning, Looks: "spec.readOnly of Config",
		Why: "Nobody can push: builds fail.",
		Fix: "Set spec.registry.readOnly: false in the profile, if that is not meant.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && c.Spec.ReadOnly {
				e.found(o, "spec.readOnly", "is true")
			}
		},
	},
	{
		Code: "registry-overrides", Severity: kptfn.Warning, Looks: "spec.unsupportedConfigOverrides of Config",
		Why: "Overrides are not supported, and keep the cluster from being updated.",
		Fix: "Remove them: oc edit configs.imageregistry.operator.openshift.io/cluster.",
		look: func(e *exam) {
			if c, o := e.config(); c != nil && len(c.Spec.Overrides) > 0 {
				e.found(o, "spec.unsupportedConfigOverrides", "is set")
			}
		},
	},
	{
		Code: "routes-named-twice", Severity: kptfn.Error, Looks: "spec.routes of Config", Trap: "T29",
		Why: "The operator refuses all of Config for a Route that is named twice, or default-route.",
		Fix: "Give each Route of spec.registry.routes in the profile a name of its own.",
		look: func(e *exam) {
			c, o := e.config()
			if c == nil {
				return
			}
			names := map[string]bool{defaultRoute: true}
			for _, r := range c.Spec.Routes {
				if names[r.Name] {
					e.found(o, "spec.routes", "names %q, which is taken", r.Name)
				}
				names[r.Name] = true
			}
		},
	},
	{
		Code: "default-route-missing", Severity: kptfn.Warning,
		Looks: "spec.defaultRoute of Config, and Route default-route",
		Why:   "From outside of the cluster nobody reaches the registry, though that is wanted.",
		Fix:   "The log of the cluster-image-registry-operator, or the Route's status, says why.",
		look:  lookAtDefaultRoute,
	},
	{
		Code: "config-unmarked", Severity: kptfn.Warning, Looks: "the annotations of Config and ImagePruner", Trap: "T10",
		Why:  "Without its marks an engine that prunes deletes them: without one there is no registry.",
		Fix:  "Deliver both with a profile, or write the marks that docs/engines.md names.",
		look: lookAtMarksOfSingletons,
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
				namespace := registryNamespace // in which the operator looks for volumes
				if kind.Name == cluster.BucketClaims.Name {
					namespace = ""
				}
				claims, _ := list[struct{}](e, kind, namespace)
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

// lookAtRequests reads durations as the operator does.
func lookAtRequests(e *exam) {
	c, o := e.config()
	if c == nil {
		return
	}
	for _, of := range []struct {
		path string
		wait *string
	}{
		{"spec.requests.read.maxWaitInQueue", c.Spec.Requests.Read.MaxWaitInQueue},
		{"spec.requests.write.maxWaitInQueue", c.Spec.Requests.Write.MaxWaitInQueue},
	} {
		if of.wait == nil {
			continue
		}
		if _, err := time.ParseDuration(*of.wait); err != nil {
			e.found(o, of.path, "%q is no duration that the operator can read", *of.wait)
		}
	}
}

// lookWhetherManaged is no warning about a bucket in Amazon's cloud, which is the operator's own.
func lookWhetherManaged(e *exam) {
	c, o := e.config()
	if c == nil || c.storage.ManagementState != "Managed" || c.storage.S3 == nil && c.storage.PVC == nil {
		return
	}
	if c.storage.S3 != nil && e.isAmazons(c.storage.S3) {
		e.tell(kptfn.Info, "That is as it should be for a bucket that the operator has made; copy its images before "+
			"you remove the registry.", o, "spec.storage.managementState", "is Managed")
		return
	}
	e.found(o, "spec.storage.managementState", "is Managed")
}

const defaultRoute = "default-route"

// lookWhetherFollowed compares what decides where images are. A registry that is not run has
// nothing set up.
func lookWhetherFollowed(e *exam) {
	c, o := e.config()
	if c == nil || !c.isManaged() || len(c.backends()) != 1 {
		return
	}
	is, want := c.setUp, c.storage
	kinds, wanted := backendsOf(c.Status.Storage), c.backends()
	switch seen := c.Status.ObservedGeneration; {
	case seen != 0 && seen < c.Metadata.Generation:
		e.found(o, "status.observedGeneration", "is %d, and Config is at %d", seen, c.Metadata.Generation)
	case !slices.Equal(kinds, wanted):
		e.found(o, "status.storage", "is %s, and spec.storage is %s", orNone(kinds), orNone(wanted))
	case want.S3 != nil && (is.S3.Bucket != want.S3.Bucket || is.S3.RegionEndpoint != want.S3.RegionEndpoint ||
		is.S3.TrustedCA != want.S3.TrustedCA):
		e.found(o, "status.storage.s3", "is not yet what spec.storage.s3 is")
	case want.PVC != nil && is.PVC.Claim != want.PVC.Claim:
		e.found(o, "status.storage.pvc", "is not yet what spec.storage.pvc is")
	}
}

func orNone(kinds []string) string {
	if len(kinds) == 0 {
		return "none"
	}
	return strings.Join(kinds, ", ")
}

func lookAtDefaultRoute(e *exam) {
	c, _ := e.config()
	if c == nil || !c.Spec.DefaultRoute || !c.isManaged() {
		return
	}
	r, o, present, absent := read[route](e, cluster.Routes, registryNamespace, defaultRoute)
	switch {
	case absent:
		e.found(o, "", "is not there")
	case present && r.refusal() != "":
		e.found(o, "status.ingress", "is not admitted: %s", r.refusal())
	}
}

func lookAtMarksOfSingletons(e *exam) {
	for _, kind := range []cluster.Kind{cluster.Configs, cluster.ImagePruners} {
		if _, o, present, _ := read[struct{}](e, kind, "", "cluster"); present {
			e.requireMarks(o)
		}
	}
}
