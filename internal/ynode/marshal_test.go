package ynode_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// requireLibrarys demands that Marshal writes what kyaml writes, or fails where kyaml
// does. Kyaml comes second: it would show what Marshal had done to the node.
func requireLibrarys(t *testing.T, n *yaml.Node) {
	t.Helper()
	got, err := ynode.Marshal(n)
	want, wantErr := yaml.NewRNode(n).String()
	require.Equal(t, wantErr == nil, err == nil, "%v", err)
	require.Equal(t, want, string(got))
}

// styles are those of a scalar, and combinations that a program can set.
var styles = []yaml.Style{
	0, yaml.LiteralStyle, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle, yaml.FoldedStyle, yaml.FlowStyle,
	yaml.TaggedStyle, yaml.TaggedStyle | yaml.LiteralStyle, yaml.LiteralStyle | yaml.DoubleQuotedStyle,
}

var tags = []string{
	"", yaml.NodeTagString, yaml.NodeTagInt, yaml.NodeTagBool, yaml.NodeTagNull, "!!binary", "!own",
	"tag:yaml.org,2002:str",
}

// hostileTexts are what a writer of YAML could write wrongly, beside strangeStrings.
func hostileTexts() []string {
	block := strings.Repeat("line of a script\n\n  indented # with: signs\n", 3)
	return []string{
		block, block + "x", " " + block, block + "\n", "\t" + block + "\t\n", block + "ä\n", block + "\x1b[2J\n",
		block + "\u2028\n", block + " ", strings.ReplaceAll(block, "\n", " \n"), strings.ReplaceAll(block, "\n", "\r\n"),
		"a\n\n", "a \nb", "a\n b", "\na", "a\n#b", "a\n--- b\n...", "a: |\n b", "--- a", "... a", "a\x7f", "a\xffb", "\xff",
		"True", "NULL", "fAlse", "a:b", "a#b", "a: ", "http://a/b?c=d&e", "it's", `say "a"`, `back\slash`, "<<", "a\u0085b",
		"a\u2028b", "a\u2029b", "\ufeffa", "🙂", "0", "12", "007", "123456789", "1234567890", "-1", "1_0", "/", "/a: b", "/ a", "/#", " a", "a ", strings.Repeat("k", 128), strings.Repeat("k", 129),
	}
}

// FuzzMarshalScalar: a text of any style and tag is written as the library writes it,
// wherever it stands.
func FuzzMarshalScalar(f *testing.F) {
	for _, text := range append(hostileTexts(), strangeStrings...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, style := range styles {
			for _, tag := range tags {
				requireEverywhere(t, &yaml.Node{Kind: yaml.ScalarNode, Value: text, Style: style, Tag: tag})
			}
		}
	})
}

// requireEverywhere puts a scalar wherever one can stand.
func requireEverywhere(t *testing.T, n *yaml.Node) {
	t.Helper()
	key, comment := ynode.String("key"), &yaml.Node{Kind: yaml.ScalarNode, Value: "a", LineComment: "# comment"}
	requireLibrarys(t, n)
	requireLibrarys(t, mapping(n, key))
	requireLibrarys(t, mapping(key, list(mapping(key, n, key, list(n, list(n, list()), mapping())), n), key, n))
	requireLibrarys(t, list(list(mapping(key, n, key, mapping(key, n))), n))
	requireLibrarys(t, mapping(key, list(mapping(key, n), comment, n, list(key)), key, comment))
}

// TestMarshalCollections: an empty or a full collection of any tag and style is written as
// the library writes it.
func TestMarshalCollections(t *testing.T) {
	key := ynode.String("key")
	for _, n := range []*yaml.Node{mapping(), mapping(key, key), list(), list(key), mapping(key)} {
		for _, tag := range append(tags, yaml.NodeTagMap, yaml.NodeTagSeq) {
			for _, style := range styles {
				n.Tag, n.Style = tag, style
				requireLibrarys(t, n)
				requireLibrarys(t, mapping(key, n, key, list(n, list(n))))
			}
		}
	}
}

func mapping(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: content}
}

func list(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: content}
}

// FuzzMarshal: what a user has written, with comments, anchors and in any style, is
// written as the library writes it, alone and beside other objects.
func FuzzMarshal(f *testing.F) {
	for _, c := range cases.All(f) {
		content, err := os.ReadFile(filepath.Join(c.Dir, "input.yaml"))
		require.NoError(f, err)
		f.Add(string(content))
	}
	for _, text := range []string{
		"# head\na: 1 # line\n# foot\n", "a:\n# head\n- b: 1\n  # in\n  c: 2\n# foot\n- d\n\n# end\n",
		"a: 1\n\n# foot\n\nb: 2\n", "a:\n- b\n\n# foot\n\n- c\n", "a: # line\n  b: c\n", "a:\n- # line\n  b: c\n",
		"a:\n  b: |  # line\n    c\n", "a: &x {b: [1, 2]}\nc: *x\n", "a: &x b\nc:\n- *x\n- &y d\n- &z\n  e: f\n",
		"a: !!str 1\nb: !own {c: d}\n", "a: !own\n- b\n", "a:\n- !own\n  b: c\n", "? [a]\n: b\n",
		"\"a\": b\n\"true\": c\n3: d\n<<: {e: f}\n",
		"a: 'it''s\n\n  folded'\nb: >-\n  c\n  d\n", "a: |2\n    b\n", "a: |+\n  b\n\n", "a: \"\\e[2J\"\nb: \"\\u2028\"\n",
		"a: []\nb: {}\nc:\nd: ~\n", "- a\n- - b\n  - c: d\n    e:\n    - f\n- {}\n", "--- a\n", "[]", "{a: b}",
		// What stands for an item, as a text of the user's own.
		"a:\n- registry-profile-item-0\n- b: registry-profile-item-1\n  # c\n  d: |\n    - registry-profile-item-0\n- e: f\n",
		"a:\n- registry-profile-item-1\n- b: c # d\n- e: f\n- g: h\n", "a:\n- b: c\n- d: e # f\n- registry-profile-item-0\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		object, err := yaml.Parse(text)
		if err != nil || object == nil {
			return
		}
		n, key := object.YNode(), ynode.String("key")
		requireLibrarys(t, n)
		requireLibrarys(t, mapping(key, list(mapping(key, key), n, mapping(key, list(key))), key, n))
	})
}
