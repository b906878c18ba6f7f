package ynode

import (
	"bytes"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	// step is by how much the library indents what is nested.
	step = yaml.DefaultIndent
	// longestKey is the length above which the library writes a key in another form.
	longestKey = 128
	// breaks are the characters behind which the library indents in a quoted text too.
	breaks = "\n\r\u0085\u2028\u2029"
)

// writer writes mappings and lists in block style, and the usual texts in them.
type writer struct {
	bytes.Buffer
	// others are the scalars for the library to judge, in their order, and lines what it
	// makes of them, each as the item of a list.
	others []*yaml.Node
	lines  []string
}

// write returns the text of a mapping or a list as the library writes it at an indent,
// but without the indentation of its first line. It is not ok where that takes the library.
func write(n *yaml.Node, indent int) (content []byte, ok bool) {
	w := &writer{}
	if len(n.Content) == 0 || !w.collect(n) || !w.judgeOthers() {
		return nil, false
	}
	w.collection(n, indent)
	return w.Bytes(), true
}

// collect collects the others. It tells whether the writer can write the rest.
func (w *writer) collect(n *yaml.Node) bool {
	switch {
	case !isBare(n):
		return false
	case isPlainText(n), isPlainValue(n), isQuotedText(n), isSingleQuoted(n), isBlock(n):
		return true
	case n.Kind == yaml.ScalarNode:
		w.others = append(w.others, n)
		return !strings.ContainsAny(n.Value, breaks)
	case isCollection(n, yaml.SequenceNode, yaml.NodeTagSeq):
		return !slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return !w.collect(item) })
	case isCollection(n, yaml.MappingNode, yaml.NodeTagMap):
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !isPlainKey(n.Content[i]) || !w.collect(n.Content[i+1]) {
				return false
			}
		}
		return len(n.Content)%2 == 0
	}
	return false
}

// judgeOthers lets the library write the others. It is not ok if one takes several lines.
func (w *writer) judgeOthers() (ok bool) {
	if len(w.others) == 0 {
		return true
	}
	list, err := marshal(&yaml.Node{Kind: yaml.SequenceNode, Content: w.others})
	w.lines = strings.Split(strings.TrimSuffix(string(list), "\n"), "\n")
	return err == nil && len(w.lines) == len(w.others)
}

func (w *writer) collection(n *yaml.Node, indent int) {
	if n.Kind == yaml.SequenceNode {
		w.list(n, indent)
	} else {
		w.mapping(n, indent)
	}
}

func (w *writer) list(n *yaml.Node, indent int) {
	for i, item := range n.Content {
		if i > 0 {
			w.indent(indent)
		}
		w.WriteByte('-')
		if len(item.Content) > 0 {
			w.WriteByte(' ')
			w.collection(item, indent+step)
		} else {
			w.scalar(item, indent+step)
		}
	}
}

// mapping indents a list in it no more than its key, as the library does.
func (w *writer) mapping(n *yaml.Node, indent int) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if i > 0 {
			w.indent(indent)
		}
		key, value := n.Content[i], n.Content[i+1]
		w.WriteString(key.Value)
		w.WriteByte(':')
		below := indent + step
		if value.Kind == yaml.SequenceNode {
			below = indent
		}
		if len(value.Content) > 0 {
			w.WriteByte('\n')
			w.indent(below)
			w.collection(value, below)
		} else {
			w.scalar(value, below)
		}
	}
}

// scalar writes a scalar, or an empty collection, behind a key or the dash of an item.
func (w *writer) scalar(n *yaml.Node, indent int) {
	switch {
	case n.Kind == yaml.MappingNode:
		w.WriteString(" {}\n")
	case n.Kind == yaml.SequenceNode:
		w.WriteString(" []\n")
	case len(w.others) > 0 && w.others[0] == n:
		w.WriteString(strings.TrimPrefix(w.lines[0], "-") + "\n")
		w.others, w.lines = w.others[1:], w.lines[1:]
	case n.Style == yaml.LiteralStyle:
		w.block(n.Value, indent)
	case isQuotedText(n):
		w.WriteString(` "` + n.Value + "\"\n")
	case isSingleQuoted(n):
		w.WriteString(" '" + n.Value + "'\n")
	default:
		w.WriteByte(' ')
		w.WriteString(n.Value)
		w.WriteByte('\n')
	}
}

// block leaves empty lines without indentation.
func (w *writer) block(text string, indent int) {
	lines, ends := strings.CutSuffix(text, "\n")
	if ends {
		w.WriteString(" |\n")
	} else {
		w.WriteString(" |-\n")
	}
	margin := strings.Repeat(" ", indent)
	w.Grow(len(text) + (strings.Count(text, "\n")+1)*len(margin)) // a script is longer than all the rest
	for line := range strings.SplitSeq(lines, "\n") {
		if line != "" {
			w.WriteString(margin)
		}
		w.WriteString(line)
		w.WriteByte('\n')
	}
}

func (w *writer) indent(by int) {
	for range by {
		w.WriteByte(' ')
	}
}

// isBare tells whether a node has nothing but its content.
func isBare(n *yaml.Node) bool {
	return n.Anchor == "" && n.HeadComment == "" && n.LineComment == "" && n.FootComment == ""
}

// needsNoTag tells whether a node of a tag is read as such without it.
func needsNoTag(n *yaml.Node, tag string) bool { return n.Tag == "" || n.Tag == tag }

// isCollection tells whether a node is a collection in block style, or an empty one.
func isCollection(n *yaml.Node, kind yaml.Kind, tag string) bool {
	isEmpty := len(n.Content) == 0 && n.Style == yaml.FlowStyle
	return n.Kind == kind && needsNoTag(n, tag) && (n.Style == 0 || isEmpty)
}

// isPlainKey leaves to the library what it writes in another way as a key.
func isPlainKey(n *yaml.Node) bool { return isPlainText(n) && isBare(n) && len(n.Value) <= longestKey }

// isPlainText tells whether a scalar is a string that stands without quotes. It knows
// those that begin as a word or a path; the others are for the library to judge.
func isPlainText(n *yaml.Node) bool {
	text := n.Value
	return n.Kind == yaml.ScalarNode && needsNoTag(n, yaml.NodeTagString) && n.Style == 0 &&
		text != "" && ('a' <= text[0]|' ' && text[0]|' ' <= 'z' || text[0] == '/') && isASCII(text, ' ') &&
		!strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") && !strings.EqualFold(text, "null") &&
		!strings.Contains(text, ": ") && !strings.Contains(text, " #") &&
		!strings.HasSuffix(text, ":") && !strings.HasSuffix(text, " ")
}

// isPlainValue tells whether a scalar is a truth, or a number of a few digits.
func isPlainValue(n *yaml.Node) bool {
	isTruth := n.Tag == yaml.NodeTagBool && (n.Value == "true" || n.Value == "false")
	return n.Kind == yaml.ScalarNode && n.Style == 0 && (isTruth || n.Tag == yaml.NodeTagInt && isNumber(n.Value))
}

// isQuotedText tells whether a scalar is a string that is one in quotes alone. It knows
// truths and numbers, such as the waves of Argo CD, which every object has.
func isQuotedText(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == yaml.NodeTagString && n.Style == 0 &&
		(n.Value == "" || n.Value == "true" || n.Value == "false" || isNumber(n.Value))
}

// isNumber tells whether a text is a number of a few digits without a sign.
func isNumber(text string) bool {
	const few = 9
	isDigit := func(c rune) bool { return '0' <= c && c <= '9' }
	return text != "" && len(text) <= few && (text == "0" || text[0] != '0') && strings.TrimFunc(text, isDigit) == ""
}

// isSingleQuoted tells whether a scalar has single quotes, as kioutil gives them to the path
// and the index of each object, and nothing in it that they have another way to write.
func isSingleQuoted(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Style == yaml.SingleQuotedStyle && needsNoTag(n, yaml.NodeTagString) &&
		n.Value != "" && isASCII(n.Value, ' ') && !strings.ContainsAny(n.Value, " '")
}

// isBlock tells whether a scalar is a literal block that needs no indentation hint.
func isBlock(n *yaml.Node) bool {
	text := n.Value
	return n.Kind == yaml.ScalarNode && n.Style == yaml.LiteralStyle && needsNoTag(n, yaml.NodeTagString) &&
		text != "" && text[0] > ' ' && isASCII(text, '\n') &&
		!strings.Contains(text, " \n") && !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\n\n")
}

// isASCII tells whether a text has nothing but ASCII's printable characters and one more.
func isASCII(text string, more byte) bool {
	for _, c := range []byte(text) {
		if (c < ' ' || c > '~') && c != more {
			return false
		}
	}
	return true
}
