// Package bootstrap holds what runs in the cluster.
package bootstrap

import _ "embed"

// Script is the bootstrap Job's script. Its parameters are environment variables.
//
//go:embed bootstrap.sh
var Script string
