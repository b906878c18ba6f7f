package v1alpha1

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Rule is one thing that a profile must or should not say and that the schema cannot
// express.
type Rule struct {
	// Code is stable: users may filter by it.
	Code string
	// Severity is error, warning or info.
	Severity kptfn.Severity
	// Doc says in one sentence what is refused, and why.
	Doc   string
	check func(p *RegistryProfile, r finding.Reporter)
}

// Rules returns every rule, in the order in which they are documented.
func Rules() []Rule {
	return slices.Concat(profileRules, storageRules, registryRules, prunerRules, bootstrapRules, alertsRules, verifyRules, podRules, resourcesRules,
		schedulingRules)
}

// checkRules runs every rule on a profile with its defaults.
func checkRules(p *RegistryProfile) kptfn.Results {
	var results kptfn.Results
	add := func(result *kptfn.Result) { results = append(results, result) }
	for _, rule := range Rules() {
		rule.check(p, finding.NewReporter(rule.Code, rule.Severity, add))
	}
	return results
}

// derivedFrom returns the field, or the object, from which the default of a field is
// made, or "".
func derivedFrom(path string) string {
	switch {
	case strings.HasSuffix(path, ".storageClassName"), strings.HasSuffix(path, ".endpoint.route.name"):
		return "spec.odf"
	case path == "spec.bootstrap.image":
		return "spec.openshiftVersion"
	}
	return ""
}

// withoutDerived leaves out what rules say about a default that is made from a field with
// a fault of its own: whoever mends that field mends both.
func withoutDerived(content *yaml.Node, results, found kptfn.Results) kptfn.Results {
	all := slices.Concat(found, results)
	return slices.DeleteFunc(slices.Clone(results), func(result *kptfn.Result) bool {
		source := derivedFrom(finding.Path(result))
		if _, set := ynode.Find(content, finding.Path(result)); source == "" || set != nil {
			return false
		}
		return slices.ContainsFunc(all, func(r *kptfn.Result) bool {
			return strings.HasPrefix(finding.Path(r), source)
		})
	})
}
