package cluster

import (
	"encoding/json"
	"fmt"
)

// lastApplied is the annotation in which kubectl keeps a copy of an object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// conceal returns JSON of an object without the fields of its kind that hold credentials,
// also in the copy that kubectl keeps. It overwrites what it drops and, of a Secret, the
// whole text, whose annotations can hold anything.
func conceal(kind Kind, content []byte) ([]byte, error) {
	var err error
	reduced := content
	for _, path := range kind.concealed {
		if reduced, err = edit(reduced, path, overwrite); err != nil {
			return nil, err
		}
	}
	annotations := []string{"metadata", "annotations"}
	if kind.is(Secrets) {
		reduced, err = edit(reduced, annotations, emptied)
		clear(content)
		return reduced, err
	}
	return edit(reduced, append(annotations, lastApplied), func(quoted []byte) []byte {
		var copied string
		if json.Unmarshal(quoted, &copied) != nil {
			return []byte(`""`)
		}
		text := []byte(copied)
		for _, path := range kind.concealed {
			if text, err = edit(text, path, overwrite); err != nil {
				return []byte(`""`)
			}
		}
		return encode(string(text))
	})
}

// edit returns JSON in which change has been made to the value at the end of a path of
// keys, if there is one. A change to nothing removes the key.
func edit(content []byte, path []string, change func([]byte) []byte) ([]byte, error) {
	if len(path) == 0 {
		return change(content), nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(content, &fields); err != nil {
		return nil, readable(err)
	}
	value, ok := fields[path[0]]
	if !ok || string(value) == "null" {
		return content, nil
	}
	changed, err := edit(value, path[1:], change)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path[0], err)
	case changed == nil:
		delete(fields, path[0])
	default:
		fields[path[0]] = changed
	}
	return encode(fields), nil
}

// overwrite makes nothing of a value.
func overwrite(value []byte) []byte {
	clear(value)
	return nil
}

// emptied keeps the keys of a mapping.
func emptied(mapping []byte) []byte {
	var values map[string]json.RawMessage
	if json.Unmarshal(mapping, &values) != nil {
		return nil
	}
	for key := range values {
		values[key] = []byte(`""`)
	}
	return encode(values)
}

// encode writes what has been read as JSON.
func encode(value any) []byte {
	content, err := json.Marshal(value)
	if err != nil {
		panic("JSON: " + err.Error())
	}
	return content
}
