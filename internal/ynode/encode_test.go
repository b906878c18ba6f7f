package ynode_test

import (
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

type inner struct {
	Text string            `yaml:"text,omitempty"`
	More map[string]string `yaml:"more,omitempty"`
}

type outer struct {
	inner  `yaml:",inline"`
	Name   string            `yaml:"name"`
	Number int               `yaml:"number"`
	Big    *int64            `yaml:"big,omitempty"`
	Truth  *bool             `yaml:"truth,omitempty"`
	List   []inner           `yaml:"list,omitempty"`
	Words  []string          `yaml:"words"`
	Labels map[string]string `yaml:"labels"`
	Empty  *struct{}         `yaml:"empty,omitempty"`
	Nested inner             `yaml:"nested,omitempty"`
}

// strangeStrings are what a reader of YAML could take for something else.
var strangeStrings = []string{
	"", " ", "a", "yes", "No", "ON", "y", "n", "true", "null", "~", "1", "010", "0o10", "0x1F", "1e3", "1.5", ".5", "+1", "-1",
	"1:20", "-1:30", "10:20:30", "1_000", "2001-01-01", "2001-01-01T00:00:00Z", "a: b", "a #b", "#a", "- a", "*a", "&a",
	"!a", "%a", "@a", "`a", "{a}", "[a]", "'a'", "\"a\"", "a\nb", "a\nb\n", " a", "a ", "a\tb", "é", "\u2028", "=",
	".inf", ".nan", "|", ">", "?", ":", "-", "a:", ":a", "${A}", "{{ .A }}", strings.Repeat("long words ", 40),
}

// TestEncodeIsTheLibrarys holds Encode to the library's own encoder.
func TestEncodeIsTheLibrarys(t *testing.T) {
	big, truth := int64(1)<<62, false
	for _, s := range strangeStrings {
		for _, value := range []any{
			outer{Name: s},
			outer{inner: inner{Text: s, More: map[string]string{s: s}}, Name: "x", Number: -3, Big: &big,
				Truth: &truth, List: []inner{{}, {Text: s}}, Words: []string{s, "x"}, Labels: map[string]string{"a": s, "b": "c"},
				Empty: &struct{}{}, Nested: inner{Text: s}},
		} {
			library := &yaml.Node{}
			require.NoError(t, library.Encode(value))
			want, err := yaml.NewRNode(library).String()
			require.NoError(t, err)
			got, err := yaml.NewRNode(ynode.Encode(value)).String()
			require.NoError(t, err)
			assert.Equal(t, want, got, "%q", s)
		}
	}
}

// TestStringsArriveAsTheyAre: whatever a string looks like, a reader gets that string.
func TestStringsArriveAsTheyAre(t *testing.T) {
	for _, s := range append(strangeStrings, "\na", "\n", "\n\n a\n", " \na", "<<", "\ta\nb") {
		content, err := ynode.Marshal(ynode.Encode(map[string]string{"key": s, s + "x": "value"}))
		require.NoError(t, err)
		read, err := yaml.Parse(string(content))
		require.NoError(t, err, "%q: %s", s, content)
		assert.Equal(t, s, ynode.Text(read.YNode(), "key"), "%s", content)
		assert.Equal(t, "value", ynode.Text(read.YNode(), s+"x"), "%s", content)
	}
}
