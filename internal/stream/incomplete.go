package stream

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// elsewhere is what to do about a part that is not in the stream.
const elsewhere = "leave it in, or see that another stream delivers it"

// incomplete reports what was made together with a Job, and is in the stream no more. What
// depends on it names it; a claim that was there before is named by nothing. A part of which
// others of its kind are there has another name, which is told as such, and where nothing
// that is named is there, another stream delivers it.
func incomplete(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || s.isCarried || s.job() == nil || !slices.ContainsFunc(s.needed(), s.has) {
		return nil
	}
	var missing []string
	for _, id := range generators.DependsOn(o.annotations()) {
		isFirst := s.ours[slices.IndexFunc(s.ours, func(other *object) bool {
			return slices.Contains(generators.DependsOn(other.annotations()), id)
		})] == o
		if isFirst && !s.has(id) && len(s.oursOf(id.Group, id.Kind)) == 0 {
			missing = append(missing, id.Kind+" "+strings.TrimPrefix(id.Namespace+"/"+id.Name, "/"))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return o.warning(finding.Incomplete, annotations+generators.DependsOnAnnotation, "names what the profile made and the "+
		"stream has not: %s; %s", strings.Join(missing, ", "), elsewhere)
}

// testedJob reports a smoke test of a Job that is not in the stream, while the rest is.
func testedJob(s *stream, o *object) kptfn.Results {
	variables := o.variables()
	name := variables[generators.BootstrapJobVariable]
	id := ynode.ID{Group: "batch", Kind: "Job", Namespace: variables[generators.BootstrapNamespaceVariable], Name: name}
	if !o.isSmokeTest() || name == "" || s.isCarried || s.has(id) || !slices.ContainsFunc(s.needed(), s.has) {
		return nil
	}
	_, path := o.pod()
	return o.warning(finding.Incomplete, path, "waits for the Job %s/%s, which is not in the stream under that name; %s",
		id.Namespace, name, elsewhere)
}

func (s *stream) has(id ynode.ID) bool { return s.first[id] != nil }

// needed returns what anything in the stream depends on.
func (s *stream) needed() []ynode.ID {
	var all []ynode.ID
	for _, o := range s.ours {
		all = append(all, generators.DependsOn(o.annotations())...)
	}
	return all
}

// unused reports a script beside the rights of its Job, and no Job.
func unused(s *stream, o *object) kptfn.Results {
	if !o.isScript() || s.isCarried || len(s.oursOf("", "ServiceAccount")) == 0 {
		return nil
	}
	for _, other := range s.ours {
		pod, _ := other.pod()
		for _, volume := range list(pod, "volumes") {
			if text(volume, "configMap", "name") == o.id.Name {
				return nil
			}
		}
	}
	return o.warning(finding.Incomplete, "", "is a script that no Job of the stream runs; %s", elsewhere)
}

// lacks tells whether an object of ours that must stand beside another one is not in the
// stream. One that is brought by a policy may come with another policy.
func (s *stream) lacks(id ynode.ID) bool {
	return !s.has(id) && (!s.isCarried || s.misses(id))
}
