package stream

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

const (
	admissionGroup = "admissionregistration.k8s.io"
	policyKind     = "ValidatingAdmissionPolicy"
	bindingKind    = "ValidatingAdmissionPolicyBinding"

	// leaveGuard is what to do about a guard that was changed.
	leaveGuard = "leave it as the profile makes it, or write protection.admissionPolicies: false"
)

// policyBindings reports a binding whose policy has another name, and a policy that no
// binding names: nothing is in force then.
func policyBindings(s *stream, o *object) kptfn.Results {
	switch {
	case !o.isOurs():
	case o.is(admissionGroup, bindingKind):
		name := text(o.value, "spec", "policyName")
		if s.lacks(ynode.ID{Group: admissionGroup, Kind: policyKind, Name: name}) {
			return o.broken("spec.policyName", policyKind, name)
		}
		if s.isOthers(ynode.ID{Group: admissionGroup, Kind: policyKind, Name: name}) {
			return o.error(finding.Guard, "spec.policyName", "names a policy without the marks of a profile, so that nobody knows "+
				"what it refuses; %s", leaveMarks)
		}
	case o.is(admissionGroup, policyKind):
		binds := func(binding *object) bool { return text(binding.value, "spec", "policyName") == o.id.Name }
		if !s.isCarried && !slices.ContainsFunc(s.oursOf(admissionGroup, bindingKind), binds) {
			return o.error(finding.Guard, "", "has no binding in the stream, so that it is not in force; "+
				"leave the binding as the profile makes it, or write protection.admissionPolicies: false")
		}
	}
	return nil
}

// weakened reports a policy or a binding that was changed so that it no longer outlives what
// it guards, or that refuses nothing. The rest is told by its hash, if it has one.
func weakened(_ *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.kind().Is(generators.ClassGuard) {
		return nil
	}
	var results kptfn.Results
	if !slices.Contains(list(o.value, "metadata", "finalizers"), any(generators.GuardFinalizer)) {
		results = append(results, o.error(finding.Guard, "metadata.finalizers", "must have %q, without which the guard goes "+
			"before what it guards; %s", generators.GuardFinalizer, leaveGuard)...)
	}
	spec, _ := at(o.value, "spec").(map[string]any)
	if actions, ok := spec["validationActions"]; ok && !slices.Contains(list(actions), any("Deny")) {
		results = append(results, o.error(finding.Guard, "spec.validationActions", "must have \"Deny\", without which nothing is "+
			"refused; %s", leaveGuard)...)
	}
	if _, ok := spec["matchResources"]; ok {
		results = append(results, o.error(finding.Guard, "spec.matchResources", "narrows what is guarded; %s", leaveGuard)...)
	}
	if validations, ok := spec["validations"]; ok && len(list(validations)) == 0 {
		results = append(results, o.error(finding.Guard, "spec.validations", "refuses nothing; %s", leaveGuard)...)
	}
	return results
}

// policyExemptions reports a policy that knows the Job under another name than it has.
func policyExemptions(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.is(admissionGroup, policyKind) {
		return nil
	}
	for _, condition := range list(o.value, "spec", "matchConditions") {
		expression := text(condition, "expression")
		if !strings.Contains(expression, "request.userInfo.username") {
			continue
		}
		for _, job := range s.ours {
			pod, _ := job.pod()
			if job.isSmokeTest() { // it changes nothing that is guarded
				continue
			}
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
