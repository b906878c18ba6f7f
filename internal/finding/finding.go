// Package finding makes, judges and prints findings: what is wrong with an input,
// where, and what to write instead. A finding is a result of the KRM function SDK
// that carries a stable code.
package finding

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// codeTag is the key under which a result carries its code.
const codeTag = "code"

// CodeOf returns the name of a result's code, or "" where another function made it.
func CodeOf(r *kptfn.Result) string { return r.Tags[codeTag] }

// HasErrors tells whether any of the results is an error.
func HasErrors(results kptfn.Results) bool {
	return slices.ContainsFunc(results, func(r *kptfn.Result) bool { return r.Severity == kptfn.Error })
}

// Strict returns the results with every warning made an error. Information stays what it
// is.
func Strict(results kptfn.Results) kptfn.Results {
	var strict kptfn.Results
	for _, r := range results {
		result := *r
		if result.Severity == kptfn.Warning {
			result.Severity = kptfn.Error
		}
		strict = append(strict, &result)
	}
	return strict
}

// Path returns the field path of a result, or "".
func Path(r *kptfn.Result) string {
	if r.Field == nil {
		return ""
	}
	return r.Field.Path
}
