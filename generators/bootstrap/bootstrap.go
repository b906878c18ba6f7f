// Package bootstrap holds the script that runs in the cluster, as a Job.
package bootstrap

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"sync"
)

//go:embed bootstrap.sh
var script string

// Script puts the registry on the storage that its environment names. It is the same
// for every profile, and needs bash and oc, nothing else.
func Script() string { return script }

// Hash tells one version of the script from another: it is part of the names of
// everything that runs the script. It has 8 hexadecimal digits.
var Hash = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(script))
	return hex.EncodeToString(sum[:4])
})
