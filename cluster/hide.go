package cluster

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/internal/finding"
)

const (
	// Hidden stands where a credential was.
	Hidden = "(hidden)"
	// longValue is the size from which a value is no part of a word by chance.
	longValue = 8
	// largestHidden bounds the values that are looked for: no message quotes a larger one whole.
	largestHidden = 4096
)

// HideIn takes the value out of a text, also where it is split by white space, escaped or
// encoded. A short one can be a part of any word, so it is hidden only where it stands for itself.
func (v Value) HideIn(text string) string {
	if v.sizeOnly || v.Size == 0 || v.Size > largestHidden {
		return text
	}
	text = v.hideAs(plainReading(text))
	if v.Size < longValue {
		return text
	}
	return encoded().ReplaceAllStringFunc(v.hideAs(unfoldedReading(text)), func(run string) string {
		for _, decode := range decoders {
			decoded, err := decode(run)
			if err == nil && len(decoded) >= v.Size && v.hideAs(plainReading(string(decoded))) != string(decoded) {
				return Hidden
			}
		}
		return run
	})
}

// reading is a text as somebody reads it who undoes what was done to it.
type reading struct {
	original string
	read     []byte
	from, to []int // where each byte that is read stands in the original
}

func (r *reading) add(c byte, from, to int) {
	r.read, r.from, r.to = append(r.read, c), append(r.from, from), append(r.to, to)
}

func plainReading(text string) reading {
	r := reading{original: text}
	for i := range len(text) {
		r.add(text[i], i, i+1)
	}
	return r
}

// unfoldedReading leaves out white space and what escapes, and decodes what URLs and JSON encode.
func unfoldedReading(text string) reading {
	r := reading{original: text}
	for i := 0; i < len(text); {
		rest := text[i:]
		size := 1
		switch c, encoded := unfold(rest); {
		case encoded > 0:
			size = encoded
			r.add(c, i, i+size)
		case strings.HasPrefix(rest, `\n`), strings.HasPrefix(rest, `\r`), strings.HasPrefix(rest, `\t`):
			size = 2
		case strings.IndexByte(" \t\r\n\\", rest[0]) < 0:
			r.add(rest[0], i, i+1)
		}
		i += size
	}
	return r
}

// unfold reads one encoded character at the beginning of a text. The size is 0 if there is none.
func unfold(text string) (c byte, size int) {
	for _, prefix := range []string{"%", `\u00`} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && len(rest) >= 2 {
			if decoded, err := hex.DecodeString(rest[:2]); err == nil {
				return decoded[0], len(prefix) + 2
			}
		}
	}
	return 0, 0
}

// hideAs hides the value in the original where it is read.
func (v Value) hideAs(r reading) string {
	var shown strings.Builder
	next := 0 // what stands before it is shown
	for at := 0; at+v.Size <= len(r.read); at++ {
		from, to := r.from[at], r.to[at+v.Size-1]
		alone := !endsInWord(r.original[next:from]) && !beginsWithWord(r.original[to:])
		if !alone && v.Size < longValue {
			continue
		}
		if same, _ := v.Same(newValue(r.read[at : at+v.Size])); same {
			shown.WriteString(r.original[next:from] + Hidden)
			next, at = to, at+v.Size-1
		}
	}
	return shown.String() + r.original[next:]
}

func endsInWord(text string) bool { return text != "" && isOfWord(text[len(text)-1]) }

func beginsWithWord(text string) bool { return text != "" && isOfWord(text[0]) }

func isOfWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.-", c) >= 0
}

// encoded matches what may be a value in hexadecimal digits or in base64.
var encoded = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`) })

var decoders = []func(string) ([]byte, error){
	hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
	base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
}

// hideSecrets takes out of a text what says itself that it is secret.
func hideSecrets(text string) string {
	text = sentence().ReplaceAllStringFunc(text, func(said string) string {
		parts := sentence().FindStringSubmatch(said)
		if slices.Contains(plainWords, strings.ToLower(strings.TrimRight(parts[2], ".:!?)"))) {
			return said
		}
		return parts[1] + Hidden
	})
	for _, known := range credentials() {
		text = known.ReplaceAllString(text, "${1}"+Hidden+"${2}")
	}
	return finding.WithoutPassword(text).(string)
}

// hideRandom takes out of a text what looks like a key.
func hideRandom(text string) string {
	for _, known := range tokens() {
		text = known.pattern.ReplaceAllStringFunc(text, func(token string) string {
			if known.isKey(token) {
				return Hidden
			}
			return token
		})
	}
	return text
}

// secretName are the names of what is secret, and quotes may stand around each part. "Secret" is
// the kind, behind which stand words.
const (
	secretName = `(?:(?:secret|access|session|private|api|auth|account|storage|shared|encryption|signing|master)` +
		`[-_ ]?(?:access)?[-_ ]?(?:key|token)(?:[-_ ]?id)?|` +
		`(?-i:secret|SECRET|[a-z]Secret)|pass(?:word|wd|[-_ ]?phrase)?|(?:\b|_)pwd?|\bauth|\bsig|token|signature|` +
		`credential|authorization)`
	quotes = `\\*["']?`
)

// credentials match texts that say themselves that they are secret. What stays are the groups.
var credentials = sync.OnceValue(func() []*regexp.Regexp {
	patterns := []string{
		`()-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|$)`,
		// Cookie: NAME=VALUE; NAME=VALUE
		`(cookie` + quotes + `\s*[:=]\s*` + quotes + `)[^\s;,"']+(?:;\s*[^\s;,"']+)*`,
		// --NAME VALUE
		`(--[a-z0-9-]*` + secretName + `[a-z0-9-]*[\s=]+` + quotes + `)[^\s"']+`,
		`(\b(?:Basic|Bearer) )[A-Za-z0-9+/=._~-]{8,}`,
		`(\b[a-z][a-z0-9+.-]*://)(?:[^/\s"'@]+|[^/\s"'@:]*:[^\s"']*)(@(?:[^s\s]|s[^h]))`,
		`()\bsha256~[A-Za-z0-9_-]{20,}`,
		`()\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_.-]*`,
	}
	for _, lead := range []string{`\s*[:=]\s*`, `\s*,?\s*` + quotes + `value` + quotes + `\s*[:=]\s*`} {
		for _, value := range []string{ // what is in quotes ends with them, so that JSON stays JSON
			`")(?:[^"\\]|\\.)+`, `')[^']+`, `\\+["'])(?:[^"'\\]|\\+[^"'\\])+`,
			`)(?:(?:Basic|Bearer|Digest) )?(?:[^\s"',;&\\(]|\\[^"'\s])(?:[^\s"',;&\\]|\\[^"'\s])*`,
		} {
			patterns = append(patterns, `(`+secretName+quotes+lead+value)
		}
	}
	var all []*regexp.Regexp
	for _, pattern := range patterns {
		all = append(all, regexp.MustCompile(`(?i)`+pattern+`()`))
	}
	return all
})

// sentence matches a name of what is secret and the word behind it: "the password is WORD".
var sentence = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)((?:password|passwd|passphrase|(?:secret|access|api)[-_ ]?(?:access)?[-_ ]?key) is ` +
		quotes + `|(?-i:\b(?:access|secret)key) +)([^\s"',;]+)`)
})

// plainWords are those by which a sentence says how a secret is, and not what it is.
var plainWords = []string{
	"missing", "empty", "not", "no", "unset", "unknown", "required", "invalid", "incorrect", "wrong", "expired", "refused",
}

// A tokenPattern matches what may be a key, and tells a key from a name.
type tokenPattern struct {
	pattern *regexp.Regexp
	isKey   func(token string) bool
}

const (
	digits   = "0123456789"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// tokens are what keys are made of: those of RGW, NooBaa and Amazon have digits and capital
// letters, and no name of an object is as long without a hyphen or a dot. With hyphens a name of
// a variable may have them, but no small letters. Hexadecimal digits may be a digest, which says so.
var tokens = sync.OnceValue(func() []tokenPattern {
	return []tokenPattern{
		{regexp.MustCompile(`[A-Za-z0-9+/]{16,}={0,2}`), func(token string) bool {
			return strings.ContainsAny(token, digits) && strings.ContainsAny(token, capitals)
		}},
		{regexp.MustCompile(`[A-Za-z0-9_-]{20,}`), func(token string) bool {
			return strings.ContainsAny(token, digits) && strings.ContainsAny(token, capitals) && strings.ToUpper(token) != token
		}},
		{regexp.MustCompile(`(?:sha(?:256|384|512):)?\b[0-9a-f]{32,}\b`), func(token string) bool {
			return !strings.HasPrefix(token, "sha") && strings.ContainsAny(token, digits)
		}},
	}
})
