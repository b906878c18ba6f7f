package verdict

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
)

const theConfig = "configs.imageregistry.operator.openshift.io/cluster"

// The annotations of Config in which the Job and the admission policy keep what was allowed,
// and kubectl what it has applied.
const (
	leftStorage    = v1alpha1.Group + "/left-storage"
	confirmStorage = v1alpha1.Group + "/confirm-storage-change"
	lastApplied    = "kubectl.kubernetes.io/last-applied-configuration"
)

// config is what is looked at in Config.
type config struct {
	Metadata struct {
		cluster.Metadata
		ManagedFields []managedFields `json:"managedFields"`
	} `json:"metadata"`
	Spec struct {
		ManagementState string  `json:"managementState"`
		RolloutStrategy string  `json:"rolloutStrategy"`
		DisableRedirect bool    `json:"disableRedirect"`
		Storage         storage `json:"storage"`
	} `json:"spec"`
	Status struct {
		Storage storage `json:"storage"`
	} `json:"status"`
}

type managedFields struct {
	Manager     string `json:"manager"`
	Operation   string `json:"operation"`
	Subresource string `json:"subresource"`
	FieldsV1    struct {
		Spec map[string]json.RawMessage `json:"f:spec"`
	} `json:"fieldsV1"`
}

// storage is spec.storage or status.storage of Config, by the kinds of stores in it.
type storage map[string]json.RawMessage

// backends are the kinds of stores, sorted.
func (s storage) backends() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s)), func(key string) bool { return key == "managementState" })
}

func (s storage) managementState() string { return stringAt(s["managementState"]) }

type s3 struct {
	Bucket         string
	RegionEndpoint string
	// set are all fields with a value that means something.
	set map[string]string
}

// s3 returns the S3 storage as far as its fields mean something: the operator leaves out
// what is false and writes out what is empty.
func (s storage) s3() s3 {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal(s["s3"], &fields)
	found := s3{set: map[string]string{}}
	for key, value := range fields {
		if key == "trustedCA" {
			ca := map[string]json.RawMessage{}
			_ = json.Unmarshal(value, &ca)
			key, value = "trustedCA.name", ca["name"]
		}
		if text := meaning(value); text != "" {
			found.set[key] = text
		}
	}
	found.Bucket, found.RegionEndpoint = found.set["bucket"], found.set["regionEndpoint"]
	return found
}

func (s storage) claim() string {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal(s["pvc"], &fields)
	return stringAt(fields["claim"])
}

// meaning is a value as text, and "" for what means the same as nothing.
func meaning(value json.RawMessage) string {
	switch text := string(value); text {
	case "", "null", "false", `""`, "{}", "[]", "0":
		return ""
	default:
		if unquoted := stringAt(value); unquoted != "" {
			return unquoted
		}
		return text
	}
}

func stringAt(value json.RawMessage) string {
	var text string
	_ = json.Unmarshal(value, &text)
	return text
}

// The field managers that are no strangers in Config.
const (
	ownManager      = "registry-profile"
	operatorManager = "cluster-image-registry-operator"
)

// otherOwners are the managers, besides the operator, that own spec.storage, or else just
// spec.managementState.
func (c *config) otherOwners() (ofStorage, ofState []string) {
	for _, entry := range c.Metadata.ManagedFields {
		if entry.Subresource != "" || entry.Manager == ownManager || entry.Manager == operatorManager {
			continue
		}
		if _, owns := entry.FieldsV1.Spec["f:storage"]; owns {
			ofStorage = append(ofStorage, entry.Manager)
		} else if _, owns := entry.FieldsV1.Spec["f:managementState"]; owns {
			ofState = append(ofState, entry.Manager)
		}
	}
	return ofStorage, ofState
}

// stateIsOurs tells whether the Job owns spec.managementState, by the switch itself.
func (c *config) stateIsOurs() bool {
	return slices.ContainsFunc(c.Metadata.ManagedFields, func(entry managedFields) bool {
		_, owns := entry.FieldsV1.Spec["f:managementState"]
		return entry.Manager == ownManager && entry.Subresource == "" && owns
	})
}

// appliedByUs returns what the Job has applied as a second owner, or nil.
func (c *config) appliedByUs() map[string]any {
	for _, entry := range c.Metadata.ManagedFields {
		if entry.Manager != ownManager || entry.Operation != "Apply" || entry.Subresource != "" {
			continue
		}
		fields := map[string]any{}
		for key, value := range entry.FieldsV1.Spec {
			var decoded any
			_ = json.Unmarshal(value, &decoded)
			fields[key] = decoded
		}
		return fields
	}
	return nil
}

// left are the storages that were left with a permission before.
func (c *config) left() string { return c.Metadata.Annotations[leftStorage] }

// mustForgetLastApplied: by that annotation, the next client-side apply would remove the
// storage, or take away from the Job what it is to become a second owner of.
func (l *look) mustForgetLastApplied() bool {
	applied := l.config.Metadata.Annotations[lastApplied]
	if applied == "" {
		return false
	}
	return strings.Contains(applied, `"storage"`) || strings.Contains(applied, `"managementState"`) || l.mustCoOwn()
}

// mustCoOwn: somebody else owns the storage, and could remove it.
func (l *look) mustCoOwn() bool {
	if sameJSON(l.config.appliedByUs(), l.ownedFields()) {
		return false
	}
	ofStorage, ofState := l.config.otherOwners()
	return len(ofStorage) > 0 || len(ofState) > 0 && !l.config.stateIsOurs()
}

func sameJSON(a, b any) bool {
	one, errOne := json.Marshal(a)
	two, errTwo := json.Marshal(b)
	return errOne == nil && errTwo == nil && string(one) == string(two)
}

// ownedFields is f:spec of the Job's entry in managedFields when it is a second owner.
func (l *look) ownedFields() map[string]any {
	leaf := map[string]any{}
	owned := map[string]any{"f:managementState": leaf}
	if l.backend() == volume {
		owned["f:pvc"] = map[string]any{"f:claim": leaf}
	} else {
		fields := map[string]any{"f:bucket": leaf, "f:region": leaf, "f:regionEndpoint": leaf, "f:virtualHostedStyle": leaf}
		if l.Parameters["CHUNK_SIZE_MIB"] != "" {
			fields["f:chunkSizeMiB"] = leaf
		}
		if l.Parameters["TRUSTED_CA"] != "" {
			fields["f:trustedCA"] = map[string]any{"f:name": leaf}
		}
		owned["f:s3"] = fields
	}
	return map[string]any{"f:managementState": leaf, "f:storage": owned}
}

// difference names the first field of Config's spec that is not as the profile wants it.
func (l *look) difference() string {
	spec := l.config.Spec
	type field struct{ path, is, want string }
	fields := []field{
		{"managementState", spec.ManagementState, l.state()},
		{"backends", strings.Join(spec.Storage.backends(), " "), l.backend()},
		{"storage.managementState", spec.Storage.managementState(), "Unmanaged"},
	}
	if l.Parameters["DISABLE_REDIRECT"] == "true" {
		fields = append(fields, field{"disableRedirect", strconv.FormatBool(spec.DisableRedirect), "true"})
	}
	if l.backend() == volume {
		fields = append(fields, field{"storage.pvc.claim", spec.Storage.claim(), l.Parameters["CLAIM_NAME"]})
		if l.Parameters["ROLLOUT_STRATEGY"] == "Recreate" {
			fields = append(fields, field{"rolloutStrategy", spec.RolloutStrategy, "Recreate"})
		}
	} else {
		set := spec.Storage.s3().set
		for _, f := range []struct{ name, want string }{
			{"bucket", l.bucket}, {"region", l.Parameters["REGION"]}, {"regionEndpoint", l.endpoint},
			{"chunkSizeMiB", l.Parameters["CHUNK_SIZE_MIB"]}, {"trustedCA.name", l.Parameters["TRUSTED_CA"]},
			{"virtualHostedStyle", ""}, {"encrypt", ""}, {"keyID", ""}, {"cloudFront", ""},
		} {
			fields = append(fields, field{"storage.s3." + f.name, set[f.name], f.want})
		}
	}
	for _, f := range fields {
		if f.is != f.want {
			return "spec." + f.path + ` is "` + js(f.is) + `" and not "` + f.want + `"`
		}
	}
	return ""
}

// namesOurStore: Config asks for this bucket or claim, and for no other store.
func (l *look) namesOurStore() bool {
	spec := l.config.Spec.Storage
	if !slices.Equal(spec.backends(), []string{l.backend()}) {
		return false
	}
	if l.backend() == volume {
		return l.isOurClaim(spec.claim())
	}
	return l.isOurBucket(spec.s3().Bucket, spec.s3().RegionEndpoint)
}

// storeThere is the storage that Config asks for now, in words.
func (l *look) storeThere() string {
	if l.config == nil {
		return ""
	}
	spec := l.config.Spec
	var stores []string
	for _, backend := range spec.Storage.backends() {
		switch backend {
		case "emptyDir":
			stores = append(stores, "emptyDir, which dies with its pod")
		case objectStore:
			stores = append(stores, fmt.Sprintf(`bucket "%s" at "%s" (s3)`, js(spec.Storage.s3().Bucket), js(spec.Storage.s3().RegionEndpoint)))
		case volume:
			stores = append(stores, fmt.Sprintf(`PersistentVolumeClaim "%s" (pvc)`, js(cmp.Or(spec.Storage.claim(), operatorsClaim))))
		default:
			stores = append(stores, "a store of kind "+js(backend))
		}
	}
	there := cmp.Or(strings.Join(stores, " and "), "no storage")
	if state := spec.ManagementState; state != "" {
		there += ", " + js(state)
	}
	return there
}
