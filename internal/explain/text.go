package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// Text explains a field, by its path, or a code. An unknown name is an error that says
// what may have been meant.
func Text(name string) (string, error) {
	if e, ok := Code(name); ok {
		return e.text(), nil
	}
	if f, ok := root().find(name); ok {
		return f.text(), nil
	}
	if refusal, ok := v1alpha1.Refused(name); ok {
		return table(
			[]string{"FIELD", name}, []string{"REFUSED", "it " + refusal.Message}, []string{"CODE", refusal.Code.Name},
		), nil
	}
	near := nearest(name)
	if len(near) == 0 {
		return "", fmt.Errorf("%q is no field and no code; write the path of a field, such as spec.storage.rgw, "+
			"or a code, such as pruner-duration", name)
	}
	return "", fmt.Errorf("%q is no field and no code; did you mean %s?", name, strings.Join(near, ", "))
}

func (e Entry) text() string {
	var b strings.Builder
	b.WriteString(table([]string{"CODE", e.Code}, []string{"SEVERITY", e.Severity}, []string{"ABOUT", e.Group}))
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n%s\n  %s\n", title, text)
		}
	}
	section("LOOKS AT", e.Looks)
	section("WHY", e.Why)
	section("WHAT TO DO", e.Fix)
	if e.Message != "" {
		section("FOR EXAMPLE", e.Example.String())
	}
	return b.String()
}

func (f Field) text() string {
	required := ""
	if f.Required {
		required = "yes"
	}
	text := table([]string{"FIELD", f.Path}, []string{"TYPE", f.Type}, []string{"REQUIRED", required},
		[]string{"DEFAULT", f.Default}, []string{"VALUES", strings.Join(f.Values, ", ")}, []string{"RANGE", f.Range})
	text += "\nDESCRIPTION\n  " + f.Description + "\n"
	if len(f.Fields) == 0 {
		return text
	}
	rows := make([][]string, len(f.Fields))
	for i, below := range f.Fields {
		name := below.Path[strings.LastIndexByte(below.Path, '.')+1:]
		first, _, _ := strings.Cut(below.Description+" ", ". ")
		rows[i] = []string{"  " + name, "<" + below.Type + ">", strings.TrimSuffix(first, ".")}
	}
	return text + "\nFIELDS\n" + table(rows...)
}

// table aligns rows, and leaves out those without a value.
func table(rows ...[]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
	}
	_ = w.Flush() // a builder takes everything
	return b.String()
}

// Names returns all that can be explained.
func Names() []string {
	var names []string
	for _, e := range Codes() {
		names = append(names, e.Code)
	}
	return append(names, root().paths()...)
}

// mostGuesses is how many names a message can suggest.
const mostGuesses = 5

// nearest returns the names that an unknown one may mean: the fields that end in it, else
// the one that is most like it.
func nearest(name string) []string {
	var ends []string
	for _, path := range root().paths() {
		if strings.HasSuffix(strings.ToLower(path), "."+strings.ToLower(name)) {
			ends = append(ends, path)
		}
	}
	if len(ends) > 0 {
		slices.SortStableFunc(ends, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
		return ends[:min(len(ends), mostGuesses)]
	}
	if guess := finding.Nearest(name, Names()); guess != "" {
		return []string{guess}
	}
	return nil
}
