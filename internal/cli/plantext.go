package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// planText writes a plan for a terminal.
func planText(p *plan.Plan) (string, error) {
	var out strings.Builder
	same, unseen := 0, map[string]int{}
	for _, object := range p.Objects {
		switch object.Action {
		case plan.Same:
			same++
			continue
		case plan.Unseen:
			unseen[object.Why]++
			continue
		}
		fmt.Fprintf(&out, "%-8s %s\n", object.Action, finding.OneLine(object.Name))
		for _, line := range objectLines(object) {
			fmt.Fprintf(&out, "         %s\n", line)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(unseen)) {
		fmt.Fprintf(&out, "%-8s %d of %d objects: each %s\n", plan.Unseen, unseen[why], len(p.Objects), finding.OneLine(why))
	}
	fmt.Fprintf(&out, "%-8s %d of %d objects\n", plan.Same, same, len(p.Objects))
	for _, l := range p.Leftovers {
		fmt.Fprintf(&out, "%-8s %s: %s\n", "leftover", finding.OneLine(l.Name), leftoverLine(l))
	}
	for _, why := range p.LeftoversUnseen {
		fmt.Fprintf(&out, "%-8s perhaps, of %s\n", "leftover", finding.OneLine(why))
	}
	out.WriteString("\n")
	for _, line := range jobLines(p) {
		fmt.Fprintln(&out, line)
	}
	return out.String(), nil
}
