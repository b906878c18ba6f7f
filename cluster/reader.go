// Package cluster reads what a cluster holds, live or from files, and never writes. It does
// no input or output of its own: who opens a Reader hands over how oc is run, the files of a
// dump, or documents.
package cluster

import (
	"context"
	"fmt"
)

// Reader answers questions about a cluster. It may be used by several goroutines. It asks
// the cluster the same question once: a run works on one state of each object.
type Reader interface {
	// Get returns one object. The namespace of a cluster-scoped kind is not looked at.
	Get(ctx context.Context, kind Kind, namespace, name string) Answer
	// List returns the objects of a kind in a namespace, or with "" in all of them.
	List(ctx context.Context, kind Kind, namespace string) Answers
	// Logs returns the last lines that a container of a pod has written.
	Logs(ctx context.Context, namespace, pod, container string, lines int) Log
}

// State tells what came of a question.
type State int

// The states. Only Present, Absent and NoKind say something about the cluster.
const (
	NotCollected State = iota // the input does not hold it, which says nothing about the cluster
	Present
	Absent
	NoKind    // the cluster does not know the kind
	Forbidden // the user may not read it
	Failed    // no connection, or an answer that cannot be read
)

// String returns the words for a state that stand behind the name of an object.
func (s State) String() string {
	return [...]string{"is not in the input", "is there", "is not there", "is of a kind that the cluster does not know",
		"may not be read", "cannot be read"}[s]
}

// Outcome is the State of an answer, and why it is that one.
type Outcome struct {
	State State
	// Why has the server's words, or those of the program that was asked. It is one line, or
	// empty where the State says everything.
	Why string
}

// Words returns the State with its reason, to stand behind the name of an object.
func (o Outcome) Words() string {
	if o.Why == "" {
		return o.State.String()
	}
	return o.State.String() + ": " + o.Why
}

// Answer is what came of Get.
type Answer struct {
	Outcome
	// Object is the object if it is Present.
	Object
}

// Answers is what came of List. Its State is Present if there is one object or more, and
// Absent if it is certain that there is none.
type Answers struct {
	Outcome
	Objects []Object
	// Complete says that there are no others.
	Complete bool
}

// Log is what came of Logs.
type Log struct {
	Outcome
	Text string
}

// Read gets an object and decodes it. An object that cannot be decoded is an Answer that
// has Failed.
func Read[T any](ctx context.Context, r Reader, kind Kind, namespace, name string) (T, Answer) {
	var into T
	answer := r.Get(ctx, kind, namespace, name)
	if answer.State == Present {
		if err := answer.Decode(&into); err != nil {
			return *new(T), Answer{Outcome: failed("%s", err)}
		}
	}
	return into, answer
}

// ReadAll lists objects and decodes them. The values stand in the order of the Objects.
// What cannot be decoded is in neither, and the Answers are not Complete.
func ReadAll[T any](ctx context.Context, r Reader, kind Kind, namespace string) ([]T, Answers) {
	listed := r.List(ctx, kind, namespace)
	read := listed
	read.Objects = nil
	var values []T
	for _, object := range listed.Objects {
		var value T
		if err := object.Decode(&value); err != nil {
			read.Complete, read.Why = false, err.Error()
			continue
		}
		values, read.Objects = append(values, value), append(read.Objects, object)
	}
	if len(values) == 0 && len(listed.Objects) > 0 {
		read.State = Failed
	}
	return values, read
}

// failed is the Outcome of a question that has no answer.
func failed(format string, values ...any) Outcome {
	return Outcome{Failed, brief(fmt.Sprintf(format, values...))}
}

// notCollected is the Outcome of a question about what the input does not hold.
func notCollected(format string, values ...any) Outcome {
	return Outcome{NotCollected, brief(fmt.Sprintf(format, values...))}
}

// found makes Answers of objects that were all read, or of some.
func found(objects []Object, complete bool, why string) Answers {
	answers := Answers{Outcome: Outcome{Present, why}, Objects: objects, Complete: complete}
	switch {
	case len(objects) > 0:
	case complete:
		answers.State = Absent
	default:
		answers.State = NotCollected
	}
	return answers
}

// pick answers Get from a list.
func (a Answers) pick(namespace, name string) Answer {
	for _, object := range a.Objects {
		if object.Metadata.Namespace == namespace && object.Metadata.Name == name {
			return Answer{Outcome: Outcome{State: Present}, Object: object}
		}
	}
	if a.Complete {
		return Answer{Outcome: Outcome{State: Absent}}
	}
	return Answer{Outcome: Outcome{State: NotCollected}}
}
