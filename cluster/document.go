package cluster

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/yaml"
	kjson "sigs.k8s.io/json"
	kyaml "sigs.k8s.io/yaml"
)

// Document is a text with objects: YAML documents or JSON, and lists of any depth.
type Document struct {
	// Name is what stands before a message about the text: the name of a file, or "stdin".
	Name    string
	Content []byte
}

// parsed is what a Document holds.
type parsed struct {
	objects []Object
	// whole says that the last list was not one page of several.
	whole bool
	// lists counts the lists.
	lists int
}

// parse reads the objects whose kinds are known, as kubectl reads them. It stops at the
// first that cannot be read.
func (d Document) parse() (*parsed, error) {
	p := &parsed{whole: true}
	if !utf8.Valid(d.Content) || bytes.IndexByte(d.Content, 0) >= 0 {
		return nil, fmt.Errorf("%s: it cannot be read: it is not UTF-8 text", d.Name)
	}
	parts := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(d.Content)))
	for n := 1; ; {
		part, err := parts.Read()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		var documents []json.RawMessage
		if err == nil {
			documents, err = asJSON(part)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: document %d: it cannot be read: %s", d.Name, n, brief(withoutContent(err.Error())))
		}
		for _, content := range documents {
			if err := p.add(content, origin{file: d.Name}); err != nil {
				return nil, fmt.Errorf("%s: document %d: %w", d.Name, n, err)
			}
			n++
		}
	}
}

// contentInWords matches what the library of YAML quotes of a text. Keys are in double quotes, and stay.
var contentInWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?s)'.*'|`.*`|invalid map key: .*")
})

// withoutContent takes the content out of an error: it may be a Secret's.
func withoutContent(words string) string { return contentInWords().ReplaceAllString(words, Hidden) }

// asJSON returns the documents between two separators: one of YAML, or as many of JSON as
// there are. It refuses a key that comes twice: nobody knows which value is meant.
func asJSON(part []byte) ([]json.RawMessage, error) {
	if documents, ok := jsonDocuments(part); ok {
		for _, content := range documents {
			var into any
			if strict, err := kjson.UnmarshalStrict(content, &into); err != nil || len(strict) > 0 {
				return nil, errors.Join(append(strict, err)...)
			}
		}
		return documents, nil
	}
	content, err := kyaml.YAMLToJSONStrict(part)
	return []json.RawMessage{content}, err
}

// jsonDocuments reads JSON, if it is some.
func jsonDocuments(part []byte) (documents []json.RawMessage, ok bool) {
	if !yaml.IsJSONBuffer(part) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(part))
	for {
		var content json.RawMessage
		err := decoder.Decode(&content)
		if errors.Is(err, io.EOF) {
			return documents, true
		}
		if err != nil {
			return nil, false
		}
		documents = append(documents, content)
	}
}

// add adds an object, or the items of a list.
func (p *parsed) add(content []byte, from origin) error {
	var head struct {
		APIVersion string            `json:"apiVersion"`
		Kind       string            `json:"kind"`
		Metadata   json.RawMessage   `json:"metadata"`
		Items      []json.RawMessage `json:"items"`
	}
	if bytes.Equal(content, []byte("null")) || len(content) == 0 {
		return nil
	}
	if err := json.Unmarshal(content, &head); err != nil {
		return readable(err)
	}
	if !strings.HasSuffix(head.Kind, "List") {
		kind, ok := KindOf(head.APIVersion, head.Kind)
		if !ok {
			return nil
		}
		object, err := newObject(kind, content, from)
		p.objects = append(p.objects, object)
		return err
	}
	var metadata struct{ Continue string }
	_ = json.Unmarshal(head.Metadata, &metadata) // of another type, or not there: it does not go on
	p.whole = metadata.Continue == ""
	p.lists++
	for i, item := range head.Items {
		if err := p.addItem(item, head.APIVersion, strings.TrimSuffix(head.Kind, "List"), from); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	return nil
}

// addItem adds an item of a list, which need not say its kind where the list does.
func (p *parsed) addItem(item []byte, apiVersion, kindName string, from origin) error {
	kind, typed := KindOf(apiVersion, kindName)
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(item, &head); err != nil {
		return readable(err)
	}
	if !typed || head.Kind != "" {
		return p.add(item, from)
	}
	from.apiVersion = apiVersion
	object, err := newObject(kind, item, from)
	p.objects = append(p.objects, object)
	return err
}
