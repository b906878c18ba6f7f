// Command registry-profile turns a RegistryProfile into the manifests that put
// OpenShift's image registry on OpenShift Data Foundation storage.
package main

import (
	"os"
	"runtime/debug"

	"github.com/registryprofile/registry-profile/internal/cli"
)

func main() {
	// One profile is done before a collection would pay: it would be a fifth of
	// the time. A fleet still has its garbage collected.
	debug.SetGCPercent(400)
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
