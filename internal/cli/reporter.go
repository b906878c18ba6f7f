package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/explain"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/spf13/cobra"
)

// textFormat is the format for people: lines on stderr.
const textFormat = "text"

// reporter tells what a command finds. In the format for people every finding is told at
// once and then forgotten; in the others one document is written at the end.
type reporter struct {
	s       *session
	outcome outcome
	format  string
	report  finding.Report
}

// textReporter returns a reporter for people.
func (s *session) textReporter() *reporter { return &reporter{s: s, format: textFormat} }

// reporter returns a reporter of a command's findings in a format.
func (s *session) reporter(command, format string) *reporter {
	r := &reporter{s: s, format: format}
	r.report = finding.Report{
		Command: command, Version: buildVersion(), ProfileKind: v1alpha1.Kind, Describe: explain.Describe,
	}
	r.report.Folder, _ = os.Getwd() // without it absolute names stay absolute
	return r
}

// findingsCommand gives a command the flag for the format of its findings, and a reporter
// to hand them to.
func (s *session) findingsCommand(cmd *cobra.Command, run func(r *reporter, args []string)) *cobra.Command {
	formats := append([]string{textFormat}, finding.Formats()...)
	format := cmd.Flags().StringP("output", "o", textFormat,
		"how to report: "+strings.Join(formats, ", ")+"; all but text write one document to stdout")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if !slices.Contains(formats, *format) {
			return fmt.Errorf("--output: %q is no format; write one of %s", *format, strings.Join(formats, ", "))
		}
		r := s.reporter(cmd.Name(), *format)
		run(r, args)
		return r.end()
	}
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// input tells what is wrong with a file.
func (r *reporter) input(in *input) {
	if in.fault != nil {
		r.fault(in.fault)
		return
	}
	r.saw(displayName(in.file))
	r.add(in.findings...)
}

// saw notes a file that was looked at.
func (r *reporter) saw(file string) {
	if r.format != textFormat {
		r.report.Saw(file)
	}
}

// add tells findings. With --strict their warnings are errors.
func (r *reporter) add(all ...finding.Located) {
	for _, f := range all {
		if r.s.strict {
			f.Result = finding.Strict(kptfn.Results{f.Result})[0]
		}
		if f.Severity == kptfn.Error {
			r.outcome = max(r.outcome, exitFindings)
		}
		if r.format == textFormat {
			fmt.Fprintln(r.s.err, finding.Line(f.Result, f.Place(), v1alpha1.Kind))
		} else {
			r.report.Add(f)
		}
	}
}

// fault tells an error: a finding, or why something could not be done.
func (r *reporter) fault(err error) {
	if located := (finding.Located{}); errors.As(err, &located) {
		r.add(located)
		return
	}
	r.outcome = max(r.outcome, outcomeOf(err))
	fmt.Fprintln(r.s.err, errorLine(err))
}

// faults tells errors.
func (r *reporter) faults(all []error) {
	for _, err := range all {
		r.fault(err)
	}
}

// end writes the document, if there is to be one, and returns the outcome.
func (r *reporter) end() error {
	if r.format != textFormat {
		if err := r.report.Write(r.s.out, r.format); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return r.outcome.asError()
}
