package finding

import (
	"fmt"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// Line writes a result as one line for people: its severity, its place, the object
// if it is not of the kind of the profile, the field, the message and the code.
// Place is where the reader finds the input, such as a file's name and line, or "".
func Line(r *kptfn.Result, place, profileKind string) string {
	parts := []string{string(r.Severity)}
	if place != "" {
		parts = append(parts, place)
	}
	line := fmt.Sprintf("%s: %s [%s]", strings.Join(parts, ": "), sentence(r, profileKind), CodeOf(r))
	return OneLine(line) // a key may hold anything
}

// sentence says what a result is about, and what is wrong with that.
func sentence(r *kptfn.Result, profileKind string) string {
	var parts []string
	if ref := r.ResourceRef; ref != nil && ref.Kind != profileKind {
		parts = append(parts, ref.Kind+"/"+ref.Name)
	}
	if path := Path(r); path != "" {
		parts = append(parts, path)
	}
	return strings.Join(append(parts, r.Message), ": ")
}
