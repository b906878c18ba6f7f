// Package bootstrap holds the script that runs in the cluster, as a Job.
package bootstrap

import _ "embed"

// Script puts the registry on the storage that its environment names. It is the
// same for every profile, and needs bash and oc, nothing else.
//
//go:embed bootstrap.sh
var Script string
