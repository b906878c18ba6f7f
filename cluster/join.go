package cluster

import "context"

// Join returns a Reader that asks others, each of which knows a part. What one of them has
// is there, whatever the others say; of two that have the same object, the first counts.
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
		if answer := reader.Get(ctx, kind, namespace, name); i == 0 || answer.outweighs(best.Outcome) {
			best = answer
		}
	}
	return best
}

func (j joined) List(ctx context.Context, kind Kind, namespace string) Answers {
	var all Answers
	seen := map[string]bool{}
	for i, reader := range j {
		answers := reader.List(ctx, kind, namespace)
		if i == 0 || answers.outweighs(all.Outcome) {
			all.Outcome = answers.Outcome
		}
		all.Complete = all.Complete || answers.Complete
		for _, object := range answers.Objects {
			if !seen[object.String()] {
				seen[object.String()] = true
				all.Objects = append(all.Objects, object)
			}
		}
	}
	return all
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
