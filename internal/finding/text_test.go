package finding_test

import (
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/stretchr/testify/assert"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// TestOneLineShowsWhatIsHidden: a text of others moves no cursor, hides nothing and turns no
// line around.
func TestOneLineShowsWhatIsHidden(t *testing.T) {
	for text, shown := range map[string]string{
		"two\n\tlines":                              "two lines",
		"\x1b[2Jgone\x07\x7f":                       `\x1b[2Jgone\a\x7f`,
		"\u202egnp.exe\u2066":                       `\u202egnp.exe\u2066`,
		"zero\u200bwidth\ufeff":                     `zero\u200bwidth\ufeff`,
		"c1 \u009b31m":                              `c1 \u009b31m`,
		"no UTF-8 \x9b31m":                          `no UTF-8 \x9b31m`,
		"\u00fcmlaut, \u65e5\u672c, \"quoted\" \\n": "\u00fcmlaut, \u65e5\u672c, \"quoted\" \\n",
		"a\u0085b\u2028c\u00a0d":                    "a b c d",
	} {
		assert.Equal(t, shown, finding.OneLine(text))
	}
}

// TestMessagesShowWhatIsHidden: so does every message, in every format.
func TestMessagesShowWhatIsHidden(t *testing.T) {
	result := finding.NewReporter("code", kptfn.Error, func(*kptfn.Result) {}).At("spec").Say("is %s", "\x1b[2J\u202e\nit")
	assert.Equal(t, `is \x1b[2J\u202e`+"\nit", result.Message)
	result.Message = "made elsewhere \x1b\u202e"
	result.ResourceRef = &kptfn.ResourceRef{Kind: "ConfigMap", Name: "\u200f"}
	assert.Equal(t, `error: ConfigMap/\u200f: spec: made elsewhere \x1b\u202e [code]`, finding.Line(result, "", ""))
}
