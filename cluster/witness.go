package cluster

import (
	"context"
	"slices"
	"sync"
)

// Witness is a Reader that remembers what is known of the values of the Secrets that were
// read: words of others, such as events, conditions and logs, may quote them.
type Witness struct {
	Reader

	mutex  sync.Mutex
	values []Value
}

// Get returns one object, and remembers its values.
func (w *Witness) Get(ctx context.Context, kind Kind, namespace, name string) Answer {
	answer := w.Reader.Get(ctx, kind, namespace, name)
	w.remember(answer.Object)
	return answer
}

// List returns objects, and remembers their values.
func (w *Witness) List(ctx context.Context, kind Kind, namespace string) Answers {
	answers := w.Reader.List(ctx, kind, namespace)
	for _, o := range answers.Objects {
		w.remember(o)
	}
	return answers
}

// NewWitness returns a Witness of what a Reader reads.
func NewWitness(reader Reader) *Witness { return &Witness{Reader: reader} }

// mostClaims bounds the claims whose values are learned: each costs a call on a running cluster.
const mostClaims = 50

// ReadCredentials learns the values that are most likely quoted, also where nobody has looked
// at them: those of a Secret, and of the claims, of which those in its namespace come first.
func (w *Witness) ReadCredentials(ctx context.Context, namespace, secret string) {
	w.Get(ctx, Secrets, namespace, secret)
	claims := slices.Clone(w.Reader.List(ctx, BucketClaims, "").Objects)
	slices.SortStableFunc(claims, func(a, b Object) int {
		return distance(a.Metadata.Namespace, namespace) - distance(b.Metadata.Namespace, namespace)
	})
	for _, claim := range claims[:min(len(claims), mostClaims)] {
		w.Get(ctx, Secrets, claim.Metadata.Namespace, claim.Metadata.Name)
	}
}

func distance(one, other string) int {
	if one == other {
		return 0
	}
	return 1
}

func (w *Witness) remember(o Object) {
	if len(o.Values) == 0 {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, value := range o.Values {
		if !slices.Contains(w.values, value) {
			w.values = append(w.values, value)
		}
	}
}

// Hide takes out of a text what is a credential, and what looks like one: a dump has only the
// sizes of the values, and a credential may be another one than those of the registry.
func (w *Witness) Hide(text string) string {
	for _, value := range w.values {
		text = value.HideIn(text)
	}
	return hideRandom(hideSecrets(text))
}
