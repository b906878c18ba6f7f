package finding

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// Reason is what a finding about a cluster is about.
type Reason struct {
	// Code is the stable name of the reason.
	Code     string
	Severity kptfn.Severity
	// Looks says what is looked at, Why in one sentence why it matters, and Fix what to do.
	Looks, Why, Fix string
}
