package finding

import (
	"fmt"
	"io"
	"maps"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// Located is a finding with the place at which the reader finds its cause. As an error
// it says why an input could not be read any further.
type Located struct {
	*kptfn.Result
	// File names the input. It is "" where the finding is about no file.
	File string
	// Line is 0 where the finding is about the whole file.
	Line int
}

// Place returns the file and the line, as much of them as there is.
func (l Located) Place() string {
	if l.File == "" || l.Line == 0 {
		return l.File
	}
	return fmt.Sprintf("%s:%d", l.File, l.Line)
}

// Error returns the place, the message and the code.
func (l Located) Error() string {
	return OneLine(fmt.Sprintf("%s: %s [%s]", l.Place(), l.Message, CodeOf(l.Result)))
}

// Report is all that one run has found, for programs to read.
type Report struct {
	// Command is what ran, such as "validate", and Version that of the program.
	Command, Version string
	// ProfileKind is the kind of object that messages need not name.
	ProfileKind string
	// Folder is the absolute path that relative names begin from.
	Folder string
	// Describe returns what is known of a code.
	Describe func(code string) Description

	// files are all that were looked at, also the good ones.
	files    []string
	known    map[string]bool
	findings []Located
}

// Saw notes that a file was looked at.
func (r *Report) Saw(file string) {
	if r.known[file] || file == "" {
		return
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	r.known[file] = true
	r.files = append(r.files, file)
}

// Add adds findings.
func (r *Report) Add(found ...Located) {
	for _, f := range found {
		r.Saw(f.File)
	}
	r.findings = append(r.findings, found...)
}

// Description is what documentation knows of a code.
type Description struct {
	// Why says in one sentence why this is a fault.
	Why string
	// Fix says what to write or do, or shows a message that does.
	Fix string
}

// formats are the writers of a Report by the name of their format.
var formats = map[string]func(*Report, io.Writer) error{
	"json": (*Report).writeJSON, "sarif": (*Report).writeSARIF, "junit": (*Report).writeJUnit,
}

// Formats returns the names of the formats of a Report.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// Write writes the report as one document in a format, which is one of Formats.
func (r *Report) Write(w io.Writer, format string) error { return formats[format](r, w) }

// count returns how many findings have a severity.
func (r *Report) count(severity kptfn.Severity) int {
	n := 0
	for _, f := range r.findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}
