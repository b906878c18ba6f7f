package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
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
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(d.Content), 4096)
	for n := 1; ; n++ {
		var content json.RawMessage
		err := decoder.Decode(&content)
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: document %d: it cannot be read: %s", d.Name, n, brief(err.Error()))
		}
		if err := p.add(content, origin{file: d.Name}); err != nil {
			return nil, fmt.Errorf("%s: document %d: %w", d.Name, n, err)
		}
	}
}

// add adds an object, or the items of a list.
func (p *parsed) add(content []byte, from origin) error {
	var head struct {
		APIVersion, Kind string
		Metadata         json.RawMessage
		Items            []json.RawMessage
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
	var head struct{ Kind string }
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
