package verdict

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// Parameters are the environment of the Job's container, by the names of the variables.
type Parameters map[string]string

// The kinds of storage, as BACKEND says them.
const (
	objectStore = "s3"
	volume      = "pvc"
)

func (p Parameters) backend() string { return p["BACKEND"] }

// state is the managementState that the profile wants.
func (p Parameters) state() string { return cmp.Or(p["MANAGEMENT_STATE"], v1alpha1.Managed) }

func (p Parameters) claim() string { return p["CLAIM_NAMESPACE"] + "/" + p["CLAIM_NAME"] }

// theClaim names the claim as messages do.
func (p Parameters) theClaim() string {
	if p.backend() == volume {
		return "PersistentVolumeClaim " + p.claim()
	}
	return "ObjectBucketClaim " + p.claim()
}

// claimResource is the claim's kind as oc knows it.
func (p Parameters) claimResource() string {
	if p.backend() == volume {
		return "persistentvolumeclaims"
	}
	return "objectbucketclaims.objectbucket.io"
}

// permission is the variable that names what may be left.
const permission = "LEAVE_STORAGE"

// mayLeave tells whether the profile allows to leave an item, such as "bucket=old".
func (p Parameters) mayLeave(item string) bool { return hasWord(p[permission], item) }

// WithoutPermission returns the parameters of the CronJob, which has no permission to leave a
// storage: it would use it at night.
func (p Parameters) WithoutPermission() Parameters {
	rest := maps.Clone(p)
	delete(rest, permission)
	return rest
}

func hasWord(words, word string) bool { return slices.Contains(strings.Split(words, " "), word) }
