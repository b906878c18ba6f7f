package plan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// Leftover is an object that carries the profile's marks, and is not rendered any more.
type Leftover struct {
	Name string `json:"name"`
	// Kept tells whether every engine keeps it. If not, one that prunes would remove it.
	Kept bool `json:"kept"`
	// Holds tells whether it holds images, or guards what does.
	Holds bool `json:"holds,omitempty"`
	// Missing are the marks without which an engine would remove what has to be kept.
	Missing []string `json:"missing,omitempty"`
}

// everywhere are kinds that earlier versions of a profile can have brought to any namespace.
// Of the others there are too many to look at them all.
var everywhere = []cluster.Kind{
	cluster.BucketClaims, cluster.VolumeClaims, cluster.Roles, cluster.RoleBindings, cluster.CronJobs, cluster.AlertingRules,
}

// listing is one list that is read.
type listing struct {
	kind      cluster.Kind
	namespace string
	answers   cluster.Answers
}

// lookForLeftovers lists the kinds that are emitted. It does so at once for all.
func (p *Plan) lookForLeftovers(ctx context.Context, reader cluster.Reader, profile *v1alpha1.RegistryProfile,
	resources []generators.Resource,
) {
	listings := listingsOf(ctx, reader, profile)
	var running sync.WaitGroup
	for i := range listings {
		l := &listings[i]
		running.Go(func() { l.answers = reader.List(ctx, l.kind, l.namespace) })
	}
	running.Wait()
	rendered := map[string]bool{}
	for _, r := range resources {
		rendered[identity(r)] = true
	}
	unseen := map[string][]string{}
	for _, l := range listings {
		if !l.answers.Complete && l.answers.State != cluster.NoKind {
			why := whyIncomplete(l.answers)
			unseen[why] = append(unseen[why], l.kind.Name)
		}
		for _, o := range l.answers.Objects {
			if generators.ProfileOf(o.Metadata.Labels, o.Metadata.Annotations) == p.Profile && !rendered[o.String()] &&
				o.Metadata.DeletionTimestamp == "" {
				p.Leftovers = append(p.Leftovers, leftover(o))
			}
		}
	}
	for _, why := range slices.Sorted(maps.Keys(unseen)) {
		kinds := slices.Compact(slices.Sorted(slices.Values(unseen[why])))
		p.LeftoversUnseen = append(p.LeftoversUnseen, fmt.Sprintf("%s: each list %s", strings.Join(kinds, ", "), why))
	}
}

// whyIncomplete is why a list is not all that there is. A server that refuses says so of every
// kind in other words.
func whyIncomplete(a cluster.Answers) string {
	switch a.State {
	case cluster.Failed:
		return a.Words()
	case cluster.Present:
		return cluster.NotCollected.String()
	}
	return a.State.String()
}

// listingsOf are the lists of what a profile of this name may have brought.
func listingsOf(ctx context.Context, reader cluster.Reader, profile *v1alpha1.RegistryProfile) []listing {
	namespaces := []string{profile.Spec.Bootstrap.Namespace}
	for _, o := range reader.List(ctx, cluster.Namespaces, "").Objects {
		if generators.ProfileOf(o.Metadata.Labels, o.Metadata.Annotations) == profile.Metadata.Name &&
			o.Metadata.Name != namespaces[0] {
			namespaces = append(namespaces, o.Metadata.Name)
		}
	}
	var all []listing
	seen := map[string]bool{}
	for _, g := range generators.All() {
		kind, ok := cluster.KindOf(g.APIVersion, g.Kind)
		if !ok || seen[kind.String()] {
			continue
		}
		seen[kind.String()] = true
		in := namespaces
		if !kind.Namespaced || slices.ContainsFunc(everywhere, func(k cluster.Kind) bool { return k.String() == kind.String() }) {
			in = []string{""}
		}
		for _, namespace := range in {
			all = append(all, listing{kind: kind, namespace: namespace})
		}
	}
	return all
}

// leftover says what becomes of an object that has left Git.
func leftover(o cluster.Object) Leftover {
	left := Leftover{Name: o.String(), Holds: generators.KindOf(o.Kind.Group, o.Kind.Name).Kept()}
	missing := generators.MissingKeepingMarks(o.Metadata.Annotations)
	left.Kept = len(missing) == 0
	if left.Holds {
		left.Missing = missing
	}
	return left
}
