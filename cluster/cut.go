package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// errCutLine says that a file ends where oc ends none.
var errCutLine = errors.New("its last line is not finished: the file was cut off")

// cutOff says why a file of a dump is not all that was written, as where the disk was full. oc
// sorts the keys and finishes each line, so what is lost is what stands last. Whether a list
// that stands last has lost items cannot be told.
func (p *parsed) cutOff(content []byte) error {
	if len(content) == 0 {
		return nil // then nothing is in it, which says nothing
	}
	line, finished := bytes.CutSuffix(content, []byte("\n"))
	if !finished || bytes.HasSuffix(line, []byte(":")) { // oc writes null, {}, [] or "" for nothing
		return errCutLine
	}
	if p.lists > 0 { // of a list, oc prints the items before the kind
		return nil
	}
	for _, object := range p.objects {
		if err := object.cutOff(); err != nil {
			return err
		}
	}
	return nil
}

// cutOff says what is not there of an object that stands in a file of its own.
func (o Object) cutOff() error {
	last := o.Kind.last
	if last == "" {
		last = "metadata.uid"
	}
	var content any
	if err := o.Decode(&content); err != nil {
		return err
	}
	if !reaches(content, strings.Split(last, ".")) {
		return fmt.Errorf("%s has no %s: the file was cut off, or nobody has written that yet", o, last)
	}
	return nil
}

// reaches tells whether a path leads to something, in each item of a list on its way. What is
// written as empty is all that there is.
func reaches(value any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch value := value.(type) {
	case map[string]any:
		below, ok := value[path[0]]
		return len(value) == 0 || ok && reaches(below, path[1:])
	case []any:
		for _, item := range value {
			if !reaches(item, path) {
				return false
			}
		}
	}
	return true
}
