package v1alpha1

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
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
	return slices.Concat(profileRules, storageRules, registryRules, prunerRules, bootstrapRules, podRules)
}

// checkRules runs every rule on a profile with its defaults. It leaves out what a rule
// says about a field in which the schema has already found a fault: the value that the
// rule saw is not the one that stands there.
func checkRules(p *RegistryProfile, found kptfn.Results) kptfn.Results {
	var results kptfn.Results
	add := func(result *kptfn.Result) {
		if !slices.ContainsFunc(found, func(r *kptfn.Result) bool { return covers(r, finding.Path(result)) }) {
			results = append(results, result)
		}
	}
	for _, rule := range Rules() {
		rule.check(p, finding.NewReporter(rule.Code, rule.Severity, add))
	}
	return results
}

// covers tells whether a finding is about the field at path, or about one that holds it.
func covers(r *kptfn.Result, path string) bool {
	rest, ok := strings.CutPrefix(path, finding.Path(r))
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
