package ynode

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// mostNodes and deepest bound a profile whose aliases are expanded. The reference,
// which sets every field, has fewer than a thousand nodes, none deeper than 20.
const mostNodes, deepest = 4_000, 100

// MostBytes bounds the text of a profile. The reference, with all its comments, has a
// twentieth of that.
const MostBytes = 1 << 18

// Plain returns a copy of a profile that holds nothing but what JSON has: aliases and
// merge keys are expanded, and what is dropped on the way is reported. The copy is nil
// where the profile is too large.
func Plain(n *yaml.Node) (*yaml.Node, kptfn.Results) {
	if size := expandedSize(n, 0, map[*yaml.Node]int{}); size > mostNodes {
		return nil, kptfn.Results{finding.Error(finding.YAML, "", "has more than %d values once its aliases are expanded, "+
			"or is nested deeper than %d; a profile has a few hundred values", mostNodes, deepest)}
	}
	if size := textSize(n); size > MostBytes {
		return nil, kptfn.Results{finding.Error(finding.YAML, "",
			"has %d bytes of text; a profile has at most %d", size, MostBytes)}
	}
	content := yaml.NewRNode(expanded(n))
	results := dropStrange(content.YNode(), "")
	if err := content.DeAnchor(); err != nil {
		return nil, append(results, finding.Error(finding.YAML, "", "%s", finding.OneLine(err.Error())))
	}
	return content.YNode(), results
}

// expandedSize counts the nodes below n as if every alias were a copy. Above mostNodes,
// or too deep, it is mostNodes + 1.
func expandedSize(n *yaml.Node, depth int, known map[*yaml.Node]int) int {
	n = Target(n)
	if size, ok := known[n]; ok {
		return size
	}
	if depth > deepest {
		return mostNodes + 1
	}
	known[n] = mostNodes + 1 // an alias of its own ancestor never ends
	size := 1
	for _, child := range n.Content {
		if size += expandedSize(child, depth+1, known); size > mostNodes {
			return mostNodes + 1
		}
	}
	known[n] = size
	return size
}

// textSize counts the bytes of all keys and values, aliases not expanded.
func textSize(n *yaml.Node) int {
	size := len(n.Value)
	for _, child := range n.Content {
		size += textSize(child)
	}
	return size
}

// expanded returns a copy in which every alias is a copy of what it stands for, but for
// keys. RNode.Copy would leave the aliases pointing into the original, and DeAnchor
// would then change that.
func expanded(n *yaml.Node) *yaml.Node {
	c := *Target(n)
	c.Anchor = ""
	c.Content = make([]*yaml.Node, len(c.Content))
	for i, child := range Target(n).Content {
		if isKey := c.Kind == yaml.MappingNode && i%2 == 0; isKey {
			c.Content[i] = child
		} else {
			c.Content[i] = expanded(child)
		}
	}
	return &c
}

// dropStrange reports and drops what would be lost on the way to JSON, or arrive there
// as something else: second values of a key, keys that are no text, tags that are not
// YAML's own, and numbers that readers of YAML do not agree on.
func dropStrange(n *yaml.Node, path string) kptfn.Results {
	switch n.Kind {
	case yaml.SequenceNode:
		var results kptfn.Results
		for i, item := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			if strange := strangeValue(item, at); strange != nil {
				results = append(results, strange)
			} else {
				results = append(results, dropStrange(item, at)...)
			}
		}
		return results
	case yaml.MappingNode:
		return dropStrangeFields(n, path)
	}
	return nil
}

func dropStrangeFields(n *yaml.Node, path string) kptfn.Results {
	var results kptfn.Results
	seen := map[string]bool{}
	kept := make([]*yaml.Node, 0, len(n.Content))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := Join(path, key.Value)
		strange := strangeKey(key, path)
		if strange == nil && seen[jsonKey(key)] {
			strange = finding.Error(finding.DuplicateKey, at, "is set twice; keep one of them")
		}
		if strange == nil {
			strange = strangeValue(value, at)
		}
		if strange != nil {
			results = append(results, strange)
		} else {
			kept = append(kept, key, value)
			results = append(results, dropStrange(value, at)...)
		}
		seen[jsonKey(key)] = true
	}
	n.Content = kept
	return results
}

// strangeKey reports a key that JSON does not have, or that another reader of YAML takes
// for another one.
func strangeKey(key *yaml.Node, path string) *kptfn.Result {
	switch {
	case key.Kind != yaml.ScalarNode || key.ShortTag() == yaml.NodeTagNull:
		return finding.Error(finding.YAML, path, "has a key that is no text; write a field's name")
	case key.Value == "<<" && !isMerge(key):
		return finding.Error(finding.YAML, path, "has the key \"<<\", which readers of YAML take for a merge "+
			"even in quotes; remove it")
	case !isMerge(key) && !slices.Contains(plainTags, key.ShortTag()):
		return finding.Error(finding.YAML, path, "has a key with the tag %s, which hides its name; write the name "+
			"as it is", finding.Quote(key.Tag))
	}
	return nil
}

// jsonKey returns the name that a key has in JSON, where every key is a string: 0x1 and
// "1" are the same one there, and YAML 1.1 has more words for true and false.
func jsonKey(key *yaml.Node) string {
	var (
		number int64
		truth  bool
	)
	switch key.ShortTag() {
	case yaml.NodeTagInt:
		if key.Decode(&number) == nil {
			return strconv.FormatInt(number, 10)
		}
	case yaml.NodeTagBool:
		if key.Decode(&truth) == nil {
			return strconv.FormatBool(truth)
		}
	}
	if isPlain(key) && isYAML11Bool(key.Value) {
		return strconv.FormatBool(strings.ContainsAny(key.Value[:1], "yY") || strings.EqualFold(key.Value, "on"))
	}
	return key.Value
}

// strangeValue reports a value that JSON does not have, or that another reader of YAML
// takes for another one.
func strangeValue(value *yaml.Node, at string) *kptfn.Result {
	switch {
	case !slices.Contains(plainTags, value.ShortTag()):
		return finding.Error(finding.YAML, at,
			"has the tag %s, which Kubernetes does not know; remove it", finding.Quote(value.Tag))
	case isBareTemplate(value):
		return finding.Error(finding.Template, at, "is a template that nothing has filled in; write the value")
	case isAmbiguous(value):
		return ambiguousNumber(value.Value, at)
	}
	return nil
}

// isPlain tells whether a scalar stands without quotes, and not in a block.
func isPlain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// isBareTemplate recognises {{ x }} without quotes: to YAML a mapping that is the key of
// another one.
func isBareTemplate(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 && len(n.Content) == 2 &&
		n.Content[0].Kind == yaml.MappingNode && n.Content[1].ShortTag() == yaml.NodeTagNull
}

// ambiguous matches numbers with a leading zero, in YAML 1.2's octal and YAML 1.1's binary
// form, and with underscores.
var ambiguous = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?(0[0-9_]+|0o[0-7]+|0b[01_]+|[0-9]+(_+[0-9]+)+)$`)
})

// isAmbiguous tells whether readers of YAML disagree on a scalar. A tag settles what is text.
func isAmbiguous(n *yaml.Node) bool {
	text := n.Style&yaml.TaggedStyle != 0 && n.ShortTag() == yaml.NodeTagString
	return n.Kind == yaml.ScalarNode && isPlain(n) && !text &&
		beginsAsNumber(n.Value) && ambiguous().MatchString(n.Value)
}

func ambiguousNumber(text, at string) *kptfn.Result {
	digits := strings.ReplaceAll(text, "_", "")
	draft := finding.At(finding.AmbiguousNumber, at).Value(text)
	var readings []string
	for _, base := range []int{0, 10} {
		n, err := strconv.ParseInt(digits, base, 64)
		if reading := strconv.FormatInt(n, 10); err == nil && !slices.Contains(readings, reading) {
			readings = append(readings, reading)
		}
	}
	if len(readings) == 0 {
		return draft.Say("is not the same number to all readers of YAML; write it in plain digits")
	}
	return draft.Say("is not the same number to all readers of YAML; write %s, or put it in quotes where text is meant",
		strings.Join(readings, " or "))
}

// plainTags are those of JSON, and of dates, which are strings there.
var plainTags = []string{
	yaml.NodeTagMap, yaml.NodeTagSeq, yaml.NodeTagString, yaml.NodeTagBool,
	yaml.NodeTagInt, yaml.NodeTagFloat, yaml.NodeTagNull, "!!timestamp",
}
