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

// locate names the file of a result and, if it is about a field, its line.
func locate(r *kptfn.Result, name string, document *yaml.RNode) finding.Located {
	located := finding.Located{Result: r, File: name}
	if path := finding.Path(r); path != "" {
		located.Line, _ = ynode.Find(document.YNode(), path)
	}
	return located
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
