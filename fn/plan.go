package fn

import (
	"cmp"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// plan is what the items of the input are judged by: a profile, and the objects that
// have a place in it.
type plan struct {
	profile *v1alpha1.RegistryProfile
	// resources are those of the profile, in apply order and by identity, and the claim that
	// it names.
	resources []generators.Resource
	wanted    map[ynode.ID]generators.Resource
	// written are the objects that are written in the cluster.
	written []generators.Written
}

func newPlan(profile *v1alpha1.RegistryProfile) *plan {
	s := &plan{
		profile: profile, resources: generators.Expand(profile), written: generators.WrittenInCluster(profile),
		wanted: map[ynode.ID]generators.Resource{},
	}
	if claim, ok := generators.ExistingClaim(profile); ok {
		s.resources = append(s.resources, claim)
	}
	for _, r := range s.resources {
		s.wanted[ynode.IDOf(r.YNode())] = r
	}
	return s
}

// judge reports every item that the function must not touch, pass or leave standing where
// it stands.
func (s *plan) judge(items []*item) kptfn.Results {
	var results kptfn.Results
	seen := map[ynode.ID]bool{}
	for _, i := range items {
		r, wanted := s.wanted[i.ID]
		switch {
		case wanted && seen[i.ID]:
			results = append(results, i.finding(finding.DuplicateItem, "", "is twice in the input; keep one of them"))
			fallthrough
		case wanted:
			seen[i.ID] = true
			results = append(results, s.conflict(i, r)...)
		default:
			results = append(results, s.judgeOther(i)...)
		}
	}
	return results
}

// sortByItem puts findings in an order that the order of the items has no part in.
func sortByItem(results kptfn.Results) {
	slices.SortStableFunc(results, func(a, b *kptfn.Result) int {
		return cmp.Or(
			strings.Compare(a.ResourceRef.Kind, b.ResourceRef.Kind),
			strings.Compare(a.ResourceRef.Namespace, b.ResourceRef.Namespace),
			strings.Compare(a.ResourceRef.Name, b.ResourceRef.Name),
			strings.Compare(finding.Path(a), finding.Path(b)),
			strings.Compare(finding.CodeOf(a), finding.CodeOf(b)),
			strings.Compare(a.Message, b.Message),
		)
	})
}

// judgeOther reports an item that is none of the profile's resources and yet concerns it.
func (s *plan) judgeOther(i *item) kptfn.Results {
	if result := s.hidden(i); result != nil {
		return kptfn.Results{result}
	}
	if result := s.anywhere(i); result != nil {
		return kptfn.Results{result}
	}
	if i.generatedBy(s.profile.Metadata.Name) {
		return s.stale(i)
	}
	return append(s.warnings(i), s.refusals(i)...)
}

// warnings of an item say that it may not be what its author takes it for. They replace no
// refusal.
func (s *plan) warnings(i *item) kptfn.Results {
	result := s.leftBehind(i)
	if result == nil {
		result = warnOfRenamed(i, s.wanted)
	}
	if result == nil {
		return nil
	}
	return kptfn.Results{result}
}

func (s *plan) refusals(i *item) kptfn.Results {
	if results := s.inTheWay(i); len(results) > 0 {
		return results
	}
	return append(s.listed(i), s.brought(i)...)
}

// anywhere reports an item without a namespace that is a resource of the profile wherever it
// is applied to the namespace of that one.
func (s *plan) anywhere(i *item) *kptfn.Result {
	for _, r := range s.resources {
		id := ynode.IDOf(r.YNode())
		namespace := id.Namespace
		id.Namespace = ""
		if namespace != "" && id == i.ID && !i.generatedBy(s.profile.Metadata.Name) {
			return i.finding(finding.DuplicateItem, "metadata.namespace", "is missing, and in %s this is the %s of the "+
				"profile; write the namespace that it is meant for", namespace, i.Kind)
		}
	}
	return nil
}

// inTheWay reports an object that is written in the cluster, or makes such an object, and
// credentials.
func (s *plan) inTheWay(i *item) kptfn.Results {
	if message := stream.InTheWay(i.YNode(), s.written); message != "" {
		return kptfn.Results{i.finding(finding.WrittenInCluster, "", "%s", message)}
	}
	return stream.Credentials(i.YNode())
}

// hidden reports an item that some readers of YAML take for another object than this
// program does, which concerns the profile.
func (s *plan) hidden(i *item) *kptfn.Result {
	readings := ynode.ReadingsOf(i.YNode())
	if readings.Unique() {
		return nil
	}
	ids := make([]ynode.ID, 0, len(s.wanted)+len(s.written))
	for id := range s.wanted {
		ids = append(ids, id)
	}
	for _, w := range s.written {
		ids = append(ids, w.ID)
	}
	if !slices.ContainsFunc(ids, readings.MayBe) {
		return nil
	}
	return i.finding(finding.ItemYAML, "", "sets its kind, name or namespace twice, or merges it, and is another "+
		"object to some readers of YAML; write each once")
}
