package cluster

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/internal/finding"
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

// ReadCredentials learns the values that are most likely quoted, also where nobody has looked
// at them: those of a Secret, and of the claims in its namespace.
func (w *Witness) ReadCredentials(ctx context.Context, namespace, secret string) {
	names := []string{secret}
	for _, claim := range w.Reader.List(ctx, BucketClaims, namespace).Objects {
		names = append(names, claim.Metadata.Name)
	}
	for _, name := range names {
		w.Get(ctx, Secrets, namespace, name)
	}
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
	for _, known := range credentials() {
		text = known.ReplaceAllString(text, "${1}"+hidden)
	}
	text = tokens().ReplaceAllStringFunc(text, func(token string) string {
		if looksRandom(token) {
			return hidden
		}
		return token
	})
	return finding.WithoutPassword(text).(string)
}

// credentials match texts that say themselves that they are secret. What stays is the first
// group.
var credentials = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`()-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(-----END [A-Z ]*PRIVATE KEY-----|$)`),
		regexp.MustCompile(`(?i)((?:secret|access|session)_?(?:access)?_?(?:key|token)(?:_?id)?\\*["']?` +
			`\s*[:=]\s*)\\*["']?[^\s"',;&\\]+`),
		regexp.MustCompile(`(?i)((?:password|passwd|token|signature|credential|authorization)\\*["']?\s*[:=]\s*)\\*["']?` +
			`(?:(?:Basic|Bearer) )?[^\s"',;&\\]+`),
		regexp.MustCompile(`(?i)(\b(?:Basic|Bearer) )[A-Za-z0-9+/=._~-]{8,}`),
		regexp.MustCompile(`()\bsha256~[A-Za-z0-9_-]{20,}`),
		regexp.MustCompile(`()\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*`),
	}
})

// tokens match what access keys and secret keys are made of. No name of an object is as long
// without a hyphen or a dot.
var tokens = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/]{16,}={0,2}`) })

// looksRandom tells whether a token has digits and capital letters, as the keys of RGW, NooBaa
// and Amazon have. Digests have no capital letters.
func looksRandom(token string) bool {
	return strings.ContainsAny(token, "0123456789") && strings.ContainsAny(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
