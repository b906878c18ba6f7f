package stream

import (
	"maps"
	"slices"
	"strconv"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

const (
	annotations = "metadata.annotations."
	labels      = "metadata.labels."
)

// ownerMarks reports an object of ours that a later run would take for another's.
func ownerMarks(s *stream, o *object) kptfn.Results {
	switch {
	case !o.isOurs():
		return nil
	case o.managedBy() != generators.ManagedBy:
		return o.error(finding.OwnerMark, labels+generators.ManagedByLabel,
			"is %s and must be %q, or a later run takes the object for another's; use another label for your own",
			quotedOr(o.managedBy(), "missing"), generators.ManagedBy)
	case o.annotation(generators.ProfileAnnotation) == "":
		return o.error(finding.OwnerMark, annotations+generators.ProfileAnnotation,
			"is missing, so that a later run takes the object for another's; remove what removes it on the way")
	case s.isOfAnotherProfile(o):
		return o.error(finding.OwnerMark, annotations+generators.ProfileAnnotation,
			"is not the profile of the Job that waits for the claim; remove what changes it on the way")
	}
	return nil
}

// isOfAnotherProfile tells whether a claim is of another profile than the Job that waits for it.
func (s *stream) isOfAnotherProfile(claim *object) bool {
	job := s.jobOf(claim)
	return job != nil && job.annotation(generators.ProfileAnnotation) != claim.annotation(generators.ProfileAnnotation)
}

// engineMarks reports annotations that keep an engine from doing harm and are not there, and
// one that keeps it from delivering the object.
func engineMarks(_ *stream, o *object) kptfn.Results {
	if !o.isOurs() {
		return nil
	}
	var results kptfn.Results
	marks := o.kind().Marks()
	for _, key := range slices.Sorted(maps.Keys(marks)) {
		if actual := o.annotation(key); !generators.Marked(key, marks[key], actual) {
			results = append(results, o.at(finding.EngineMark, kptfn.Error, annotations+key).Stands(actual).Propose(marks[key]).
				Say("is %s and must be %q, which is how the profile makes it; "+
					"remove what changes it on the way", quotedOr(actual, "missing"), marks[key]))
		}
	}
	path, value := o.kind().Skipping(o.labels(), o.annotations())
	isTold := func(r *kptfn.Result) bool { return finding.Path(r) == path }
	if path != "" && !slices.ContainsFunc(results, isTold) {
		results = append(results, o.warning(finding.EngineMark, path, "has %s, with which the object is not delivered; "+
			"remove that", finding.Quote(value))...)
	}
	return results
}

// quotedOr quotes a text, or says another one where it is empty.
func quotedOr(s, other string) string {
	if s == "" {
		return other
	}
	return finding.Quote(s)
}

// hooks reports an object of ours that an engine would delete and run again. Those that
// are kept have more than that against them.
func hooks(_ *stream, o *object) kptfn.Results {
	if !o.isOurs() || o.kind().Kept() {
		return nil
	}
	for _, key := range generators.Hooks() {
		if o.annotation(key) != "" {
			return o.error(finding.Hook, annotations+key, "makes a hook of an ordinary resource; remove it")
		}
	}
	return nil
}

// order reports a wave that is missing, or that puts an object on the wrong side of the
// Job.
func order(s *stream, o *object) kptfn.Results {
	if !o.isOurs() {
		return nil
	}
	const path = annotations + generators.WaveAnnotation
	wave, err := strconv.Atoi(o.annotation(generators.WaveAnnotation))
	if err != nil {
		return o.warning(finding.OrderMark, path,
			"is missing or no number, so that Argo CD applies the object in the wave 0; leave it as the profile makes it")
	}
	job, found := firstJob(s)
	switch {
	case !found:
	case o.kind().Is(generators.ClassShared) && wave <= job:
		return o.warning(finding.OrderMark, path,
			"is %d, and the Job comes in %d, which must be before; use delivery.argocd.baseWave to move all of them", wave, job)
	case o.kind().Is(generators.ClassClaim) && wave > job:
		return o.warning(finding.OrderMark, path,
			"is %d, and the Job that waits for the claim comes in %d; use delivery.argocd.baseWave to move all of them",
			wave, job)
	}
	return nil
}

// firstJob returns the wave of the first Job that switches the storage.
func firstJob(s *stream) (wave int, found bool) {
	for _, o := range s.oursOf("batch", "Job") {
		if o.isSmokeTest() {
			continue
		}
		w, err := strconv.Atoi(o.annotation(generators.WaveAnnotation))
		if err == nil && (!found || w < wave) {
			wave, found = w, true
		}
	}
	return wave, found
}
