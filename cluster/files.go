package cluster

import (
	"context"
	"fmt"
	"slices"
)

// Files returns a Reader of documents. What they do not hold is not collected, as nobody
// knows what a list was a list of. If complete, they are all that the cluster has.
// It holds what can be read, whatever the faults are.
func Files(documents []Document, complete bool) (Reader, []error) {
	f := &files{complete: complete, objects: map[question][]Object{}, named: map[question]Object{}}
	var faults []error
	for _, document := range documents {
		p, err := document.parse()
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, object := range p.objects {
			if err := f.add(object); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return f, faults
}

type files struct {
	complete bool
	// objects are those of a kind, in the order in which they were read.
	objects map[question][]Object
	named   map[question]Object
}

// add adds an object. It may stand in the documents twice, as the same.
func (f *files) add(object Object) error {
	asked := ask(object.Kind, object.Metadata.Namespace, object.Metadata.Name)
	if other, ok := f.named[asked]; ok {
		if other.equal(object) {
			return nil
		}
		return fmt.Errorf("%s: %s stands in %s too, and differs; give one of them", object.Source, object, other.Source)
	}
	kind := ask(object.Kind, "", "")
	f.named[asked], f.objects[kind] = object, append(f.objects[kind], object)
	return nil
}

func (f *files) Get(_ context.Context, kind Kind, namespace, name string) Answer {
	if object, ok := f.named[ask(kind, namespace, name)]; ok {
		return Answer{Outcome: Outcome{State: Present}, Object: object}
	}
	return Answers{Complete: f.complete}.pick(namespace, name)
}

func (f *files) List(_ context.Context, kind Kind, namespace string) Answers {
	objects := slices.Clone(f.objects[ask(kind, "", "")])
	if kind.Namespaced && namespace != "" {
		objects = slices.DeleteFunc(objects, func(o Object) bool { return o.Metadata.Namespace != namespace })
	}
	return found(objects, f.complete, "")
}

func (f *files) Logs(context.Context, string, string, string, int) Log {
	return Log{Outcome: notCollected("a file of objects holds no logs")}
}
