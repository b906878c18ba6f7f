package cli

import (
	"fmt"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// report writes the findings about an input, and then faults that are not the input's
// own. It fails if there is an error among them.
func (s *session) report(in *input, faults ...error) error {
	for _, line := range in.findings {
		fmt.Fprintln(s.err, line)
	}
	if err := s.reportFaults(faults); err != nil || in.profile == nil {
		return errReported
	}
	return nil
}

// reportFaults writes a line for each fault, and fails if there is one.
func (s *session) reportFaults(faults []error) error {
	for _, fault := range faults {
		fmt.Fprintln(s.err, errorLine(fault))
	}
	if len(faults) > 0 {
		return errReported
	}
	return nil
}

// errorLine writes an error as a finding for people.
func errorLine(err error) string { return "error: " + finding.OneLine(err.Error()) }

// reportResults writes a line for each result. Each line names the profile: where a
// function runs, others may have theirs on the same stderr.
func (s *session) reportResults(profile *yaml.RNode, results kptfn.Results) {
	place := profileRef(profile)
	for _, r := range results {
		fmt.Fprintln(s.err, finding.Line(r, place, v1alpha1.Kind))
	}
}

// positionOf returns the name of a file and, if a result is about a field, its line.
func positionOf(r *kptfn.Result, name string, document *yaml.RNode) string {
	path := finding.Path(r)
	if path == "" {
		return name
	}
	line, _ := ynode.Find(document.YNode(), path)
	return fmt.Sprintf("%s:%d", name, line)
}

// profileRef names a profile whose file is not known: "RegistryProfile/NAME", or as much
// of that as there is.
func profileRef(profile *yaml.RNode) string {
	if profile.IsNil() {
		return ""
	}
	const longest = 80 // the name of a valid profile is shorter; this one may be anything
	id := ynode.IDOf(profile.YNode())
	place := id.Kind
	if id.Kind != "" && id.Name != "" {
		place += "/" + id.Name
	}
	if len(place) > longest {
		place = strings.ToValidUTF8(place[:longest], "") + "..."
	}
	return place
}
