package stream

import (
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

const admissionGroup = "admissionregistration.k8s.io"

// confirmations reports a confirmation in Git: there it would be given again at every sync.
func confirmations(_ *stream, o *object) kptfn.Results {
	if !o.kind().Kept() {
		return nil
	}
	var results kptfn.Results
	for _, key := range []string{generators.ConfirmDeletionAnnotation, generators.ConfirmStorageAnnotation} {
		if o.annotation(key) != "" {
			results = append(results, o.error(finding.Confirmation, annotations+key,
				"confirms in Git what is confirmed in the cluster, once; remove it")...)
		}
	}
	return results
}

// policyBindings reports a binding whose policy has another name: nothing is in force then.
func policyBindings(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.is(admissionGroup, "ValidatingAdmissionPolicyBinding") {
		return nil
	}
	name := text(o.value, "spec", "policyName")
	policy := ynode.ID{Group: admissionGroup, Kind: "ValidatingAdmissionPolicy", Name: name}
	if !s.misses(policy) {
		return nil
	}
	return o.broken("spec.policyName", policy.Kind, name)
}

// policyExemptions reports a policy that knows the Job under another name than it has.
func policyExemptions(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.is(admissionGroup, "ValidatingAdmissionPolicy") {
		return nil
	}
	for _, condition := range list(o.value, "spec", "matchConditions") {
		expression := text(condition, "expression")
		if !strings.Contains(expression, "request.userInfo.username") {
			continue
		}
		for _, job := range s.ours {
			pod, _ := job.pod()
			user := generators.UserName(job.id.Namespace, text(pod, "serviceAccountName"))
			if pod != nil && !strings.Contains(expression, `"`+user+`"`) {
				return o.error(finding.Reference, "spec.matchConditions", "does not let %s %s pass, whose account is %s, "+
					"so that the API server would refuse the switch; keep namespace:, name prefixes and patches away from "+
					"what the profile makes", job.id.Kind, job.id.Name, user)
			}
		}
	}
	return nil
}
