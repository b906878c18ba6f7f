package v1alpha1

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// codeTag is the key under which a result carries its stable code.
const codeTag = "code"

// Code returns the stable code of a result, or "" where it has none.
func Code(r *kptfn.Result) string { return r.Tags[codeTag] }

func tags(code string) map[string]string { return map[string]string{codeTag: code} }

// fault is one thing wrong at one field.
type fault struct {
	path    string
	value   any    // what stands there; nil where it must not be shown
	message string // what is wrong; what to write instead
	propose any    // the value to write instead, where there is one
}

func (f fault) result(code string, severity kptfn.Severity) *kptfn.Result {
	return &kptfn.Result{
		Severity: severity,
		Message:  f.message,
		Field:    &kptfn.Field{Path: f.path, CurrentValue: withoutPassword(f.value), ProposedValue: f.propose},
		Tags:     tags(code),
	}
}

// quote shows a value of the profile on one line, and not too much of it.
func quote(value any) string {
	const most = 80
	s := fmt.Sprint(withoutPassword(value))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return strconv.Quote(s)
}

// userinfo is what stands before the host of a URL, and is no tag before a
// digest.
var userinfo = regexp.MustCompile(`[^/\s]*:[^/\s]*@([^s]|s[^h])`)

// withoutPassword hides a password that somebody wrote where none belongs:
// findings end in logs.
func withoutPassword(value any) any {
	if s, ok := value.(string); ok {
		return userinfo.ReplaceAllString(s, "(hidden)@$1")
	}
	return value
}

func quoteOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return quote(s)
}

// oneLine folds the lines of a library's error into one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// nearest returns the candidate that a typo most likely meant, or "".
func nearest(word string, candidates []string) string {
	best, distance := "", len(word)/3+2
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance counts the single-character edits between two words
// (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
