package stream

import (
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// isKept tells whether the cluster must keep an object when it leaves Git: one of ours, one
// that the operator reads, or the claim that a Job of the stream waits for.
func (s *stream) isKept(o *object) bool {
	return o.kind().Kept() && (o.isOurs() || o.isSingleton() || s.jobOf(o) != nil)
}

// kept reports what makes an engine lose an object that must be kept, and what a cluster
// has written into it. A confirmation is one in Git whatever it confirms.
func kept(s *stream, o *object) kptfn.Results {
	if !o.kind().Kept() {
		return nil
	}
	var results kptfn.Results
	for _, fault := range generators.FaultsOfKept(o.value) {
		if s.isKept(o) || fault.Code == finding.Confirmation {
			results = append(results, o.error(fault.Code, fault.Path, "%s", fault.Message)...)
		}
	}
	return results
}

// claimMarks reports the claim of somebody else that a Job waits for and no engine keeps.
func claimMarks(s *stream, o *object) kptfn.Results {
	if o.isOurs() || s.jobOf(o) == nil {
		return nil
	}
	missing := generators.MissingKeepingMarks(o.annotations())
	if len(missing) == 0 {
		return nil
	}
	return o.error(finding.EngineMark, "metadata.annotations", "must have %s, without which an engine deletes the claim, "+
		"and every image with it; list the profile under transformers:, which adds them, or write them",
		strings.Join(missing, ", "))
}
