package v1alpha1

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// pod is what registry, pruner, bootstrap and smoke test say alike about their pods.
type pod struct {
	resources    *Resources
	nodeSelector map[string]string
	tolerations  []Toleration
}

func pods(s *Spec) map[string]pod {
	return map[string]pod{
		"spec.registry":     {s.Registry.Resources, s.Registry.NodeSelector, s.Registry.Tolerations},
		"spec.pruner":       {s.Pruner.Resources, s.Pruner.NodeSelector, s.Pruner.Tolerations},
		"spec.bootstrap":    {s.Bootstrap.Resources, s.Bootstrap.NodeSelector, s.Bootstrap.Tolerations},
		"spec.verify.nodes": {nil, s.Verify.Nodes.NodeSelector, s.Verify.Nodes.Tolerations},
	}
}

func eachPod(check func(path string, p pod, r finding.Reporter)) func(*RegistryProfile, finding.Reporter) {
	return func(p *RegistryProfile, r finding.Reporter) {
		for path, pod := range pods(&p.Spec) {
			check(path, pod, r)
		}
	}
}

var podRules = []Rule{{
	Code:     "label",
	Severity: kptfn.Error,
	Doc:      "Node selectors and tolerations use label keys and values that Kubernetes accepts.",
	check: eachPod(func(path string, p pod, r finding.Reporter) {
		for key, value := range p.nodeSelector {
			checkLabel(path+".nodeSelector."+key, key, value, r)
		}
		for i, t := range p.tolerations {
			checkToleration(fmt.Sprintf("%s.tolerations[%d]", path, i), t, r)
		}
	}),
}}

// checkToleration refuses what the API server refuses of a toleration
// (kubernetes, pkg/apis/core/validation).
func checkToleration(path string, t Toleration, r finding.Reporter) {
	switch {
	case t.Key != "" && !isLabelKey(t.Key):
		r.At(path + ".key").Value(t.Key).Say(
			"is not the key of a taint; write one such as \"node-role.kubernetes.io/infra\"")
	case t.Key == "" && t.Operator != "Exists":
		r.At(path).Say("has no key; add one, or write operator: Exists to tolerate every taint")
	case t.Operator == "Exists" && t.Value != "":
		r.At(path + ".value").Stands(t.Value).Say("cannot stand beside operator: Exists; remove one of them")
	case t.TolerationSeconds != nil && t.Effect != "NoExecute":
		r.At(path + ".tolerationSeconds").Stands(*t.TolerationSeconds).Say(
			"works with effect: NoExecute alone; write it, or remove tolerationSeconds")
	default:
		checkLabelValue(path+".value", t.Value, r)
	}
}
