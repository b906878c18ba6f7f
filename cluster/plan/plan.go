// Package plan says what delivering a profile would do to a cluster: to each of its objects,
// and to the registry.
package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/generators"
)

// Action is what delivering would do to an object.
type Action string

// The actions.
const (
	New     Action = "new"
	Changed Action = "changed"
	Same    Action = "same"
	Unseen  Action = "unseen" // it could not be read
)

// Plan is what delivering a profile would do.
type Plan struct {
	Profile string   `json:"profile"`
	Objects []Object `json:"objects"`
	Job     Job      `json:"job"`
	// Restarts says why the registry's pods would be replaced, or is empty.
	Restarts string `json:"restarts,omitempty"`
}

// Object is an object that the profile brings.
type Object struct {
	Name   string `json:"name"` // such as "Job registry-profile/NAME"
	Action Action `json:"action"`
	// Changes are the fields that are not as the profile has them.
	Changes []Change `json:"changes,omitempty"`
	// Why says why an object is Unseen.
	Why string `json:"why,omitempty"`
}

// Change is a field that is not as the profile has it.
type Change struct {
	Path string `json:"path"` // such as "spec.replicas"
	Is   any    `json:"is"`   // nil if it is not there
	Want any    `json:"want"`
}

// Job is how the Job would end.
type Job struct {
	// Certain tells whether everything that decides was seen. If not, Exit is what it is as
	// far as was seen.
	Certain bool            `json:"certain"`
	Exit    int             `json:"exit"`
	Store   string          `json:"store"`
	Waits   []verdict.Wait  `json:"waits,omitempty"`
	Reasons []string        `json:"reasons,omitempty"`
	Advice  string          `json:"advice,omitempty"`
	Writes  []verdict.Write `json:"writes,omitempty"`
	Unseen  []string        `json:"unseen,omitempty"`
}

// Stops tells whether the Job would not do what the profile says, whatever comes.
func (j Job) Stops() bool { return j.Exit != verdict.Done }

// Of returns the plan for a profile on the cluster that a Reader reads.
func Of(ctx context.Context, reader cluster.Reader, p *v1alpha1.RegistryProfile) (*Plan, error) {
	plan := &Plan{Profile: p.Metadata.Name}
	delivered := false
	for _, resource := range generators.Expand(p) {
		object, err := objectOf(ctx, reader, resource)
		if err != nil {
			return nil, err
		}
		plan.Objects = append(plan.Objects, object)
		delivered = delivered || resource.Class == generators.ClassClaim
	}
	v := verdict.Of(ctx, reader, generators.Parameters(p), delivered)
	plan.Job = Job{
		Certain: v.Certain(), Exit: v.Exit, Store: v.Store, Waits: v.Waits, Reasons: v.Reasons, Advice: v.Advice,
		Writes: v.Writes, Unseen: v.Unseen,
	}
	if plan.Job.Stops() { // it writes nothing
		plan.Job.Writes = nil
	}
	plan.Restarts = plan.restarts()
	return plan, nil
}

// objectOf compares an object with the cluster.
func objectOf(ctx context.Context, reader cluster.Reader, r generators.Resource) (Object, error) {
	kind, ok := cluster.KindOf(r.GetApiVersion(), r.GetKind())
	if !ok {
		return Object{}, fmt.Errorf("%s is a kind that is not read", r.GetKind())
	}
	name := r.GetName()
	if kind.Namespaced {
		name = r.GetNamespace() + "/" + name
	}
	object := Object{Name: r.GetKind() + " " + name}
	live, answer := cluster.Read[map[string]any](ctx, reader, kind, r.GetNamespace(), r.GetName())
	switch answer.State {
	case cluster.Absent, cluster.NoKind:
		object.Action = New
		return object, nil
	case cluster.Present:
	default:
		object.Action, object.Why = Unseen, answer.State.String()
		if answer.Why != "" {
			object.Why += ": " + answer.Why
		}
		return object, nil
	}
	var want map[string]any
	if err := r.YNode().Decode(&want); err != nil {
		return Object{}, fmt.Errorf("reading %s: %w", object.Name, err)
	}
	delete(want, "apiVersion")
	object.Changes = differences("", live, want)
	object.Action = Same
	if len(object.Changes) > 0 {
		object.Action = Changed
	}
	return object, nil
}

// pods are what the registry's pods are made of: a change of one replaces them.
var pods = []string{"Config cluster", "Secret " + v1alpha1.ImageRegistryNamespace + "/" + v1alpha1.CredentialsSecret}

// restarts names what would be written that the operator rolls the registry out for. The
// number of replicas does not replace pods.
func (p *Plan) restarts() string {
	for _, write := range p.Job.Writes {
		if slices.Contains(pods, write.Object) {
			return "the Job writes " + write.Object
		}
	}
	for _, object := range p.Objects {
		for _, change := range object.Changes {
			if object.Name == "Config cluster" && slices.Contains(inPods, change.root()) {
				return "Config cluster changes " + change.Path
			}
		}
	}
	return ""
}
