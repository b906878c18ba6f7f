package cli

import (
	"errors"
	"fmt"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// outcome is how a run ends: its number is the exit code of the program. As an error it
// stands for reasons that are on stderr already.
type outcome int

const (
	// exitGood: nothing is wrong, or nothing but warnings.
	exitGood outcome = iota
	// exitFindings: what was looked at has errors, or differs from what it was compared with.
	exitFindings
	// exitFailed: the program could not do its work.
	exitFailed
)

// Error is never shown.
func (o outcome) Error() string { return fmt.Sprintf("ended with exit code %d", int(o)) }

// asError returns nil for exitGood.
func (o outcome) asError() error {
	if o == exitGood {
		return nil
	}
	return o
}

// verdict is an error in what was looked at, and not in how the program was called.
type verdict struct{ error }

// wrong returns a verdict.
func wrong(format string, args ...any) error { return verdict{fmt.Errorf(format, args...)} }

// outcomeOf returns what an error means for the run.
func outcomeOf(err error) outcome {
	var (
		told    outcome
		judged  verdict
		located finding.Located
	)
	switch {
	case err == nil:
		return exitGood
	case errors.As(err, &told):
		return told
	case errors.As(err, &judged), errors.As(err, &located):
		return exitFindings
	}
	return exitFailed
}
