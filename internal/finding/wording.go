package finding

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Quote shows a value of the input on one line, in quotes, without a password and
// cut after 80 bytes.
func Quote(value any) string {
	const longest = 80
	s := fmt.Sprint(WithoutPassword(value))
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "..."
	}
	return strconv.Quote(s)
}

// userinfo matches the user and password before the host of a URL. It does not match
// the tag of an image that stands before a digest.
var userinfo = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^/\s]*:[^/\s]*@([^s]|s[^h])`) })

// WithoutPassword hides the password of a URL: findings end in logs.
func WithoutPassword(value any) any {
	if s, ok := value.(string); ok && strings.Contains(s, "@") {
		return userinfo().ReplaceAllString(s, "(hidden)@$1")
	}
	return value
}

// Nearest returns the candidate that a typo most likely meant, or "".
func Nearest(word string, candidates []string) string {
	best, distance := "", len(word)/3+2
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance counts the single-character edits between two words (Levenshtein).
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
