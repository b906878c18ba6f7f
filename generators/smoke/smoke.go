// Package smoke holds the script of the smoke test, which runs in the cluster as a Job.
package smoke

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"sync"
)

//go:embed smoke-test.sh
var script string

// Script pushes an image to the registry, and lets nodes pull it. It is the same for every
// profile, and needs bash and oc, nothing else.
func Script() string { return script }

// Hash tells one version of the script from another: it is part of the names of everything
// that runs the script. It has 8 hexadecimal digits.
var Hash = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(script))
	return hex.EncodeToString(sum[:4])
})
