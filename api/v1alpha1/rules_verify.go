package v1alpha1

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
)

const (
	// VerifyReadOnly is the code of a smoke test of a registry that takes no image.
	VerifyReadOnly = "verify-read-only"
	// VerifySchedule is the code of a schedule at which no smoke test runs.
	VerifySchedule = "verify-schedule"
	// ReconcileSchedule is the code of a schedule at which no Job is repeated.
	ReconcileSchedule = "reconcile-schedule"
)

var verifyRules = []Rule{{
	Code:     "verify-namespace",
	Severity: kptfn.Error,
	Doc: "The smoke test starts pods in its namespace, and whoever may do that can act as any ServiceAccount there: " +
		"so it is never that of the bootstrap Job, which may switch the storage, nor one of the platform or of storage.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		namespace := p.Spec.Verify.Namespace
		at := r.At("spec.verify.namespace").Value(namespace)
		switch {
		case namespace == p.Spec.Bootstrap.Namespace:
			at.Say("is the namespace of the bootstrap Job, whose rights the pods of the smoke test must not reach; use "+
				"one of its own, such as %q", DefaultVerifyNamespace)
		case isPlatformNamespace(namespace):
			at.Say("belongs to the platform; use a namespace of its own, such as %q", DefaultVerifyNamespace)
		case p.Spec.storageIn(namespace) != "":
			at.Say("holds %s; use a namespace of its own, such as %q", p.Spec.storageIn(namespace), DefaultVerifyNamespace)
		}
	},
}, {
	Code:     VerifyReadOnly,
	Severity: kptfn.Error,
	Doc:      "A registry that is read-only or removed takes no image, so the smoke test could never succeed.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if *p.Spec.Verify.Enabled && !p.Spec.Registry.takesPushes() {
			r.At("spec.verify.enabled").Stands(true).Say(
				"cannot work with registry.readOnly: true or managementState: Removed, as nothing can be pushed; remove one of them")
		}
	},
}, {
	Code:     "verify-timeout",
	Severity: kptfn.Error,
	Doc:      "The smoke test's time is a Go duration in which a node can pull an image.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		checkTimeout("spec.verify.timeout", p.Spec.Verify.Timeout, "10m", r)
	},
}, {
	Code:     VerifySchedule,
	Severity: kptfn.Error,
	Doc:      "The schedule of the smoke test is one that Kubernetes accepts, and there is a smoke test.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		schedule := p.Spec.Verify.Schedule
		if schedule == "" {
			return
		}
		checkSchedule("spec.verify.schedule", schedule, r)
		if !*p.Spec.Verify.Enabled {
			r.At("spec.verify.schedule").Value(schedule).Say("has no effect without the smoke test; remove it, or enabled: false")
		}
	},
}, {
	Code:     "verify-topology-key",
	Severity: kptfn.Error,
	Doc:      "The nodes of the smoke test differ by a label, whose key Kubernetes accepts.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		checkLabelKey("spec.verify.nodes.topologyKey", p.Spec.Verify.Nodes.TopologyKey, r)
	},
}}
