package doctor

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// A storeError is an error of the store, as the operator quotes it in its conditions.
type storeError struct {
	code, why, fix, trap string
	// words are parts of the message, in lower case. One of them is enough.
	words []string
}

// storeErrors are in the order in which they are looked for: the first one counts.
var storeErrors = []storeError{
	{
		"store-certificate", "The operator does not trust the certificate of the store.",
		"Give the profile the CA that has signed the certificate of the endpoint (trustedCA).", "T49",
		[]string{"x509:", "signed by unknown authority"},
	},
	{
		"store-bucket", "Another store answers at the endpoint, or the bucket was deleted.",
		"Find out where the endpoint leads to, and whether the claim and its bucket are still there.", "T46",
		[]string{"nosuchbucket", "toomanybuckets"},
	},
	{
		"store-credentials", "The store refuses the credentials that the registry has.",
		"Compare the registry's Secret with the claim's, and run the Job again; " +
			"else restart the provisioner, which writes them anew.", "T49",
		[]string{"signaturedoesnotmatch", "invalidaccesskeyid", "accessdenied", "forbidden", " 403"},
	},
	{
		"store-host", "The operator cannot resolve the host of the endpoint.",
		"Check the host in regionEndpoint, and the DNS of the cluster.", "T49",
		[]string{"no such host"},
	},
	{
		"store-unreachable", "Nothing answers at the endpoint.",
		"Check the store's pods, the port, network policies, and whether a proxy stands in between (noProxy).", "T49",
		[]string{"connection refused", "i/o timeout"},
	},
}

// storeErrorOf returns the code of the error of the store in a message, or "".
func storeErrorOf(message string) string {
	message = strings.ToLower(message)
	if strings.Contains(message, " is forbidden: user ") { // it is the API server that says so
		return ""
	}
	for _, known := range storeErrors {
		if slices.ContainsFunc(known.words, func(w string) bool { return strings.Contains(message, w) }) {
			return known.code
		}
	}
	return ""
}

// bad are the conditions of Config that say that something is wrong, or not done yet.
func (c *config) bad() []condition {
	return slices.DeleteFunc(slices.Clone(c.Status.Conditions), func(one condition) bool {
		switch {
		case one.Type == "Available" || one.Type == "StorageExists":
			return one.Status != "False"
		case strings.HasSuffix(one.Type, "Degraded") || one.Type == "Progressing":
			return one.Status != "True"
		}
		return true
	})
}

var conditionChecks = func() []Check {
	var checks []Check
	for _, known := range storeErrors {
		checks = append(checks, Check{
			Code: known.code, Severity: kptfn.Error, Looks: "the conditions of Config",
			Why: known.why, Fix: known.fix, Trap: known.trap, look: func(e *exam) { e.lookForStoreError(known.code) },
		})
	}
	return append(checks, Check{
		Code: "registry-condition", Severity: kptfn.Error, Looks: "the conditions of Config",
		Why:  "The operator says itself that the registry is not available, or that it could not do its work.",
		Fix:  "The message of the condition says why; the log of the cluster-image-registry-operator says more.",
		look: lookAtConditions,
	})
}()

func (e *exam) lookForStoreError(code string) {
	c, o := e.config()
	if c == nil {
		return
	}
	for _, one := range c.bad() {
		if storeErrorOf(one.says()) == code {
			e.found(o, "status.conditions", "%s is %s: %s", one.Type, one.Status, one.says())
			return
		}
	}
}

// lookAtConditions tells what no other check of conditions does. Progress is no fault.
func lookAtConditions(e *exam) {
	c, o := e.config()
	if c == nil {
		return
	}
	for _, one := range c.bad() {
		removed := one.Type == "Available" && c.Spec.ManagementState == "Removed"
		if one.Type != "Progressing" && !removed && storeErrorOf(one.says()) == "" {
			e.found(o, "status.conditions", "%s is %s: %s", one.Type, one.Status, one.says())
		}
	}
}
