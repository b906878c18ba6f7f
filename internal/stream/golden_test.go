package stream_test

import (
	"path/filepath"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/stretchr/testify/assert"
)

// TestGolden judges every stream of testdata, and leaves it as it is.
func TestGolden(t *testing.T) {
	for _, c := range cases.FinalStreams(t) {
		t.Run(c.Name, func(t *testing.T) {
			before := cases.Stream(t, c.Items)
			results := stream.Check(c.Items)
			cases.Golden(t, filepath.Join(c.Dir, "results.yaml"), cases.FindingsText(t, results))
			assert.Equal(t, before, cases.Stream(t, c.Items))
			assert.NotContains(t, cases.FindingsText(t, results), "not-shown-again")
		})
	}
}
