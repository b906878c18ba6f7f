// Package takeover says which profile keeps the registry of a cluster as it is, however it was
// set up. It believes what the cluster shows, and makes up nothing: where that does not say
// where the images are, there is no profile.
package takeover

import (
	"context"
	"errors"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Takeover is what came of looking for the profile.
type Takeover struct {
	// YAML is the profile, with comments that say what was read from where, what it cannot
	// say, and what delivering it would change. It is nil where there is none.
	YAML []byte
	// Findings say why there is no profile, as errors, or what could not be seen.
	Findings []*kptfn.Result
	// Blind says why nothing can be said at all, or is "".
	Blind string
}

// Of returns the smallest profile that keeps the registry of a cluster as it is.
func Of(ctx context.Context, reader cluster.Reader) (*Takeover, error) {
	witness := cluster.NewWitness(reader)
	d := &draft{ctx: ctx, reader: witness, witness: witness, spec: map[string]any{}, sources: map[string]string{}}
	err := d.look()
	witness.ReadCredentials(ctx, v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret)
	var refused *refusal
	var blind blindness
	t := &Takeover{}
	switch {
	case errors.As(err, &refused):
		t.Findings = append(t.Findings, refused.result())
	case errors.As(err, &blind):
		t.Blind = d.clean(string(blind))
	case err != nil:
		return nil, err
	default:
		if t.YAML, err = d.write(); err != nil {
			return nil, err
		}
	}
	for _, what := range d.unseen {
		t.Findings = append(t.Findings, resultOf(unseen, what))
	}
	for _, f := range t.Findings {
		f.Message = d.clean(f.Message)
	}
	return t, nil
}

// blindness says why nothing can be said.
type blindness string

func (b blindness) Error() string { return string(b) }

// draft is a profile in the making.
type draft struct {
	ctx    context.Context
	reader cluster.Reader
	// witness is the same reader, which knows what may not be shown.
	witness *cluster.Witness

	config, pruner cluster.Object
	// claim is the one that has the images.
	claim cluster.Object
	// found is the spec of Config.
	found configSpec

	// name is that of the profile, and own tells whether Config says that it is one's own.
	name string
	own  bool
	// run are the variables of the Job of that profile.
	run map[string]string

	// spec is the spec of the profile, in the words of the API, and sources say what its
	// fields were taken from, by path.
	spec    map[string]any
	sources map[string]string

	// The profile, and what delivering it would do.
	node    *yaml.Node
	profile *v1alpha1.RegistryProfile
	planned *plan.Plan
	unsaid  []string // what it has no words for
	unseen  []string // what could not be read
}

// look reads the cluster, step by step.
func (d *draft) look() error {
	for _, step := range []func() error{
		d.readConfig, d.readPruner, d.readVersion, d.readOwner, d.chooseStorage,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// set keeps a value of the profile at a path below spec, and what it was taken from. What
// is empty is left to the defaults.
func (d *draft) set(value any, source string, path ...string) {
	if isEmpty(anyType, value) {
		return
	}
	at, full := d.spec, "spec"
	for _, key := range path[:len(path)-1] {
		child, ok := at[key].(map[string]any)
		if !ok {
			child = map[string]any{}
			at[key] = child
		}
		at, full = child, full+"."+key
	}
	name := path[len(path)-1]
	at[name] = value
	d.sources[full+"."+name] = source
}

// known tells whether an answer says whether something is there. If not, that is told.
func (d *draft) known(answer cluster.Outcome, object string) bool {
	switch answer.State {
	case cluster.Present, cluster.Absent, cluster.NoKind:
		return true
	}
	words := finding.OneLine(object + " " + answer.State.String())
	if answer.Why != "" {
		words += ": " + finding.OneLine(answer.Why)
	}
	if !slices.Contains(d.unseen, words) {
		d.unseen = append(d.unseen, words)
	}
	return false
}

// complete tells where a list may lack something.
func (d *draft) complete(answers cluster.Answers, what string) {
	outcome := answers.Outcome
	if answers.Complete || outcome.State == cluster.NoKind {
		return
	}
	if outcome.State == cluster.Present {
		outcome.State = cluster.NotCollected
	}
	d.known(outcome, "the list of all "+what)
}

// read gets an object that may be missing. What is not known is told.
func read[T any](d *draft, kind cluster.Kind, namespace, name string) (value T, o cluster.Object, present bool) {
	value, answer := cluster.Read[T](d.ctx, d.reader, kind, namespace, name)
	o = cluster.Object{Kind: kind, Metadata: cluster.Metadata{Namespace: namespace, Name: name}}
	present = d.known(answer.Outcome, o.String()) && answer.State == cluster.Present
	return value, answer.Object, present
}
