package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// decodeStream returns the documents of a YAML stream, without the empty ones.
func decodeStream(content []byte) ([]*yaml.RNode, error) {
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return nil, errors.New("it is not UTF-8 text, and no engine can read it")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var documents []*yaml.RNode
	for {
		document := &yaml.Node{}
		err := decoder.Decode(document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		node := yaml.NewRNode(yaml.NewRNode(document).YNode())
		if !node.IsNilOrEmpty() {
			documents = append(documents, node)
		}
	}
}

var (
	lineOfError = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^line (\d+): `) })
	// tabbed matches a line with a tab where YAML counts spaces.
	tabbed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^ *(- *)*\t`) })
	// templated matches a line with the template of a tool such as Helm.
	templated = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[^#'"\n]*\{\{`) })
)

// syntaxError moves the line number that the YAML library reports to where findings have
// theirs. It tells what the library cannot know: that a tab, or a template, stands there.
func syntaxError(name string, content []byte, err error) finding.Located {
	if tab := tabbed().FindIndex(content); tab != nil {
		return inFile(name, lineAt(content, tab[0]), finding.YAML,
			"is not YAML: a tab stands in the indentation; write spaces")
	}
	if template := templated().FindIndex(content); template != nil {
		return inFile(name, lineAt(content, template[0]), finding.Template,
			"is not YAML: a template stands there that nothing has filled in; write the value")
	}
	line, message := 0, strings.TrimPrefix(finding.OneLine(err.Error()), "yaml: ")
	if at := lineOfError().FindStringSubmatch(message); at != nil {
		line, _ = strconv.Atoi(at[1])
		message = strings.TrimPrefix(message, at[0])
	}
	return inFile(name, line, finding.YAML, "is not YAML: %s", message)
}

// lineAt returns the number of the line of a position in a text.
func lineAt(content []byte, position int) int {
	return 1 + bytes.Count(content[:position], []byte("\n"))
}

// writeStream writes objects to stdout as a YAML stream: all of them or, if one cannot
// be encoded, none.
func (s *session) writeStream(objects []*yaml.RNode) error {
	buffer := &bytes.Buffer{}
	for i, object := range objects {
		if i > 0 {
			buffer.WriteString("---\n")
		}
		text, err := ynode.Marshal(object.YNode())
		if err != nil {
			id := ynode.IDOf(object.YNode())
			return fmt.Errorf("writing %s %s: %w", id.Kind, id.Name, err)
		}
		buffer.Write(text)
	}
	_, err := s.out.Write(buffer.Bytes())
	return err
}
