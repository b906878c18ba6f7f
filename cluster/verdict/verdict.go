// Package verdict says how a run of the bootstrap Job would end on a cluster as it is: what
// it would wait for, whether its guard would stop it, and what it would write. The script in
// generators/bootstrap decides the same in the cluster; one table of cases is the truth for
// both (generators/bootstrap/testdata/guard.yaml).
package verdict

import (
	"context"
	"errors"

	"github.com/registryprofile/registry-profile/cluster"
)

// The exit codes of the Job.
const (
	Done   = 0
	InVain = 1 // time is up
	Never  = 2 // a value that no waiting can mend
	Stop   = 3 // images could be lost
)

// Verdict is how a run of the Job would end.
type Verdict struct {
	// Exit is the exit code: Done, also where the run first waits for something that can
	// come, or Never or Stop. It means nothing where the verdict is not Certain.
	Exit int
	// Reasons say why the run stops, or what it leaves behind, a line each.
	Reasons []string
	// Advice is what to do about it.
	Advice string
	// Waits are what the run would wait for. Where it does not come in time, the run ends
	// with InVain.
	Waits []Wait
	// Unseen are what the verdict needs and could not be read. With one or more, a verdict
	// that goes on is not Certain.
	Unseen []string
	// Doubts are writes that could not be foreseen. Whether there is one does not decide how
	// the run ends.
	Doubts []string
	// Store is the storage that the registry would have. Before is the one that it has, or ""
	// where that could not be seen, and After the one of Store; both with the managementState.
	Store, Before, After string
	// Writes are what the run would write, in its order.
	Writes []Write
}

// Certain tells whether everything that decides was seen: a reason to stop is one, whatever
// else there may be.
func (v *Verdict) Certain() bool { return v.Exit != Done || len(v.Unseen) == 0 }

// A Wait is something that the Job needs and that is not there yet.
type Wait struct {
	// For is what it waits for, and Why the reason why that is not so yet.
	For string `json:"for"`
	Why string `json:"why"`
	// Advice is what to do where it does not come.
	Advice string `json:"advice"`
}

// A Write is an object that the run would write.
type Write struct {
	// Object names it, such as "Secret openshift-image-registry/NAME".
	Object string `json:"object"`
	// Why says what is not as it has to be.
	Why string `json:"why"`
	// Patch is the merge patch of Config, or nil for other objects. It holds no credentials.
	Patch map[string]any `json:"patch,omitempty"`
}

// stop is the end of a run before its time.
type stop struct {
	exit    int
	reasons []string
	advice  string
}

func (s *stop) Error() string { return s.reasons[0] }

// errUnseen ends the look where nothing more can be said.
var errUnseen = errors.New("unseen")

// never is a stop that no waiting can mend.
func never(reason, advice string) error { return &stop{Never, []string{reason}, advice} }

// Delivery says what comes with the profile, before the Job looks for it.
type Delivery struct {
	// Claim tells whether the claim does, so that it need not be there yet.
	Claim bool
	// Prefix is what the name of its bucket begins with, or "".
	Prefix string
	// Bucket is the name that its bucket is given, or "". That bucket may be there already.
	Bucket string
}

// Of returns the verdict for the parameters of a Job and what comes with it.
func Of(ctx context.Context, reader cluster.Reader, p Parameters, d Delivery) *Verdict {
	l := &look{ctx: ctx, reader: reader, Parameters: p, delivery: d, verdict: &Verdict{}}
	l.run(l.lookAtClaim, l.resolveEndpoint, l.lookAtCA, l.guardImages, l.lookAtWrites)
	l.verdict.Store, l.verdict.Before = l.wantedStore(), l.storeThere()
	l.verdict.After = l.verdict.Store + ", " + l.state()
	return l.verdict
}

// run takes steps until one of them ends the run.
func (l *look) run(steps ...func() error) {
	for _, step := range steps {
		err := step()
		var end *stop
		if errors.As(err, &end) {
			l.verdict.Exit, l.verdict.Reasons, l.verdict.Advice = end.exit, append(l.verdict.Reasons, end.reasons...), end.advice
		}
		if err != nil {
			break
		}
	}
}

// look is one run of the Job, as far as it looks at things.
type look struct {
	Parameters
	ctx      context.Context
	reader   cluster.Reader
	delivery Delivery
	verdict  *Verdict

	fresh                  bool   // the claim comes with the profile, and gets a bucket that nothing is in
	bucket, prefix         string // of the claim; no bucket as long as it is not Bound
	bucketHost, bucketPort string
	bucketPlace            string
	host                   string
	endpoint               string
	endpointPlace          string
	proven                 bool
	caBundle               string
	config                 *config
	leaving                []string // items that may be left
}

// waits adds what the run would wait for.
func (l *look) waits(wait Wait) { l.verdict.Waits = append(l.verdict.Waits, wait) }

// saw tells whether an object is there. What could not be read is remembered; what is not
// there is waited for.
func (l *look) saw(answer cluster.Outcome, object string, wait Wait) bool {
	switch answer.State {
	case cluster.Present:
		return true
	case cluster.Absent, cluster.NoKind:
		wait.Why = "there is no " + object
		l.waits(wait)
	default:
		l.unseen(answer, object)
	}
	return false
}

func (l *look) unseen(answer cluster.Outcome, object string) {
	l.verdict.Unseen = append(l.verdict.Unseen, object+" "+answer.Words())
}

// doubts remembers what would decide about a write, and could not be seen.
func (l *look) doubts(answer cluster.Outcome, object string) {
	l.verdict.Doubts = append(l.verdict.Doubts, object+" "+answer.Words())
}
