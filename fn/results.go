package fn

import (
	"fmt"
	"io"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Line writes a result as one line for people: its severity, where it is, what
// is wrong and its code. Where is the place as its reader knows it, such as a
// file's name and line, or "".
func Line(r *kptfn.Result, where string) string {
	parts := []string{string(r.Severity)}
	if where != "" {
		parts = append(parts, where)
	}
	if ref := r.ResourceRef; ref != nil && ref.Kind != v1alpha1.Kind {
		parts = append(parts, ref.Kind+"/"+ref.Name)
	}
	if r.Field != nil && r.Field.Path != "" {
		parts = append(parts, r.Field.Path)
	}
	line := fmt.Sprintf("%s: %s [%s]", strings.Join(parts, ": "), r.Message, v1alpha1.Code(r))
	return oneLine(line) // a key may hold anything
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Report writes the lines of all results. Each names the profile: where a function
// runs, others may have theirs on the same stderr.
func Report(w io.Writer, profile *yaml.RNode, results kptfn.Results) {
	place := Place(profile)
	for _, r := range results {
		fmt.Fprintln(w, Line(r, place))
	}
}

// Place names a profile where its file is not known: "RegistryProfile/NAME", or as
// much of that as there is. Another object has its own kind there.
func Place(profile *yaml.RNode) string {
	if profile.IsNil() {
		return ""
	}
	const most = 80 // the name of a profile has less; this one may be anything
	id := newItem(profile).id
	place := id.kind
	if id.kind != "" && id.name != "" {
		place += "/" + id.name
	}
	if len(place) > most {
		place = strings.ToValidUTF8(place[:most], "") + "..."
	}
	return place
}
