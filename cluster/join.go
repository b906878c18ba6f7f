package cluster

import (
	"context"
	"fmt"
	"strconv"
)

// Join returns a Reader that asks others, each of which knows a part. What one of them has
// is there, whatever the others say. Of an object that two have, the later state counts. Two
// states of Config, or two objects of one name, are no answer: nobody knows what is meant.
func Join(readers ...Reader) Reader {
	if len(readers) == 1 {
		return readers[0]
	}
	return joined(readers)
}

type joined []Reader

// weight orders the States by how much they say: a reader that could not look outweighs
// one that has not found.
var weight = [...]int{NotCollected: 0, NoKind: 1, Absent: 2, Forbidden: 3, Failed: 4, Present: 5}

func (o Outcome) outweighs(other Outcome) bool { return weight[o.State] > weight[other.State] }

func (j joined) Get(ctx context.Context, kind Kind, namespace, name string) Answer {
	var best Answer
	for i, reader := range j {
		answer := reader.Get(ctx, kind, namespace, name)
		switch {
		case i > 0 && answer.State == Present && best.State == Present:
			if err := contradiction(best.Object, answer.Object); err != nil {
				return Answer{Outcome: failed("%s", err)}
			}
			best.Object = later(best.Object, answer.Object)
		case i == 0 || answer.outweighs(best.Outcome):
			best = answer
		}
	}
	return best
}

func (j joined) List(ctx context.Context, kind Kind, namespace string) Answers {
	var all Answers
	seen := map[string]int{}
	for i, reader := range j {
		answers := reader.List(ctx, kind, namespace)
		if i == 0 || answers.outweighs(all.Outcome) {
			all.Outcome = answers.Outcome
		}
		all.Complete = all.Complete || answers.Complete
		for _, object := range answers.Objects {
			at, ok := seen[object.String()]
			if !ok {
				seen[object.String()] = len(all.Objects)
				all.Objects = append(all.Objects, object)
				continue
			}
			if err := contradiction(all.Objects[at], object); err != nil {
				return Answers{Outcome: failed("%s", err)}
			}
			all.Objects[at] = later(all.Objects[at], object)
		}
	}
	return all
}

// contradiction says why two objects of one name cannot be of one cluster at one time.
func contradiction(one, other Object) error {
	a, b := one.Metadata, other.Metadata
	switch {
	case a.UID != "" && b.UID != "" && a.UID != b.UID:
		return fmt.Errorf("%s stands in %s and in %s, and is not the same one: give what is of one cluster",
			one, one.Source, other.Source)
	case one.Kind.is(Configs) && !one.equal(other):
		return fmt.Errorf("%s stands in %s and in %s, and differs: give the one that was written last",
			one, one.Source, other.Source)
	}
	return nil
}

// later is the later of two states of an object, or the first where nobody knows.
func later(one, other Object) Object {
	before, err := strconv.ParseUint(one.Metadata.ResourceVersion, 10, 64)
	after, wrong := strconv.ParseUint(other.Metadata.ResourceVersion, 10, 64)
	if err == nil && wrong == nil && after > before {
		return other
	}
	return one
}

func (j joined) Logs(ctx context.Context, namespace, pod, container string, lines int) Log {
	var best Log
	for i, reader := range j {
		if log := reader.Logs(ctx, namespace, pod, container, lines); i == 0 || log.outweighs(best.Outcome) {
			best = log
		}
	}
	return best
}
