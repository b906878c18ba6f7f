package doctor

import (
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// policyMinor is the oldest minor version of OpenShift that has admission policies.
const policyMinor = 17

var surroundingChecks = []Check{
	{
		Code: "registry-host-unset", Severity: kptfn.Warning, Looks: "status.internalRegistryHostname of Image cluster",
		Why: "Without it image streams do not say where their images are, and builds push nowhere.",
		Fix: "The operator sets it once the registry is Managed and has its Service.",
		look: func(e *exam) {
			image, o, present, _ := read[struct {
				Status struct {
					Host string `json:"internalRegistryHostname"`
				} `json:"status"`
			}](e, cluster.ImageConfigs, "", "cluster")
			if present && image.Status.Host == "" {
				e.found(o, "status.internalRegistryHostname", "is empty")
			}
		},
	},
	{
		Code: "policies-missing", Severity: kptfn.Warning,
		Looks: "the admission policies of profiles, from OpenShift 4.17 on",
		Trap:  "T8",
		Why:   "Without them the API server lets a claim be deleted, and the storage be switched past the Job.",
		Fix:   "Deliver all that was rendered; protection.admissionPolicies: false in the profile leaves them out on purpose.",
		look:  lookForPolicies,
	},
	{
		Code: "policy-unbound", Severity: kptfn.Error, Looks: "the bindings of those policies", Trap: "T8",
		Why: "A policy without its binding refuses nothing, though it looks like one that does.",
		Fix: "Deliver the binding with it.",
		look: func(e *exam) {
			policies, _ := list[struct{}](e, cluster.AdmissionPolicies, "")
			bindings, complete := list[policyBinding](e, cluster.AdmissionPolicyBindings, "")
			bound := map[string]bool{}
			for _, b := range bindings {
				bound[b.value.Spec.PolicyName] = true
			}
			for _, p := range ours(policies) {
				if complete && !bound[p.Metadata.Name] {
					e.found(p.Object, "", "has no binding")
				}
			}
		},
	},
	{
		Code: "operator-degraded", Severity: kptfn.Warning, Trap: "T47",
		Looks: "ClusterOperator image-registry, and Config",
		Why:   "The pruner or node-ca degrade the ClusterOperator, though the registry itself is fine.",
		Fix:   "Look at what the message names: the ImagePruner, or DaemonSet node-ca.",
		look: func(e *exam) {
			c, _ := e.config()
			operator, o, _, _ := read[config](e, cluster.ClusterOperators, "", registryName)
			if c == nil || len(c.bad()) > 0 {
				return
			}
			degraded := conditionOf(operator.Status.Conditions, "Degraded")
			available := conditionOf(operator.Status.Conditions, "Available")
			switch {
			case degraded.Status == "True":
				e.found(o, "status.conditions", "is Degraded while Config is not: %s", degraded.says())
			case available.Status == "False":
				e.tell(kptfn.Error, "The log of the cluster-image-registry-operator says more.", o, "status.conditions",
					"is not Available while Config is: %s", available.says())
			}
		},
	},
	{
		Code: "policy-without-effect", Severity: kptfn.Error, Looks: "the actions of those bindings", Trap: "T8",
		Why: "A binding that does not deny lets the API server warn, and delete the claim all the same.",
		Fix: "Deliver the binding as it was rendered, with validationActions: [Deny].",
		look: func(e *exam) {
			bindings, _ := list[policyBinding](e, cluster.AdmissionPolicyBindings, "")
			for _, b := range bindings {
				isOurs := strings.HasPrefix(b.value.Spec.PolicyName, managedByValue+"-")
				if isOurs && !slices.Contains(b.value.Spec.Actions, "Deny") {
					e.found(b.Object, "spec.validationActions", "has no Deny")
				}
			}
		},
	},
	{
		Code: "policy-unheld", Severity: kptfn.Warning, Looks: "the finalizers of those policies", Trap: "T8",
		Why: "Without its finalizer a policy goes before what it guards, where all manifests are deleted at once.",
		Fix: "Deliver the policy as it was rendered.",
		look: func(e *exam) {
			policies, _ := list[struct{}](e, cluster.AdmissionPolicies, "")
			for _, p := range ours(policies) {
				if !slices.Contains(p.Metadata.Finalizers, generators.GuardFinalizer) {
					e.found(p.Object, "metadata.finalizers", "has no %s", generators.GuardFinalizer)
				}
			}
		},
	},
	{
		Code: "capability-disabled", Severity: kptfn.Error, Looks: "the capabilities in ClusterVersion version",
		Why: "Without the capability ImageRegistry the cluster has no operator that could run a registry.",
		Fix: "Add ImageRegistry to spec.capabilities.additionalEnabledCapabilities of ClusterVersion version; " +
			"a capability that is enabled can never be disabled again.",
		look: lookAtCapabilities,
	},
	{
		Code: "openshift-old", Severity: kptfn.Warning, Looks: "ClusterVersion version",
		Why: fmt.Sprintf("Nothing is known of how a registry before OpenShift 4.%d behaves.", v1alpha1.OldestMinor),
		Fix: "Update the cluster.",
		look: func(e *exam) {
			v, o, present := e.version()
			if minor, ok := minorOf(v); present && (!ok || minor < v1alpha1.OldestMinor) {
				e.found(o, "status.desired.version", "is %q, and not 4.%d or later", v, v1alpha1.OldestMinor)
			}
		},
	},
}

type policyBinding struct {
	Spec struct {
		PolicyName string   `json:"policyName"`
		Actions    []string `json:"validationActions"`
	} `json:"spec"`
}

type capabilities struct {
	Status struct {
		Capabilities struct {
			Enabled []string `json:"enabledCapabilities"`
			Known   []string `json:"knownCapabilities"`
		} `json:"capabilities"`
	} `json:"status"`
}

const registryCapability = "ImageRegistry"

// lackRegistry tells whether the cluster knows the registry, and does without it.
func (c capabilities) lackRegistry() bool {
	all := c.Status.Capabilities
	return slices.Contains(all.Known, registryCapability) && !slices.Contains(all.Enabled, registryCapability)
}

func lookAtCapabilities(e *exam) {
	version, o, present, _ := read[capabilities](e, cluster.ClusterVersions, "", "version")
	if present && version.lackRegistry() {
		e.found(o, "status.capabilities", "has %s not enabled", registryCapability)
	}
}

// isDisabled tells whether the registry is disabled on purpose, which another check tells. Where
// that is not known, what is missing is told all the same.
func (e *exam) isDisabled() bool {
	version, _ := cluster.Read[capabilities](e.ctx, e.reader, cluster.ClusterVersions, "", "version")
	return version.lackRegistry()
}

// version is that of OpenShift.
func (e *exam) version() (string, cluster.Object, bool) {
	v, o, present, _ := read[struct {
		Status struct {
			Desired struct {
				Version string `json:"version"`
			} `json:"desired"`
		} `json:"status"`
	}](e, cluster.ClusterVersions, "", "version")
	return v.Status.Desired.Version, o, present
}

func minorOf(version string) (int, bool) {
	var major, minor int
	n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor)
	if major > 4 {
		return policyMinor, n == 2
	}
	return minor, n == 2 && major == 4
}

// lookForPolicies is for clusters on which a profile was delivered, and looks for those of
// this profile, if there is one.
func lookForPolicies(e *exam) {
	v, _, present := e.version()
	if minor, ok := minorOf(v); len(e.unseen) > 0 || present && (!ok || minor < policyMinor) {
		return
	}
	if e.Profile != nil {
		e.lookForOwnPolicies()
		return
	}
	answers := e.reader.List(e.ctx, cluster.AdmissionPolicies, "")
	policies, complete := list[struct{}](e, cluster.AdmissionPolicies, "")
	_, config := e.config()
	delivered := config.Metadata.Labels[managedByLabel] == managedByValue || len(e.jobs()) > 0
	there := slices.ContainsFunc(policies, func(p item[struct{}]) bool {
		return strings.HasPrefix(p.Metadata.Name, managedByValue)
	})
	if complete && answers.State != cluster.NoKind && delivered && !there {
		e.missing(cluster.AdmissionPolicies, "", managedByValue+"-claims")
	}
}

func (e *exam) lookForOwnPolicies() {
	for _, r := range generators.Expand(e.Profile) {
		if r.Class != generators.ClassGuard {
			continue
		}
		kind, _ := cluster.KindOf(r.GetApiVersion(), r.GetKind())
		switch answer := e.reader.Get(e.ctx, kind, "", r.GetName()); {
		case answer.State == cluster.Absent:
			e.missing(kind, "", r.GetName())
		case !known(answer.Outcome):
			e.blind(nameless(kind, "", r.GetName()).String(), answer.Outcome)
		}
	}
}
