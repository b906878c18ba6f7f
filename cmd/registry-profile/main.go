// Command registry-profile turns a RegistryProfile into the manifests that put
// OpenShift's image registry on OpenShift Data Foundation storage.
package main

import (
	"os"
	"runtime/debug"

	"github.com/registryprofile/registry-profile/internal/cli"
)

// manyArguments is the number of arguments from which a run is that of a fleet.
const manyArguments = 20

func main() {
	// One profile is done before a collection of garbage would pay: it would be a fifth
	// of the time. In the run of a fleet what is kept of each profile adds up, and the
	// heap would grow to five times of that.
	percent := 400
	if len(os.Args) > manyArguments {
		percent = 200
	}
	debug.SetGCPercent(percent)
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
