package stream

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// job returns the first Job or CronJob of the stream that switches the storage, or nil.
func (s *stream) job() *object {
	for _, o := range s.ours {
		if o.variables()[generators.BackendVariable] != "" {
			return o
		}
	}
	return nil
}

// disagreements reports what a Config says against what the Job writes into it.
func (s *stream) disagreements(o *object) kptfn.Results {
	job := s.job()
	if job == nil || o.id.Kind != "Config" {
		return nil
	}
	variables := job.variables()
	var results kptfn.Results
	for _, field := range jobWrites {
		is, want := text(o.value, "spec", field.name), variables[field.variable]
		if is == "" || want == "" || is == want || template().MatchString(is) {
			continue
		}
		// The Job writes the others once, with the switch: then they are Git's.
		severity := kptfn.Warning
		if field.always(variables) {
			severity = kptfn.Error
		}
		results = append(results, o.at(finding.JobDiffers, severity, "spec."+field.name).Stands(is).Propose(want).
			Say("is %s, and the %s %s writes %s; say it in spec.registry.%s of the profile, and the %[2]s follows",
				is, job.id.Kind, job.id.Name, want, field.name))
	}
	return results
}

// jobWrites are the fields of Config.spec that the Job writes beside the storage, and
// whether it does so in every run.
var jobWrites = []struct {
	name, variable string
	always         func(variables map[string]string) bool
}{
	{"replicas", generators.ReplicasVariable, func(map[string]string) bool { return false }},
	{"rolloutStrategy", generators.RolloutStrategyVariable, func(v map[string]string) bool {
		return v[generators.BackendVariable] == generators.BackendVolume &&
			v[generators.RolloutStrategyVariable] == "Recreate"
	}},
	{"disableRedirect", generators.DisableRedirectVariable, func(map[string]string) bool { return true }},
}

// jobOf returns the Job that waits for a claim, or nil. A claim without a namespace is the
// one where it is applied to that of the Job's.
func (s *stream) jobOf(claim *object) *object {
	for _, o := range s.ours {
		variables := o.variables()
		backend := generators.BackendS3
		if claim.is("", "PersistentVolumeClaim") {
			backend = generators.BackendVolume
		}
		if claim.isClaim() && variables[generators.BackendVariable] == backend &&
			variables[generators.ClaimNameVariable] == claim.id.Name &&
			claim.mayBeIn(variables[generators.ClaimNamespaceVariable]) {
			return o
		}
	}
	return nil
}

// claimFields reports what a profile does not give a claim: a rule that deletes images, or a
// storage that holds something else.
func claimFields(s *stream, o *object) kptfn.Results {
	known := o.kind().Spec()
	if !o.isGenerated() || known == nil {
		return nil
	}
	var results kptfn.Results
	added := func(path string) {
		results = append(results, o.error(finding.JobDiffers, path, "was added to a claim that the profile makes; remove it, or "+
			"make the claim yourself, and name it in existingClaim")...)
	}
	for _, field := range sorted(at(o.value, "spec")) {
		below, ok := known[field]
		if !ok {
			added("spec." + field)
		}
		for _, key := range sorted(at(o.value, "spec", field)) {
			if below != nil && !slices.Contains(below, key) {
				added("spec." + field + "." + key)
			}
		}
	}
	if o.is("", "PersistentVolumeClaim") && text(o.value, "spec", "resources", "requests", "storage") == "" {
		results = append(results, o.error(finding.JobDiffers, "spec.resources.requests.storage", "is missing, and the API server "+
			"refuses a claim without a size; leave it as the profile makes it")...)
	}
	return results
}

// timeToLive reports a Job that goes by itself, although the smoke test looks at it.
func timeToLive(s *stream, o *object) kptfn.Results {
	const field = "ttlSecondsAfterFinished"
	isLookedAt := func(other *object) bool {
		return other.isSmokeTest() && other.variables()[generators.BootstrapJobVariable] == o.id.Name
	}
	if !o.isOurs() || !o.is("batch", "Job") || o.isSmokeTest() || at(o.value, "spec", field) == nil ||
		!slices.ContainsFunc(s.ours, isLookedAt) {
		return nil
	}
	return o.warning(finding.Incomplete, "spec."+field, "lets the Job go, and the smoke test, which waits for it, then fails; "+
		"remove it")
}

// isClaim tells whether an object is of a kind that holds the images of a registry.
func (o *object) isClaim() bool { return o.kind().Is(generators.ClassClaim) }

// mayBeIn tells whether an object lands in a namespace. One without a namespace lands
// wherever it is applied.
func (o *object) mayBeIn(namespace string) bool {
	return o.id.Namespace == "" || o.id.Namespace == namespace
}

// isGenerated tells whether a profile has made an object as a whole.
func (o *object) isGenerated() bool {
	return o.isOurs() && at(o.value, "metadata", "annotations", generators.MergedAnnotation) == nil
}

// claimAgrees reports a claim that is not what the Job demands of it, or not what a profile
// makes.
func claimAgrees(s *stream, o *object) kptfn.Results {
	job := s.jobOf(o)
	if job == nil {
		return nil
	}
	variables := job.variables()
	var results kptfn.Results
	differs := func(field, is, want string) {
		results = append(results, o.error(finding.JobDiffers, "spec."+field, "is %s, and the %s %s demands %s; say it in "+
			"spec.storage of the profile, and both follow", is, job.id.Kind, job.id.Name, want)...)
	}
	class, want := text(o.value, "spec", "storageClassName"), variables[generators.ClaimClassVariable]
	if class != want && (class != "" || o.isGenerated()) {
		differs("storageClassName", quotedOr(class, "missing"), finding.Quote(want))
	}
	var modes []string
	for _, mode := range list(o.value, "spec", "accessModes") {
		modes = append(modes, text(mode))
	}
	if mode := variables[generators.AccessModeVariable]; mode != "" && !slices.Contains(modes, mode) {
		differs("accessModes", quotedOr(strings.Join(modes, ", "), "missing"), finding.Quote(mode))
	}
	if mode := text(o.value, "spec", "volumeMode"); mode != "" && mode != "Filesystem" {
		differs("volumeMode", finding.Quote(mode), finding.Quote("Filesystem"))
	}
	if o.isGenerated() && text(o.value, "spec", "bucketName") != "" && text(o.value, "spec", "generateBucketName") != "" {
		results = append(results, o.error(finding.JobDiffers, "spec.bucketName", "was added to a claim whose bucket gets "+
			"a name of its own, and may name a bucket that holds something else; remove it, or say it in spec.storage of "+
			"the profile")...)
	}
	return results
}
