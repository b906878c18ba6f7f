package plan

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// Action is what delivering would do to an object.
type Action string

// The actions.
const (
	New     Action = "new"
	Changed Action = "changed"
	Same    Action = "same"
	Refused Action = "refused" // the API server would not take it
	Ignored Action = "ignored" // it would be stored, and nobody would heed it
	Going   Action = "going"   // it is being deleted, and what is written goes with it
	Unseen  Action = "unseen"  // it could not be read
)

// Object is an object that the profile brings.
type Object struct {
	Name   string `json:"name"` // such as "Job registry-profile/NAME"
	Action Action `json:"action"`
	// Wave is the number by which Argo CD orders the object.
	Wave string `json:"wave"`
	// Changes are the fields that are not as the profile has them.
	Changes []Change `json:"changes,omitempty"`
	// Why says why an object is Refused, Ignored, Going or Unseen.
	Why string `json:"why,omitempty"`

	live, want map[string]any
}

// Change is a field that is not as the profile has it.
type Change struct {
	Path string `json:"path"` // such as "spec.replicas"
	Is   any    `json:"is"`   // nil if it is not there
	Want any    `json:"want"`
}

// objectOf compares an object with the cluster.
func objectOf(ctx context.Context, reader cluster.Reader, r generators.Resource) (Object, error) {
	object := Object{Name: identity(r), Wave: r.GetAnnotations()[generators.WaveAnnotation]}
	kind, ok := cluster.KindOf(r.GetApiVersion(), r.GetKind())
	if !ok {
		return Object{}, fmt.Errorf("%s is a kind that is not read", r.GetKind())
	}
	content, err := r.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(content, &object.want)
	}
	if err != nil {
		return Object{}, fmt.Errorf("reading %s: %w", object.Name, err)
	}
	live, answer := cluster.Read[map[string]any](ctx, reader, kind, r.GetNamespace(), r.GetName())
	switch answer.State {
	case cluster.Absent, cluster.NoKind:
		object.Action = New
		object.judgeNamespace(ctx, reader, kind, r.GetNamespace())
	case cluster.Present:
		object.live = live
		object.compare(ctx, reader, kind, answer.Metadata)
	default:
		object.Action, object.Why = Unseen, unseenWords(answer.Outcome)
	}
	return object, nil
}

func unseenWords(o cluster.Outcome) string {
	if o.Why == "" {
		return o.State.String()
	}
	return o.State.String() + ": " + o.Why
}

// judgeNamespace: nothing can be created in a namespace that is being deleted.
func (o *Object) judgeNamespace(ctx context.Context, reader cluster.Reader, kind cluster.Kind, namespace string) {
	if !kind.Namespaced {
		return
	}
	answer := reader.Get(ctx, cluster.Namespaces, "", namespace)
	if answer.State == cluster.Present && answer.Metadata.DeletionTimestamp != "" {
		o.Action, o.Why = Refused, "Namespace "+namespace+" is being deleted, and nothing can be created in it"
	}
}

// compare says what becomes of an object that is there.
func (o *Object) compare(ctx context.Context, reader cluster.Reader, kind cluster.Kind, there cluster.Metadata) {
	for _, key := range []string{"apiVersion", "kind"} { // one object has several versions, and an item of a list says neither
		o.live[key] = o.want[key]
	}
	o.Changes = differences("", o.live, o.want)
	switch {
	case there.DeletionTimestamp != "":
		o.Action = Going
		o.Why = "it is being deleted since " + there.DeletionTimestamp + "; when it is gone, it has to be delivered again"
	case len(o.Changes) == 0:
		o.Action = Same
	default:
		o.Action, o.Why = judge(ctx, reader, kind, o)
	}
}
