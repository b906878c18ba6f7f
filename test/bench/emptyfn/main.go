// Command emptyfn is a function that changes nothing: what the SDK costs.
package main

import (
	"os"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

func main() {
	if err := kptfn.AsMain(func(*kptfn.ResourceList) (bool, error) { return true, nil }); err != nil {
		os.Exit(1)
	}
}
