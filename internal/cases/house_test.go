package cases_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// house lists the packages of the product from the roof to the cellar: a package imports
// only what stands below it.
var house = []string{
	"cmd/registry-profile", "internal/cli", "internal/explain", "fn",
	"cluster/doctor", "cluster/takeover", "cluster/plan", "cluster/verdict", "cluster", "internal/stream",
	"generators", "generators/bootstrap", "generators/smoke",
	"api/v1alpha1", "internal/schema", "internal/ynode", "internal/finding",
}

// TestImportsPointOneWay holds every package of the product to its place in the house.
// What tests need stands outside of it, and nothing in the house imports that.
func TestImportsPointOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Dir = cases.Root(t)
	out, err := list.Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		imports := strings.Fields(line)
		floor := slices.Index(house, inModule(imports[0]))
		if floor < 0 {
			place := inModule(imports[0])
			tests := strings.HasPrefix(place, "test/") || place == "internal/cases" || place == "internal/standin"
			assert.True(t, tests, "%s has no place in the house", place)
			continue
		}
		seen++
		for _, other := range imports[1:] {
			if place := inModule(other); place != "" {
				assert.Greater(t, slices.Index(house, place), floor, "%s imports %s", house[floor], place)
			}
		}
	}
	assert.Equal(t, len(house), seen)
}

// inModule returns a package's path inside the module, or "" for one of another module.
func inModule(path string) string {
	place, ok := strings.CutPrefix(path, "github.com/registryprofile/registry-profile/")
	if !ok {
		return ""
	}
	return place
}
