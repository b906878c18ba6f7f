// Package doctor says what is wrong with the registry and its storage on a cluster as it is.
// Each check is a row of one table and looks at a cluster through a Reader only.
package doctor

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
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

// Checks returns the table of the checks, in the order in which they are told: as images find
// their way from the storage to the registry, and then what delivers and guards it.
func Checks() []Check {
	return slices.Concat(odfChecks, claimChecks, volumeChecks, endpointChecks, caChecks, configChecks, conditionChecks,
		workloadChecks, prunerChecks, jobChecks, profileChecks, engineChecks, surroundingChecks)
}

// Unseen is what could not be seen, and the checks that need it.
type Unseen struct {
	Checks []string
	Why    string
}

// The words about what could not be seen.
const (
	UnseenCode  = "check-unseen"
	UnseenLooks = "what every other check needs"
	UnseenWhy   = "A check that could not see what it needs has no verdict: there may be a fault."
	UnseenFix   = "Use an account that may read it, or add a must-gather or file that holds it."
)

// Result returns the warning that checks have no verdict.
func (u Unseen) Result() *kptfn.Result {
	return finding.NewReporter(UnseenCode, kptfn.Warning, func(*kptfn.Result) {}).At("").
		Say("could not be seen: %s, for %s", u.Why, strings.Join(u.Checks, ", "))
}

// Input is what a cluster is held to.
type Input struct {
	// Now is the time to which certificates are held and, of a cluster that is Live, schedules:
	// when a dump was written, nobody knows.
	Now  time.Time
	Live bool
	// Profile says what the registry shall be. Without one, the names are those for which
	// there is evidence in the cluster.
	Profile *v1alpha1.RegistryProfile
}

// Report is what came of all checks.
type Report struct {
	// Findings are sorted by severity, and then as the table is.
	Findings []*kptfn.Result
	// Unseen is what could not be seen. A check that has found something may be among those
	// that need it, where there may be more to find.
	Unseen []Unseen
	// Blind says why nothing can be said at all, or is "".
	Blind string
}

// Examine runs every check.
func Examine(ctx context.Context, reader cluster.Reader, in Input) Report {
	checks := Checks()
	exams := make([]exam, len(checks))
	witness := cluster.NewWitness(reader)
	read := sync.OnceValues(func() (*config, cluster.Answer) { return readConfig(ctx, witness) })
	var running sync.WaitGroup
	for i, check := range checks {
		running.Go(func() {
			exams[i] = exam{Input: in, ctx: ctx, reader: witness, readConfig: read, check: check}
			check.look(&exams[i])
		})
	}
	running.Wait()
	witness.ReadCredentials(ctx, registryNamespace, credentialsSecret)
	var report Report
	for _, e := range exams {
		for _, f := range e.findings {
			f.Message = witness.Hide(f.Message)
			report.Findings = append(report.Findings, f)
		}
		if len(e.unseen) > 0 {
			report.addUnseen(e.check.Code, witness.Hide(e.unseen[0]))
		}
	}
	slices.SortStableFunc(report.Findings, func(a, b *kptfn.Result) int { return rank(a) - rank(b) })
	_, config := read()
	isError := func(r *kptfn.Result) bool { return r.Severity == kptfn.Error }
	if !known(config.Outcome) && !slices.ContainsFunc(report.Findings, isError) {
		report.Blind = witness.Hide("Config cluster " + config.Words())
	}
	return report
}

// addUnseen tells one reason once, whatever the number of the checks is.
func (r *Report) addUnseen(code, why string) {
	i := slices.IndexFunc(r.Unseen, func(u Unseen) bool { return u.Why == why })
	if i < 0 {
		r.Unseen = append(r.Unseen, Unseen{[]string{code}, why})
		return
	}
	r.Unseen[i].Checks = append(r.Unseen[i].Checks, code)
}

func rank(r *kptfn.Result) int {
	return slices.Index([]kptfn.Severity{kptfn.Error, kptfn.Warning, kptfn.Info}, r.Severity)
}

// exam is one run of one check.
type exam struct {
	Input
	ctx    context.Context
	reader cluster.Reader
	check  Check
	// readConfig reads Config once for all checks.
	readConfig func() (*config, cluster.Answer)

	findings []*kptfn.Result
	unseen   []string
}

// mostBytes bounds what a finding quotes of others: a condition may be as long as an object.
const mostBytes = 4096

// found tells a finding about a field of an object. Its fix is that of the table.
func (e *exam) found(o cluster.Object, path, format string, values ...any) {
	e.advise(e.check.Fix, o, path, format, values...)
}

// advise tells a finding with a fix of its own.
func (e *exam) advise(fix string, o cluster.Object, path, format string, values ...any) {
	e.tell(e.check.Severity, fix, o, path, format, values...)
}

// tell tells a finding with a severity and a fix of its own.
func (e *exam) tell(severity kptfn.Severity, fix string, o cluster.Object, path, format string, values ...any) {
	r := finding.NewReporter(e.check.Code, severity, func(*kptfn.Result) {}).At(path).Say(format, values...)
	if namespace := o.Metadata.Namespace; namespace != "" {
		r.Message += ", in namespace " + namespace
	}
	r.Message = finding.Cut(finding.OneLine(r.Message), mostBytes) + ". " + fix
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

func (e *exam) blind(what string, o cluster.Outcome) {
	e.unseen = append(e.unseen, finding.OneLine(what+" "+o.Words()))
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
