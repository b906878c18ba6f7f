package doctor

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// witness is a Reader that remembers what is known of the values of the Secrets that were
// read: words of others, such as events, conditions and logs, may quote them.
type witness struct {
	cluster.Reader

	mutex  sync.Mutex
	values []cluster.Value
}

func (w *witness) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	answer := w.Reader.Get(ctx, kind, namespace, name)
	w.remember(answer.Object)
	return answer
}

func (w *witness) List(ctx context.Context, kind cluster.Kind, namespace string) cluster.Answers {
	answers := w.Reader.List(ctx, kind, namespace)
	for _, o := range answers.Objects {
		w.remember(o)
	}
	return answers
}

// readCredentials learns the values that are most likely quoted, also where no check has
// looked at them: those of the registry, and of the claims in its namespace.
func (w *witness) readCredentials(ctx context.Context) {
	names := []string{credentialsSecret}
	for _, claim := range w.Reader.List(ctx, cluster.BucketClaims, registryNamespace).Objects {
		names = append(names, claim.Metadata.Name)
	}
	for _, name := range names {
		w.Get(ctx, cluster.Secrets, registryNamespace, name)
	}
}

func (w *witness) remember(o cluster.Object) {
	if len(o.Values) == 0 {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.values = slices.AppendSeq(w.values, maps.Values(o.Values))
}

// hide takes out of a text what is a credential, and what looks like one: a dump has only the
// sizes of the values, and a credential may be another one than those of the registry.
func (w *witness) hide(text string) string {
	for _, value := range w.values {
		text = value.HideIn(text)
	}
	for _, known := range credentials() {
		text = known.ReplaceAllString(text, "${1}(hidden)")
	}
	text = tokens().ReplaceAllStringFunc(text, func(token string) string {
		if looksRandom(token) {
			return "(hidden)"
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
