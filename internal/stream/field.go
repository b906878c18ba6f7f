package stream

import (
	"fmt"
	"iter"

	"github.com/registryprofile/registry-profile/internal/ynode"
)

// field is a value somewhere in another one: its path, and its key in a mapping, "" elsewhere.
type field struct {
	path, key string
	value     any
}

// fieldsOf goes through a value and all that is in it, each before what it holds.
func fieldsOf(value any) iter.Seq[field] {
	return func(yield func(field) bool) { field{value: value}.walk(yield) }
}

func (f field) walk(yield func(field) bool) bool {
	if !yield(f) {
		return false
	}
	switch v := f.value.(type) {
	case []any:
		for i, item := range v {
			if !(field{path: fmt.Sprintf("%s[%d]", f.path, i), value: item}).walk(yield) {
				return false
			}
		}
	case map[string]any:
		for _, key := range sorted(v) {
			if !(field{ynode.Join(f.path, key), key, v[key]}).walk(yield) {
				return false
			}
		}
	}
	return true
}
