package doctor

import (
	"regexp"
	"slices"
	"strings"
	"sync"

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
		"Where the registry's are the claim's, restart the provisioner, which writes them anew. " + again + ".", "T49",
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

// notTheStores are words of the API server, and of what stands before it.
var notTheStores = []string{" is forbidden: ", "failed calling webhook", "exceeded quota"}

// fromStorage begins what the operator says about its storage.
const fromStorage = "unable to sync storage configuration"

// hostsIn matches the hosts that a message names.
var hostsIn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:://|\blookup )([a-z0-9.-]+)`) })

// storeErrorOf returns the code of the error of the store in a condition, or "". A bucket is in
// S3 only, and an error is the store's only where the operator speaks of it, and of no other host.
func (c *config) storeErrorOf(one condition) string {
	message := strings.ToLower(one.says())
	says := func(word string) bool { return strings.Contains(message, word) }
	isOfStorage := one.Type == "StorageExists" || says(fromStorage)
	if c.storage.S3 == nil || !isOfStorage || slices.ContainsFunc(notTheStores, says) {
		return ""
	}
	if endpoint := hostOf(c.storage.S3.RegionEndpoint); endpoint != "" {
		hosts := hostsIn().FindAllStringSubmatch(message, -1)
		isStores := func(host []string) bool { return host[1] == endpoint || strings.HasSuffix(host[1], "."+endpoint) }
		if len(hosts) > 0 && !slices.ContainsFunc(hosts, isStores) {
			return ""
		}
	}
	for _, known := range storeErrors {
		if slices.ContainsFunc(known.words, says) {
			return known.code
		}
	}
	return ""
}

// bad are the conditions of Config that say that something is wrong, not done yet, or not known.
func (c *config) bad() []condition {
	return slices.DeleteFunc(slices.Clone(c.Status.Conditions), func(one condition) bool {
		switch {
		case c.isRemoved() && (one.Type == "Available" || one.Type == "StorageExists"):
			return true
		case one.Type == "Available" || one.Type == "StorageExists":
			return one.Status == "True"
		case strings.HasSuffix(one.Type, "Degraded"):
			return one.Status == "False"
		case one.Type == "Progressing":
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
		if c.storeErrorOf(one) == code {
			e.found(o, "status.conditions", "%s is %s%s", one.Type, one.Status, after(": ", one.says()))
			return
		}
	}
}

// lookAtConditions tells what no other check of conditions does, and tells it once. Progress is
// no fault, unless its reason is an error.
func lookAtConditions(e *exam) {
	c, o := e.config()
	if c == nil {
		return
	}
	told := map[string]bool{}
	for _, one := range c.bad() {
		progress := one.Type == "Progressing" && one.Reason != "Error"
		if progress || c.storeErrorOf(one) != "" || one.Message != "" && told[one.Message] {
			continue
		}
		told[one.Message] = true
		e.found(o, "status.conditions", "%s is %s%s", one.Type, one.Status, after(": ", one.says()))
	}
}
