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

// reportAll writes a line for each result. Each line names the profile: where a function
// runs, others may have theirs on the same stderr.
func (s *session) reportAll(profile *yaml.RNode, results kptfn.Results) {
	place := nameOf(profile)
	for _, r := range results {
		fmt.Fprintln(s.err, finding.Line(r, place, v1alpha1.Kind))
	}
}

// nameOf names a profile where its file is not known: "RegistryProfile/NAME", or as much
// of that as there is.
func nameOf(profile *yaml.RNode) string {
	if profile.IsNil() {
		return ""
	}
	const longest = 80 // the name of a good profile is shorter; this one may be anything
	id := ynode.MetaOf(profile.YNode()).ID
	place := id.Kind
	if id.Kind != "" && id.Name != "" {
		place += "/" + id.Name
	}
	if len(place) > longest {
		place = strings.ToValidUTF8(place[:longest], "") + "..."
	}
	return place
}
