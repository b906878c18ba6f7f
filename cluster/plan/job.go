package plan

import (
	"context"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/generators"
)

// JobState is what has become of the profile's Job so far. Its name ends in a hash of what it
// runs: a Job of that name has run this version of the profile.
type JobState string

// The states.
const (
	JobNew     JobState = "new" // delivering starts it
	JobRunning JobState = "running"
	// JobSuspended is one that runs once somebody resumes it.
	JobSuspended JobState = "suspended"
	JobComplete  JobState = "complete"
	JobFailed    JobState = "failed"
	JobGoing     JobState = "going" // delivering starts it, once it is gone
	JobUnseen    JobState = "unseen"
)

// Job is the profile's Job, and how a run of it would end.
type Job struct {
	Name  string   `json:"name"` // such as "Job registry-profile/NAME"
	State JobState `json:"state"`
	// Why says why it has failed, or why it is unseen.
	Why string `json:"why,omitempty"`
	// Runs names what would run: "the Job", or "the CronJob", where the Job is complete. It is ""
	// where nothing would: then the rest says how it would be if the Job did run again.
	Runs string `json:"runs,omitempty"`
	// Suspended tells whether the CronJob would run, and somebody has suspended it.
	Suspended bool `json:"suspended,omitempty"`
	// Certain tells whether everything that decides was seen. If not, Exit is what it is as
	// far as was seen.
	Certain bool   `json:"certain"`
	Exit    int    `json:"exit"`
	Store   string `json:"store"`
	// Removes tells whether the profile wants the registry to be Removed. Its storage stays.
	Removes bool            `json:"removes,omitempty"`
	Waits   []verdict.Wait  `json:"waits,omitempty"`
	Reasons []string        `json:"reasons,omitempty"`
	Advice  string          `json:"advice,omitempty"`
	Writes  []verdict.Write `json:"writes,omitempty"`
	// Unseen are what decides, and Doubts what only decides about a write; neither was seen.
	Unseen []string `json:"unseen,omitempty"`
	Doubts []string `json:"doubts,omitempty"`
}

// Over tells whether no delivery makes the Job run.
func (j Job) Over() bool {
	return j.State == JobComplete || j.State == JobFailed || j.State == JobSuspended
}

// Stops tells whether the registry would not become what the profile says, whatever comes: a
// run would stop, or the Job has failed, so that nothing after it is delivered.
func (j Job) Stops() bool { return j.State == JobFailed || j.Runs != "" && j.Exit != verdict.Done }

// foreseeJob says how the Job would end or, where it is complete, the CronJob. One that has
// failed has to be made again first, with the permission that the CronJob has not.
func (p *Plan) foreseeJob(ctx context.Context, reader cluster.Reader, profile *v1alpha1.RegistryProfile,
	resources []generators.Resource,
) {
	parameters := verdict.Parameters(generators.Parameters(profile))
	var delivery verdict.Delivery
	suspended := false
	for _, r := range resources {
		switch {
		case r.Class == generators.ClassClaim:
			delivery.Claim = true
			delivery.Prefix, _ = r.GetString("spec.generateBucketName") // a volume has neither
			delivery.Bucket, _ = r.GetString("spec.bucketName")
		case r.GetKind() == cluster.Jobs.Name && r.Stage == generators.StageSwitch:
			p.Job.Name = identity(r)
			p.Job.State, p.Job.Why = stateOf(ctx, reader, r.GetNamespace(), r.GetName())
		case r.GetKind() == cluster.CronJobs.Name && r.Stage == generators.StageAfter:
			suspended = isSuspended(ctx, reader, r)
		}
	}
	switch {
	case !p.Job.Over():
		p.Job.Runs = "the Job"
	case p.Job.State != JobComplete || !*profile.Spec.Bootstrap.Reconcile.Enabled:
	case suspended:
		p.Job.Suspended = true
	default:
		p.Job.Runs = "the CronJob"
		parameters = parameters.WithoutPermission()
	}
	v := verdict.Of(ctx, reader, parameters, delivery)
	if claim := goingClaim(ctx, reader, parameters); claim != "" && v.Exit == verdict.Done {
		v.Unseen = append(v.Unseen, "the storage of the "+claim+" that follows the one which is being deleted")
	}
	p.Before, p.After = v.Before, v.After
	p.Job.Certain, p.Job.Exit, p.Job.Store, p.Job.Waits = v.Certain(), v.Exit, v.Store, v.Waits
	p.Job.Reasons, p.Job.Advice, p.Job.Unseen = v.Reasons, v.Advice, v.Unseen
	p.Job.Doubts, p.Job.Removes = v.Doubts, profile.Spec.Registry.ManagementState == v1alpha1.Removed
	if v.Exit == verdict.Done { // else it writes nothing
		p.Job.Writes = v.Writes
	}
	switch {
	case p.Job.Runs == "" || v.Exit != verdict.Done:
		p.After = p.Before
	case !v.Certain():
		p.After = ""
	}
}

// goingClaim names the claim of a Job's parameters if it is being deleted, or is "". What follows
// it is another one, with another bucket or volume, and perhaps of another class.
func goingClaim(ctx context.Context, reader cluster.Reader, p verdict.Parameters) string {
	kind := cluster.BucketClaims
	if p[generators.BackendVariable] == generators.BackendVolume {
		kind = cluster.VolumeClaims
	}
	claim := reader.Get(ctx, kind, p[generators.ClaimNamespaceVariable], p[generators.ClaimNameVariable])
	if claim.Metadata.DeletionTimestamp == "" {
		return ""
	}
	return kind.Name
}

// stateOf says what has become of a Job.
func stateOf(ctx context.Context, reader cluster.Reader, namespace, name string) (state JobState, why string) {
	type condition struct{ Type, Status, Reason, Message string }
	type job struct {
		Spec struct {
			Suspend bool `json:"suspend"`
		} `json:"spec"`
		Status struct {
			Conditions []condition `json:"conditions"`
		} `json:"status"`
	}
	there, answer := cluster.Read[job](ctx, reader, cluster.Jobs, namespace, name)
	switch {
	case answer.State == cluster.Absent || answer.State == cluster.NoKind:
		return JobNew, ""
	case answer.State != cluster.Present:
		return JobUnseen, answer.Words()
	case answer.Metadata.DeletionTimestamp != "":
		return JobGoing, ""
	}
	for _, c := range there.Status.Conditions {
		switch {
		case c.Status != "True":
		case c.Type == "Complete":
			return JobComplete, ""
		case c.Type == "Failed":
			return JobFailed, strings.Trim(c.Reason+": "+c.Message, ": ")
		}
	}
	if there.Spec.Suspend {
		return JobSuspended, ""
	}
	return JobRunning, ""
}

// isSuspended tells whether a CronJob is there and does not run at its times. A delivery does
// not say whether it does.
func isSuspended(ctx context.Context, reader cluster.Reader, r generators.Resource) bool {
	type cronJob struct {
		Spec struct {
			Suspend bool `json:"suspend"`
		} `json:"spec"`
	}
	there, answer := cluster.Read[cronJob](ctx, reader, cluster.CronJobs, r.GetNamespace(), r.GetName())
	return answer.State == cluster.Present && there.Spec.Suspend
}
