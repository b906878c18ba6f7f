package v1alpha1

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/util/validation"
)

// The rules say what the API server says about a pod (kubernetes, pkg/apis/core/validation).
// Config and ImagePruner take more, and the operator then fails to make its pods of it.
var schedulingRules = []Rule{{
	Code:     "affinity",
	Severity: kptfn.Error,
	Doc:      "Config and ImagePruner take any affinity, and one that a pod cannot have degrades the operator.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		for path, affinity := range affinities(&p.Spec) {
			checkNodeAffinity(path+".nodeAffinity", affinity.NodeAffinity, r)
		}
		for path, term := range podTerms(&p.Spec) {
			checkPodTerm(path, term, r)
		}
	},
}, {
	Code:     "affinity-version",
	Severity: kptfn.Error,
	Doc: "Before OpenShift 4.16, Config and ImagePruner do not have these fields (openshift/api): " +
		"the API server would drop them, or refuse the object.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if minor := minorVersion(p.Spec.OpenShiftVersion); minor == 0 || minor >= 16 {
			return
		}
		for path, term := range podTerms(&p.Spec) {
			for field, keys := range map[string][]string{"matchLabelKeys": term.MatchLabelKeys, "mismatchLabelKeys": term.MismatchLabelKeys} {
				if keys != nil {
					r.At(path+"."+field).Say("is not known to OpenShift %s; remove it, it came with 4.16", p.Spec.OpenShiftVersion)
				}
			}
		}
	},
}, {
	Code:     "spread-constraints",
	Severity: kptfn.Error,
	Doc:      "Config takes any constraint, and one that a pod cannot have degrades the operator.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		seen := map[[2]string]bool{}
		for i, c := range p.Spec.Registry.TopologySpreadConstraints {
			path := fmt.Sprintf("spec.registry.topologySpreadConstraints[%d]", i)
			kind := [2]string{c.TopologyKey, c.WhenUnsatisfiable}
			if seen[kind] {
				r.At(path+".topologyKey").Value(c.TopologyKey).Say("is in the list already with whenUnsatisfiable: %s; "+
					"keep one of them", c.WhenUnsatisfiable)
			}
			seen[kind] = true
			checkSpreadConstraint(path, c, r)
		}
	},
}}

func checkSpreadConstraint(path string, c TopologySpreadConstraint, r finding.Reporter) {
	checkLabelKey(path+".topologyKey", c.TopologyKey, r)
	if c.MinDomains != nil && c.WhenUnsatisfiable != "DoNotSchedule" {
		r.At(path + ".minDomains").Stands(*c.MinDomains).Say(
			"works with whenUnsatisfiable: DoNotSchedule alone; write it, or remove minDomains")
	}
	checkLabelSelector(path+".labelSelector", c.LabelSelector, r)
	checkMatchLabelKeys(path, c.MatchLabelKeys, nil, c.LabelSelector, r)
}

func checkNodeAffinity(path string, a *NodeAffinity, r finding.Reporter) {
	if a == nil {
		return
	}
	if a.Required != nil {
		for i, term := range a.Required.NodeSelectorTerms {
			at := fmt.Sprintf("%s.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[%d]", path, i)
			checkNodeTerm(at, term, r)
		}
	}
	for i, term := range a.Preferred {
		checkNodeTerm(fmt.Sprintf("%s.preferredDuringSchedulingIgnoredDuringExecution[%d].preference", path, i),
			term.Preference, r)
	}
}

func checkNodeTerm(path string, term NodeSelectorTerm, r finding.Reporter) {
	if len(term.MatchExpressions)+len(term.MatchFields) == 0 {
		r.At(path).Say("selects no node, as it says nothing; add matchExpressions, or remove it")
	}
	for i, e := range term.MatchExpressions {
		at := fmt.Sprintf("%s.matchExpressions[%d]", path, i)
		checkLabelKey(at+".key", e.Key, r)
		checkValues(at+".values", e, r)
	}
	for i, e := range term.MatchFields {
		checkNodeField(fmt.Sprintf("%s.matchFields[%d]", path, i), e, r)
	}
}

// checkNodeField refuses all but the one field of a node by which a pod can select it.
func checkNodeField(path string, e SelectorRequirement, r finding.Reporter) {
	switch {
	case e.Key != "metadata.name":
		r.At(path + ".key").Value(e.Key).Say("is no field by which a node is selected; write metadata.name, or use " +
			"matchExpressions for its labels")
	case e.Operator != "In" && e.Operator != "NotIn":
		r.At(path + ".operator").Value(e.Operator).Say("does not work on fields; write In or NotIn")
	case len(e.Values) != 1:
		r.At(path + ".values").Say("must be exactly one name; write a term for each")
	case len(validation.IsDNS1123Subdomain(e.Values[0])) > 0:
		r.At(path + ".values[0]").Value(e.Values[0]).Say("is not the name of a node; write one as oc get nodes shows it")
	}
}

// checkValues refuses values that do not go together with the operator of a requirement.
func checkValues(path string, e SelectorRequirement, r finding.Reporter) {
	switch e.Operator {
	case "In", "NotIn":
		if len(e.Values) == 0 {
			r.At(path).Say("is needed with operator: %s; write the values, or operator: Exists", e.Operator)
		}
	case "Exists", "DoesNotExist":
		if len(e.Values) > 0 {
			r.At(path).Say("cannot stand beside operator: %s; remove the values, or write operator: In", e.Operator)
		}
	case "Gt", "Lt":
		if len(e.Values) != 1 || !isInteger(e.Values[0]) {
			r.At(path).Say("must be one whole number with operator: %s; write one in quotes, such as [\"8\"]", e.Operator)
			return
		}
	}
	for i, value := range e.Values {
		checkLabelValue(fmt.Sprintf("%s[%d]", path, i), value, r)
	}
}

func isInteger(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil && !strings.HasPrefix(s, "+")
}

// affinities are those of a profile, by their paths.
func affinities(s *Spec) map[string]*Affinity {
	found := map[string]*Affinity{"spec.registry.affinity": s.Registry.Affinity, "spec.pruner.affinity": s.Pruner.Affinity}
	maps.DeleteFunc(found, func(_ string, a *Affinity) bool { return a == nil })
	return found
}

// podTerms are the terms about other pods in the affinities of a profile, by their paths.
func podTerms(s *Spec) map[string]PodAffinityTerm {
	found := map[string]PodAffinityTerm{}
	for path, affinity := range affinities(s) {
		for field, a := range map[string]*PodAffinity{"podAffinity": affinity.PodAffinity, "podAntiAffinity": affinity.PodAntiAffinity} {
			if a == nil {
				continue
			}
			for i, term := range a.Required {
				found[fmt.Sprintf("%s.%s.requiredDuringSchedulingIgnoredDuringExecution[%d]", path, field, i)] = term
			}
			for i, term := range a.Preferred {
				found[fmt.Sprintf("%s.%s.preferredDuringSchedulingIgnoredDuringExecution[%d].podAffinityTerm", path, field, i)] = term.PodAffinityTerm
			}
		}
	}
	return found
}

func checkPodTerm(path string, term PodAffinityTerm, r finding.Reporter) {
	checkLabelKey(path+".topologyKey", term.TopologyKey, r)
	checkLabelSelector(path+".labelSelector", term.LabelSelector, r)
	checkLabelSelector(path+".namespaceSelector", term.NamespaceSelector, r)
	for i, name := range term.Namespaces {
		if len(validation.IsDNS1123Label(name)) > 0 {
			r.At(fmt.Sprintf("%s.namespaces[%d]", path, i)).Value(name).Say(
				"is not the name of a namespace; use at most 63 lower-case letters, digits and '-'")
		}
	}
	checkMatchLabelKeys(path, term.MatchLabelKeys, term.MismatchLabelKeys, term.LabelSelector, r)
}

func checkLabelSelector(path string, s *LabelSelector, r finding.Reporter) {
	if s == nil {
		return
	}
	for key, value := range s.MatchLabels {
		checkLabel(path+".matchLabels."+key, key, value, r)
	}
	for i, e := range s.MatchExpressions {
		at := fmt.Sprintf("%s.matchExpressions[%d]", path, i)
		checkLabelKey(at+".key", e.Key, r)
		checkValues(at+".values", e, r)
	}
}

// checkMatchLabelKeys refuses keys that stand in two of the selector, matchLabelKeys and
// mismatchLabelKeys: the API server merges them into the selector.
func checkMatchLabelKeys(path string, match, mismatch []string, s *LabelSelector, r finding.Reporter) {
	for field, keys := range map[string][]string{"matchLabelKeys": match, "mismatchLabelKeys": mismatch} {
		if len(keys) > 0 && s == nil {
			r.At(path + "." + field).Say("needs a labelSelector beside it; add one, or remove it")
		}
		for i, key := range keys {
			checkLabelKey(fmt.Sprintf("%s.%s[%d]", path, field, i), key, r)
		}
	}
	for i, key := range match {
		at := r.At(fmt.Sprintf("%s.matchLabelKeys[%d]", path, i)).Value(key)
		switch {
		case slices.Contains(mismatch, key):
			at.Say("is in mismatchLabelKeys too; keep one of them")
		case slices.Contains(match[:i], key):
			at.Say("is in the list already; remove one of them")
		case s != nil && s.mentions(key):
			at.Say("is in labelSelector too; keep one of them")
		}
	}
}

// mentions tells whether a selector says something about a label.
func (s *LabelSelector) mentions(key string) bool {
	_, found := s.MatchLabels[key]
	return found || slices.ContainsFunc(s.MatchExpressions, func(e SelectorRequirement) bool { return e.Key == key })
}
