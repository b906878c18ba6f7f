package doctor_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
)

// verdicts are the findings of an examination, by what they are about and not by their words.
func verdicts(report doctor.Report) []string {
	var all []string
	for _, f := range report.Findings {
		all = append(all, strings.Join([]string{
			finding.CodeOf(f), f.ResourceRef.Kind, f.ResourceRef.Namespace, f.ResourceRef.Name, finding.Path(f),
		}, " "))
	}
	return all
}

// lacking is a Reader of a dump that does not hold one object.
type lacking struct {
	cluster.Reader
	object string
}

func (l lacking) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	answer := l.Reader.Get(ctx, kind, namespace, name)
	if answer.State == cluster.Present && answer.Object.String() == l.object {
		return cluster.Answer{Outcome: cluster.Outcome{State: cluster.NotCollected}}
	}
	return answer
}

func (l lacking) List(ctx context.Context, kind cluster.Kind, namespace string) cluster.Answers {
	answers := l.Reader.List(ctx, kind, namespace)
	answers.Objects = slices.DeleteFunc(slices.Clone(answers.Objects), func(o cluster.Object) bool { return o.String() == l.object })
	if len(answers.Objects) == 0 && answers.State == cluster.Present {
		answers.State = cluster.NotCollected
	}
	return answers
}

// TestNothingIsConcludedFromWhatIsHidden: whatever cannot be seen, be it a kind that the
// account may not read or an object that a dump does not hold, nothing is told that would not
// be told with everything in sight.
func TestNothingIsConcludedFromWhatIsHidden(t *testing.T) {
	worlds := map[string]world{"healthy": healthy(t), "healthy with profile": profiled(t)}
	for code := range faults {
		worlds[code] = faulty(t, code)
	}
	for code, w := range worlds {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			reader, dump := w.reader(t, true), w.reader(t, false)
			all := verdicts(w.examine(t, reader))
			assert.Subset(t, all, verdicts(w.examine(t, dump)), "in a dump")
			objects := map[string][]string{} // by their kind
			for name := range w.objects {
				kind, _, _ := strings.Cut(name, " ")
				objects[kind] = append(objects[kind], name)
			}
			for kind, names := range objects {
				assert.Subset(t, all, verdicts(w.examine(t, hiding{reader, kind})), "without %s", kind)
				for _, name := range names {
					if len(names) > 1 && faults[code].change == "" { // of one object the kind says it all
						assert.Subset(t, all, verdicts(w.examine(t, lacking{dump, name})), "without %s", name)
					}
				}
			}
		})
	}
}
