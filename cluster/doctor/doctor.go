// Package doctor says what is wrong with the registry and its storage on a cluster as it is.
// Each check is a row of one table and looks at a cluster through a Reader only.
package doctor

import (
	"context"
	"slices"
	"sync"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// Check is one thing that is looked at.
type Check struct {
	// Code is the stable name of what the check finds.
	Code     string
	Severity kptfn.Severity
	// Looks says what is looked at, Why in one sentence why it matters, and Fix what to do.
	Looks, Why, Fix string
	// Trap is the number in docs/traps.md of what has led here, or "".
	Trap string

	look func(e *exam)
}

// Checks returns the table of the checks, in the order in which they are told.
func Checks() []Check {
	return slices.Concat(configChecks, conditionChecks, claimChecks, endpointChecks, caChecks, odfChecks, volumeChecks,
		workloadChecks, prunerChecks, jobChecks, surroundingChecks)
}

// Unseen is a check that could not see what it needs.
type Unseen struct {
	Check string
	Why   string
}

// The words about what could not be seen.
const (
	UnseenCode  = "check-unseen"
	UnseenLooks = "what every other check needs"
	UnseenWhy   = "A check that could not see what it needs has no verdict: there may be a fault."
	UnseenFix   = "Use an account that may read it, or add a must-gather or file that holds it."
)

// Result returns the warning that a check has no verdict.
func (u Unseen) Result() *kptfn.Result {
	return finding.NewReporter(UnseenCode, kptfn.Warning, func(*kptfn.Result) {}).At("").
		Say("%s could not be seen: %s", u.Check, u.Why)
}

// Report is what came of all checks.
type Report struct {
	// Findings are sorted by severity, and then as the table is.
	Findings []*kptfn.Result
	// Unseen are the checks without a verdict. One that has found something may be among
	// them, where there may be more to find.
	Unseen []Unseen
	// Blind says why nothing can be said at all, or is "".
	Blind string
}

// Examine runs every check. Now is the time to which certificates are held.
func Examine(ctx context.Context, reader cluster.Reader, now time.Time) Report {
	checks := Checks()
	exams := make([]exam, len(checks))
	var running sync.WaitGroup
	for i, check := range checks {
		running.Go(func() {
			exams[i] = exam{ctx: ctx, reader: reader, now: now, check: check}
			check.look(&exams[i])
		})
	}
	running.Wait()
	var report Report
	for i := range exams {
		report.Findings = append(report.Findings, exams[i].findings...)
		if len(exams[i].unseen) > 0 {
			report.Unseen = append(report.Unseen, Unseen{checks[i].Code, exams[i].unseen[0]})
		}
	}
	slices.SortStableFunc(report.Findings, func(a, b *kptfn.Result) int { return rank(a) - rank(b) })
	config := reader.Get(ctx, cluster.Configs, "", "cluster")
	if !known(config.Outcome) && len(report.Findings) == 0 {
		report.Blind = unseenWords("Config cluster", config.Outcome)
	}
	return report
}

func rank(r *kptfn.Result) int {
	return slices.Index([]kptfn.Severity{kptfn.Error, kptfn.Warning}, r.Severity)
}

// exam is one run of one check.
type exam struct {
	ctx    context.Context
	reader cluster.Reader
	now    time.Time
	check  Check

	findings []*kptfn.Result
	unseen   []string
}

// found tells a finding about a field of an object. Its fix is that of the table.
func (e *exam) found(o cluster.Object, path, format string, values ...any) {
	e.advise(e.check.Fix, o, path, format, values...)
}

// advise tells a finding with a fix of its own.
func (e *exam) advise(fix string, o cluster.Object, path, format string, values ...any) {
	r := finding.NewReporter(e.check.Code, e.check.Severity, func(*kptfn.Result) {}).At(path).Say(format, values...)
	if namespace := o.Metadata.Namespace; namespace != "" {
		r.Message += ", in namespace " + namespace
	}
	r.Message = finding.OneLine(finding.WithoutPassword(r.Message + ". " + fix).(string))
	r.ResourceRef = &kptfn.ResourceRef{
		APIVersion: o.APIVersion, Kind: o.Kind.Name, Namespace: o.Metadata.Namespace, Name: o.Metadata.Name,
	}
	e.findings = append(e.findings, r)
}

// missing tells that an object is not there.
func (e *exam) missing(kind cluster.Kind, namespace, name string) {
	e.found(nameless(kind, namespace, name), "", "is not there")
}

// nameless makes an Object of which only the name is known.
func nameless(kind cluster.Kind, namespace, name string) cluster.Object {
	return cluster.Object{Kind: kind, Metadata: cluster.Metadata{Namespace: namespace, Name: name}}
}

// known tells whether an answer says whether something is there.
func known(o cluster.Outcome) bool {
	return o.State == cluster.Present || o.State == cluster.Absent || o.State == cluster.NoKind
}

func unseenWords(what string, o cluster.Outcome) string {
	words := what + " " + o.State.String()
	if o.Why != "" {
		words += ": " + o.Why
	}
	return words
}

func (e *exam) blind(what string, o cluster.Outcome) {
	e.unseen = append(e.unseen, finding.OneLine(unseenWords(what, o)))
}

// read gets an object. Present and absent are both false where that is not known.
func read[T any](e *exam, kind cluster.Kind, namespace, name string) (value T, o cluster.Object, present, absent bool) {
	value, answer := cluster.Read[T](e.ctx, e.reader, kind, namespace, name)
	if !known(answer.Outcome) {
		e.blind(nameless(kind, namespace, name).String(), answer.Outcome)
		return value, nameless(kind, namespace, name), false, false
	}
	present = answer.State == cluster.Present
	if !present {
		answer.Object = nameless(kind, namespace, name)
	}
	return value, answer.Object, present, !present
}

// item is an object and what is read of it.
type item[T any] struct {
	cluster.Object
	value T
}

// list reads all objects of a kind. Complete says that there are no others.
func list[T any](e *exam, kind cluster.Kind, namespace string) (items []item[T], complete bool) {
	values, answers := cluster.ReadAll[T](e.ctx, e.reader, kind, namespace)
	complete = answers.State == cluster.NoKind || answers.Complete
	if !complete {
		what := "the list of " + kind.String()
		if namespace != "" {
			what += " in " + namespace
		}
		outcome := answers.Outcome
		if outcome.State == cluster.Present {
			outcome.State = cluster.NotCollected
		}
		e.blind(what, outcome)
	}
	for i, value := range values {
		items = append(items, item[T]{answers.Objects[i], value})
	}
	return items, complete
}

// ours are the objects that the profile has brought.
func ours[T any](items []item[T]) []item[T] {
	return slices.DeleteFunc(items, func(i item[T]) bool {
		return i.Metadata.Labels[managedByLabel] != managedByValue
	})
}
