package finding

import (
	"encoding/json"
	"io"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// jsonReport is the form of a Report in JSON. It is documented in docs/ci.md and is
// stable: fields are added, and never renamed or removed.
type jsonReport struct {
	Command  string        `json:"command"`
	Version  string        `json:"version"`
	Files    []string      `json:"files"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Findings []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Severity string      `json:"severity"`
	Code     string      `json:"code"`
	Message  string      `json:"message"`
	File     string      `json:"file,omitempty"`
	Line     int         `json:"line,omitempty"`
	Path     string      `json:"path,omitempty"`
	Object   *jsonObject `json:"object,omitempty"`
	// Value stands in the input, and Proposed may be written instead.
	Value    any `json:"value,omitempty"`
	Proposed any `json:"proposed,omitempty"`
}

type jsonObject struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name,omitempty"`
}

func (r *Report) writeJSON(w io.Writer) error {
	report := jsonReport{
		Command: r.Command, Version: r.Version, Errors: r.count(kptfn.Error), Warnings: r.count(kptfn.Warning),
		Files: append([]string{}, r.files...), Findings: []jsonFinding{},
	}
	for _, f := range r.findings {
		entry := jsonFinding{
			Severity: string(f.Severity), Code: CodeOf(f.Result), Message: f.Message,
			File: f.File, Line: f.Line, Path: Path(f.Result),
		}
		if ref := f.ResourceRef; ref != nil {
			entry.Object = &jsonObject{ref.APIVersion, ref.Kind, ref.Namespace, ref.Name}
		}
		if field := f.Field; field != nil {
			entry.Value, entry.Proposed = field.CurrentValue, field.ProposedValue
		}
		report.Findings = append(report.Findings, entry)
	}
	return encodeJSON(w, report)
}

// encodeJSON writes a document for programs that people can read too.
func encodeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}
