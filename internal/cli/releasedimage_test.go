package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestReleasedImage: an image that nobody has published is not to be mirrored.
func TestReleasedImage(t *testing.T) {
	assert.Equal(t, "ghcr.io/registryprofile/registry-profile:v0.1.0", releasedImage("v0.1.0"))
	for _, version := range []string{"(devel)", "v0.1.0-3-g1234567", "v0.1.0-dirty", "unknown", ""} {
		assert.Empty(t, releasedImage(version), version)
	}
}
