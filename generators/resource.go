package generators

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Metadata by which a later run finds what an earlier one emitted.
const (
	ManagedByLabel    = "app.kubernetes.io/managed-by"
	ManagedBy         = "registry-profile"
	ProfileAnnotation = v1alpha1.Group + "/profile"
)

// MergedAnnotation marks an object of the user's own that a profile has found where one of
// its resources would stand. It lists the fields that the profile sets, as JSON pointers,
// so that a field that leaves the profile leaves the object too; none of a claim, which is
// adopted as it is. Such an object is never removed.
const MergedAnnotation = v1alpha1.Group + "/merged"

// FilledAnnotation holds the defaults that filled gaps of a merged object, as a JSON
// object of values by JSON pointer. A field that still has its value is a default; one
// that has another is the user's own by now.
const FilledAnnotation = v1alpha1.Group + "/filled"

// ConfirmDeletionAnnotation with the value "true" lets a guarded object be deleted. It is
// set in the cluster, for one deletion, and never in Git.
const ConfirmDeletionAnnotation = v1alpha1.Group + "/confirm-deletion"

// ConfirmStorageAnnotation names the storage to which an administrator moves the registry
// by hand, past the Job. It counts in the request that sets it.
const ConfirmStorageAnnotation = v1alpha1.Group + "/confirm-storage-change"

// GuardFinalizer keeps a policy in force when it is deleted together with what it guards,
// as by "oc delete -f" of all manifests. No admission policy can guard another one.
const GuardFinalizer = v1alpha1.Group + "/guard"

// ContentAnnotation holds the hash of what an object says beside its metadata, as it was
// emitted, where a change would take away what it permits or refuses. So a change is told
// from an object that another version of the program has emitted.
const ContentAnnotation = v1alpha1.Group + "/content"

// SingletonName is the name of the Config and the ImagePruner that the operator reads.
const SingletonName = "cluster"

// ProfileOf returns the name of the profile that an object's metadata say it was
// generated from or merged with, or "".
func ProfileOf(labels, annotations map[string]string) string {
	if labels[ManagedByLabel] != ManagedBy {
		return ""
	}
	return annotations[ProfileAnnotation]
}

// Resource is one emitted object, with what a reader needs to know about it.
type Resource struct {
	*yaml.RNode
	Stage Stage
	Class Class
	// Existing says that the profile does not make the object, see ExistingClaim.
	Existing bool

	order int
	named bool
}

// FileName returns the name of the resource's file in a folder. It begins with the
// order number of its generator, so a folder that is applied in the order of its names
// is applied in ours, and another kind renames no file. It has no hash of a content, so
// a change is a change of one file.
func (r Resource) FileName() string {
	suffix := ""
	if r.named {
		suffix = "-" + r.GetNamespace()
	}
	return fmt.Sprintf("%03d-%s%s.yaml", r.order, strings.ToLower(r.GetKind()), suffix)
}

// Stage says when a resource is applied: every resource of a stage is there before the
// first one of the next.
type Stage int

// The stages, in order.
const (
	StageBase   Stage = iota // what the Job needs
	StageSwitch              // the Job, a volume that waits for its first pod, and what watches the Job
	StageAfter               // what must not precede the switch
	StageProof               // what shows that the registry works with all of it
)

// Class says how a resource is protected.
type Class int

// The classes.
const (
	ClassPlumbing Class = iota // may come and go with the profile
	ClassScript                // holds shell, which no engine may substitute in
	ClassClaim                 // holds the images: losing it loses them
	ClassShared                // belongs to the operator too: a partial object
	ClassGuard                 // protects the claims, which stay when the profile leaves Git
)

// Kept tells whether the object must stay in the cluster when it leaves Git.
func (c Class) Kept() bool { return c == ClassClaim || c == ClassShared || c == ClassGuard }

// metadata is the part of ObjectMeta that is emitted.
type metadata struct {
	Name        string            `yaml:"name,omitempty"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
	Finalizers  []string          `yaml:"finalizers,omitempty"`
}

// header opens every emitted object.
type header struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
}

// bootstrapName is the name of what belongs to the Job.
func bootstrapName(p *expansion) string {
	return p.Metadata.Name + "-bootstrap"
}

// hash shortens content to what a name can carry.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:4])
}
