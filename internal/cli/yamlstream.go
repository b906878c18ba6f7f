package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// decodeStream returns the documents of a YAML stream, without the empty ones.
func decodeStream(content []byte) ([]*yaml.RNode, error) {
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

var lineOfError = regexp.MustCompile(`^line (\d+): `)

// syntaxError moves the line number that the YAML library reports to where findings
// have theirs.
func syntaxError(name string, err error) error {
	message := strings.TrimPrefix(finding.OneLine(err.Error()), "yaml: ")
	if at := lineOfError.FindStringSubmatch(message); at != nil {
		name, message = name+":"+at[1], strings.TrimPrefix(message, at[0])
	}
	return fmt.Errorf("%s: is not YAML: %s [%s]", name, message, finding.YAML.Name)
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
			id := ynode.MetaOf(object.YNode()).ID
			return fmt.Errorf("writing %s %s: %w", id.Kind, id.Name, err)
		}
		buffer.Write(text)
	}
	_, err := s.out.Write(buffer.Bytes())
	return err
}
