package v1alpha1

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// Rule is one thing that a profile must or should not say and that the schema
// cannot express.
type Rule struct {
	// Code is stable: users may filter by it.
	Code string
	// Severity is error or warning.
	Severity kptfn.Severity
	// Doc says in one sentence what is refused, and why.
	Doc   string
	check func(p *RegistryProfile, report func(fault))
}

// Rules returns every rule, in the order in which they are documented.
func Rules() []Rule {
	return slices.Concat(profileRules, storageRules, registryRules, prunerRules, bootstrapRules, podRules)
}

// checkRules runs every rule on a profile with its defaults. It leaves out what
// a rule says about a field in which the schema has already found a fault: the
// value that the rule saw is not the one that stands there.
func checkRules(p *RegistryProfile, found kptfn.Results) kptfn.Results {
	var results kptfn.Results
	for _, rule := range Rules() {
		rule.check(p, func(f fault) {
			if !slices.ContainsFunc(found, func(r *kptfn.Result) bool { return covers(r, f.path) }) {
				results = append(results, f.result(rule.Code, rule.Severity))
			}
		})
	}
	return results
}

// covers tells whether a finding is about the field at path, or about one that
// holds it.
func covers(r *kptfn.Result, path string) bool {
	rest, ok := strings.CutPrefix(path, r.Field.Path)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
