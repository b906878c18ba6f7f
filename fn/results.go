package fn

import (
	"fmt"
	"io"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn/v1alpha1"
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

// Report writes the lines of all results.
func Report(w io.Writer, results kptfn.Results) {
	for _, r := range results {
		fmt.Fprintln(w, Line(r, ""))
	}
}
