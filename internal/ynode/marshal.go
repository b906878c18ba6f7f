package ynode

import (
	"bytes"
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Marshal writes a node as kyaml's RNode.String does. Long literal blocks are put
// into the text of the library by this function: the library goes through them rune
// by rune, which took half the time of writing a profile's manifests.
func Marshal(n *yaml.Node) ([]byte, error) {
	var blocks []string
	content, err := marshal(withoutBlocks(n, &blocks))
	if err != nil {
		return nil, err
	}
	for i, block := range blocks {
		mark := []byte(placeholder(i) + "\n")
		if bytes.Count(content, mark) != 1 { // a value of the input looks like it
			return marshal(n)
		}
		content = putBlock(content, mark, block)
	}
	return content, nil
}

func marshal(n *yaml.Node) ([]byte, error) {
	buffer := &bytes.Buffer{}
	encoder := yaml.NewEncoder(buffer)
	if err := encoder.Encode(n); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// longBlock is the length in bytes from which a literal block is put in afterwards.
const longBlock = 4096

func placeholder(i int) string { return fmt.Sprintf("registry-profile-literal-block-%d", i) }

// withoutBlocks returns n, or a copy of it in which a placeholder stands for each long
// block. It collects the blocks in their order.
func withoutBlocks(n *yaml.Node, blocks *[]string) *yaml.Node {
	if n.Kind == yaml.ScalarNode && isLongBlock(n) {
		short := *n
		short.Value = placeholder(len(*blocks)) + "\n"
		*blocks = append(*blocks, n.Value)
		return &short
	}
	changed := n
	for i, child := range n.Content {
		if other := withoutBlocks(child, blocks); other != child {
			if changed == n {
				copied := *n
				copied.Content = append([]*yaml.Node(nil), n.Content...)
				changed = &copied
			}
			changed.Content[i] = other
		}
	}
	return changed
}

// isLongBlock tells whether a block can be written by indenting its lines: it ends in
// one line break, its first line begins with a letter or a sign, and it holds nothing
// that YAML would have to escape.
func isLongBlock(n *yaml.Node) bool {
	v := n.Value
	if n.Style&yaml.LiteralStyle == 0 || len(v) < longBlock {
		return false
	}
	if v[0] <= ' ' || strings.HasSuffix(v, "\n\n") || !strings.HasSuffix(v, "\n") {
		return false
	}
	for _, c := range []byte(v) { // by bytes: a rune of several is above '~' in each of them
		if c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// putBlock writes the lines of a block in the place of a mark, indented as the mark is.
// Like the library it leaves empty lines without indentation.
func putBlock(content, mark []byte, block string) []byte {
	at := bytes.Index(content, mark)
	start := bytes.LastIndexByte(content[:at], '\n') + 1
	indent := content[start:at]
	var b bytes.Buffer
	b.Grow(len(content) + len(block) + strings.Count(block, "\n")*len(indent))
	b.Write(content[:start])
	for line := range strings.Lines(block) {
		if line != "\n" {
			b.Write(indent)
		}
		b.WriteString(line)
	}
	b.Write(content[at+len(mark):])
	return b.Bytes()
}
