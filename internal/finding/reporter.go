package finding

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// Reporter collects findings of one code and severity.
type Reporter struct {
	code     string
	severity kptfn.Severity
	add      func(*kptfn.Result)
}

// NewReporter returns a Reporter that hands each finding to add.
func NewReporter(code string, severity kptfn.Severity, add func(*kptfn.Result)) Reporter {
	return Reporter{code: code, severity: severity, add: add}
}

// At begins an error of a code about the field at a path. Nobody but the caller of Say
// gets it.
func At(code Code, path string) Draft {
	return Reporter{code: code.Name, severity: kptfn.Error, add: func(*kptfn.Result) {}}.At(path)
}

// Error returns an error of a code about the field at a path.
func Error(code Code, path, format string, args ...any) *kptfn.Result {
	return At(code, path).Say(format, args...)
}

// At begins a finding about the field at a path.
func (r Reporter) At(path string) Draft { return Draft{reporter: r, path: path} }

// Draft is a finding that is not reported yet: Say reports it.
type Draft struct {
	reporter Reporter
	path     string
	value    any
	quoted   bool
	proposed any
}

// Value keeps the value that stands at the field. The message begins with it, in
// quotes and bounded.
func (d Draft) Value(value any) Draft {
	d.value, d.quoted = value, true
	return d
}

// Stands keeps the value that stands at the field, which the message does not repeat.
func (d Draft) Stands(value any) Draft {
	d.value = value
	return d
}

// Propose keeps the value to write instead, for programs that read results.
func (d Draft) Propose(value any) Draft {
	d.proposed = value
	return d
}

// Say reports the finding and returns it. The message says what is wrong and, after a
// semicolon, what to write instead.
func (d Draft) Say(format string, args ...any) *kptfn.Result {
	message := fmt.Sprintf(format, args...)
	if d.quoted {
		message = Quote(d.value) + " " + message
	}
	result := &kptfn.Result{
		Severity: d.reporter.severity,
		Message:  Visible(message),
		Field:    &kptfn.Field{Path: d.path, CurrentValue: WithoutPassword(d.value), ProposedValue: d.proposed},
		Tags:     map[string]string{codeTag: d.reporter.code},
	}
	d.reporter.add(result)
	return result
}
