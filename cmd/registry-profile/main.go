// Command registry-profile turns a RegistryProfile into the manifests that put
// OpenShift's image registry on OpenShift Data Foundation storage.
package main

import (
	"os"

	"github.com/registryprofile/registry-profile/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
