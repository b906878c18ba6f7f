package finding

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
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

// Cut makes a text of others short. It ends between two words: half a credential is none that
// anybody knows.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return strings.TrimSpace(text[:strings.LastIndexByte(text[:most], ' ')+1]) + " ..."
}

// OneLine folds a text, such as the error of a library, into one line that is Visible.
func OneLine(s string) string { return Visible(strings.Join(strings.Fields(s), " ")) }

// Visible shows what a terminal or a browser would obey or hide, such as an escape sequence
// or a mark that turns the direction of a line, as Go writes it. Line breaks and tabs stay.
func Visible(s string) string {
	var shown strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&shown, `\x%02x`, s[i])
		case unicode.IsPrint(r), r == '\n', r == '\t':
			shown.WriteRune(r)
		default:
			shown.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return shown.String()
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
