package v1alpha1

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/util/validation"
)

// pod is what registry, pruner and bootstrap say alike about their pods.
type pod struct {
	resources    *Resources
	nodeSelector map[string]string
	tolerations  []Toleration
}

func pods(s *Spec) map[string]pod {
	return map[string]pod{
		"spec.registry":  {s.Registry.Resources, s.Registry.NodeSelector, s.Registry.Tolerations},
		"spec.pruner":    {s.Pruner.Resources, s.Pruner.NodeSelector, s.Pruner.Tolerations},
		"spec.bootstrap": {s.Bootstrap.Resources, s.Bootstrap.NodeSelector, s.Bootstrap.Tolerations},
	}
}

var podRules = []Rule{{
	Code:     "resources-quantity",
	Severity: kptfn.Error,
	Doc:      "Requests and limits are quantities that are not negative.",
	check: eachPod(func(path string, p pod, r finding.Reporter) {
		if p.resources == nil {
			return
		}
		both := map[string]map[string]string{"limits": p.resources.Limits, "requests": p.resources.Requests}
		for field, quantities := range both {
			for name, value := range quantities {
				if q, err := parseQuantity(value); err != nil || q.Sign() < 0 {
					r.At(fmt.Sprintf("%s.resources.%s.%s", path, field, name)).Value(value).Say(
						"is not a quantity; write one such as \"100m\" or \"256Mi\"")
				}
			}
		}
	}),
}, {
	Code:     "resources-limits",
	Severity: kptfn.Error,
	Doc:      "A request above its limit is refused by the API server, after the sync has begun.",
	check: eachPod(func(path string, p pod, r finding.Reporter) {
		if p.resources == nil {
			return
		}
		for name, value := range p.resources.Requests {
			request, errRequest := parseQuantity(value)
			limit, errLimit := parseQuantity(p.resources.Limits[name])
			if errRequest == nil && errLimit == nil && request.Cmp(limit) > 0 {
				r.At(fmt.Sprintf("%s.resources.requests.%s", path, name)).Value(value).Say(
					"is above the limit of %s; lower it, or raise the limit",
					finding.Quote(p.resources.Limits[name]))
			}
		}
	}),
}, {
	Code:     "label",
	Severity: kptfn.Error,
	Doc:      "Node selectors and tolerations use label keys and values that Kubernetes accepts.",
	check: eachPod(func(path string, p pod, r finding.Reporter) {
		for key, value := range p.nodeSelector {
			if len(validation.IsQualifiedName(key)) > 0 || len(validation.IsValidLabelValue(value)) > 0 {
				r.At(path+".nodeSelector."+key).Stands(value).Say(
					"%s: %s is not a label; write a key such as \"node-role.kubernetes.io/infra\" and a value of at "+
						"most 63 characters", finding.Quote(key), finding.Quote(value))
			}
		}
		for i, t := range p.tolerations {
			at := fmt.Sprintf("%s.tolerations[%d]", path, i)
			switch {
			case t.Key != "" && len(validation.IsQualifiedName(t.Key)) > 0:
				r.At(at + ".key").Value(t.Key).Say(
					"is not the key of a taint; write one such as \"node-role.kubernetes.io/infra\"")
			case t.Key == "" && t.Operator != "Exists":
				r.At(at).Say("has no key; add one, or write operator: Exists to tolerate every taint")
			case t.Operator == "Exists" && t.Value != "":
				r.At(at + ".value").Stands(t.Value).Say("cannot stand beside operator: Exists; remove one of them")
			case t.TolerationSeconds != nil && t.Effect != "NoExecute":
				r.At(at + ".tolerationSeconds").Stands(*t.TolerationSeconds).Say(
					"works with effect: NoExecute alone; write it, or remove tolerationSeconds")
			}
		}
	}),
}}

func eachPod(check func(path string, p pod, r finding.Reporter)) func(*RegistryProfile, finding.Reporter) {
	return func(p *RegistryProfile, r finding.Reporter) {
		for path, pod := range pods(&p.Spec) {
			check(path, pod, r)
		}
	}
}
