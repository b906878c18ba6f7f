package doctor

import (
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

// The oldest minor versions of OpenShift that are supported, and that have admission policies.
const (
	oldestMinor = 12
	policyMinor = 17
)

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
		Code: "policies-missing", Severity: kptfn.Warning, Looks: "the admission policies of profiles, from OpenShift 4.17 on",
		Trap: "T8",
		Why:  "Without them the API server lets a claim be deleted, and the storage be switched past the Job.",
		Fix:  "Deliver all that was rendered; protection.admissionPolicies: false in the profile leaves them out on purpose.",
		look: lookForPolicies,
	},
	{
		Code: "policy-unbound", Severity: kptfn.Error, Looks: "the bindings of those policies", Trap: "T8",
		Why: "A policy without its binding refuses nothing, though it looks like one that does.",
		Fix: "Deliver the binding with it.",
		look: func(e *exam) {
			policies, _ := list[struct{}](e, cluster.AdmissionPolicies, "")
			bindings, complete := list[struct {
				Spec struct {
					PolicyName string `json:"policyName"`
				} `json:"spec"`
			}](e, cluster.AdmissionPolicyBindings, "")
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
		Code: "operator-degraded", Severity: kptfn.Warning, Looks: "ClusterOperator image-registry, and Config", Trap: "T47",
		Why: "The pruner or node-ca degrade the ClusterOperator, though the registry itself is fine.",
		Fix: "Look at what the message names: the ImagePruner, or DaemonSet node-ca.",
		look: func(e *exam) {
			c, _ := e.config()
			operator, o, _, _ := read[config](e, cluster.ClusterOperators, "", registryName)
			if c == nil || len(c.bad()) > 0 {
				return
			}
			if degraded := conditionOf(operator.Status.Conditions, "Degraded"); degraded.Status == "True" {
				e.found(o, "status.conditions", "is Degraded while Config is not: %s", degraded.says())
			}
		},
	},
	{
		Code: "openshift-old", Severity: kptfn.Warning, Looks: "ClusterVersion version",
		Why: fmt.Sprintf("Nothing is known of how a registry before OpenShift 4.%d behaves.", oldestMinor),
		Fix: "Update the cluster.",
		look: func(e *exam) {
			v, o, present := e.version()
			if minor, ok := minorOf(v); present && (!ok || minor < oldestMinor) {
				e.found(o, "status.desired.version", "is %q, and not 4.%d or later", v, oldestMinor)
			}
		},
	},
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

// lookForPolicies is for clusters on which a profile was delivered.
func lookForPolicies(e *exam) {
	v, _, _ := e.version()
	if minor, ok := minorOf(v); !ok || minor < policyMinor {
		return
	}
	policies, complete := list[struct{}](e, cluster.AdmissionPolicies, "")
	_, config := e.config()
	delivered := config.Metadata.Labels[managedByLabel] == managedByValue || len(e.jobs()) > 0
	there := slices.ContainsFunc(policies, func(p item[struct{}]) bool {
		return strings.HasPrefix(p.Metadata.Name, managedByValue)
	})
	if complete && delivered && !there {
		e.found(nameless(cluster.AdmissionPolicies, "", managedByValue+"-claims"), "", "is not there")
	}
}
