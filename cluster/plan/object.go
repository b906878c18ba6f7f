package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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
	// Why says why an object is Refused, Ignored, Going or Unseen, or what else comes of a change.
	Why string `json:"why,omitempty"`

	live, want map[string]any
}

// Change is a field that is not as the profile has it.
type Change struct {
	Path string `json:"path"` // such as "spec.replicas"
	Is   any    `json:"is"`   // nil if it is not there
	Want any    `json:"want"`

	steps []any // the keys and indexes of the path, until the values are hidden
}

// objectOf compares an object with the cluster. The profile brings the namespaces that are
// brought.
func objectOf(ctx context.Context, reader cluster.Reader, r generators.Resource, brought []string) (Object, error) {
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
	case cluster.NoKind:
		object.Action, object.Why = Refused, "the cluster does not know the kind "+kind.Name
		if advice, ok := withoutKind[kind.Name]; ok {
			object.Why += "; " + advice
		}
	case cluster.Absent:
		object.Action = New
		object.judgeNamespace(ctx, reader, r, brought)
	case cluster.Present:
		object.live = live
		object.compare(ctx, reader, kind, answer.Metadata)
		if kind.Name == cluster.Namespaces.Name && object.Action == Changed &&
			generators.ProfileOf(answer.Metadata.Labels, answer.Metadata.Annotations) == "" {
			object.Why = othersNamespace
		}
	default:
		object.Action, object.Why = Unseen, answer.Words()
	}
	return object, nil
}

// withoutKind says what to do where a cluster does not know a kind. The others are of every
// OpenShift that is supported.
var withoutKind = map[string]string{
	cluster.BucketClaims.Name:            installODF,
	cluster.AdmissionPolicies.Name:       noPolicies,
	cluster.AdmissionPolicyBindings.Name: noPolicies,
}

const (
	installODF = "install OpenShift Data Foundation first"
	noPolicies = "set spec.protection.admissionPolicies to false, or update OpenShift"
)

// othersNamespace: what is delivered is what an engine removes again.
const othersNamespace = "it is there without the profile, and would be deleted with it, and with all that is in it; use a " +
	"namespace of its own, or set createNamespace to false"

// judgeNamespace: nothing can be created in a namespace that is being deleted, or in one that
// is not there and that the profile does not bring.
func (o *Object) judgeNamespace(ctx context.Context, reader cluster.Reader, r generators.Resource, brought []string) {
	namespace := r.GetNamespace()
	if namespace == "" {
		return
	}
	answer := reader.Get(ctx, cluster.Namespaces, "", namespace)
	switch {
	case answer.State == cluster.Present && answer.Metadata.DeletionTimestamp != "":
		o.Action, o.Why = Refused, "Namespace "+namespace+" is being deleted, and nothing can be created in it"
	case answer.State == cluster.Absent && !slices.Contains(brought, namespace):
		o.Action, o.Why = Refused, "Namespace "+namespace+" is not there, and does not come with the profile"
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
