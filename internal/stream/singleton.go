package stream

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// duplicates reports the second object of one identity, if one of the two is of a profile
// or read by the operator.
func duplicates(s *stream, o *object) kptfn.Results {
	first := s.first[o.id]
	if first == o || s.isCarried || o.id.Name == "" || !first.isOurs() && !o.isOurs() && !o.isSingleton() {
		return nil
	}
	return o.error(finding.DuplicateItem, "", "is twice in the stream, and one overwrites the other; "+
		"keep one of them, and check what goes to different clusters apart")
}

// sameAnywhere reports an object without a namespace that is one of ours, or the claim of a
// Job, where it is applied to the namespace of that one.
func sameAnywhere(s *stream, o *object) kptfn.Results {
	if o.id.Namespace != "" || generators.ClusterScoped(o.id.Group, o.id.Kind) {
		return nil
	}
	for _, other := range s.objects {
		isOther := other.id.Namespace != "" && without(other.id) == o.id
		if isOther && (other.isOurs() || s.jobOf(other) != nil) {
			return o.error(finding.DuplicateItem, "metadata.namespace", "is missing, and in %s this is the %s that the stream "+
				"has already; write the namespace that it is meant for", other.id.Namespace, o.id.Kind)
		}
	}
	return nil
}

// singletons reports a Config or ImagePruner that the operator would not find.
func singletons(s *stream, o *object) kptfn.Results {
	if !o.isSingleton() {
		return nil
	}
	var results kptfn.Results
	if o.id.Name != generators.SingletonName {
		results = append(results, o.error(finding.SingletonName, "metadata.name", "is not read by the operator, "+
			"which knows %q alone; keep it apart from namePrefix and nameSuffix", generators.SingletonName)...)
	}
	if o.id.Namespace != "" {
		results = append(results, o.error(finding.SingletonNamespace, "metadata.namespace",
			"is set on a cluster-wide object; remove it, and list the profile under transformers: "+
				"where the kustomization has a namespace:")...)
		if other := s.first[without(o.id)]; other != nil && o.id.Name == generators.SingletonName {
			results = append(results, o.error(finding.DuplicateItem, "", "is twice in the stream, with a namespace and "+
				"without, which is one object; keep the one without")...)
		}
	}
	return results
}

func without(id ynode.ID) ynode.ID {
	id.Namespace = ""
	return id
}

// configFields reports what the Config must not say.
func configFields(_ *stream, o *object) kptfn.Results {
	if !o.isSingleton() || o.id.Kind != "Config" {
		return nil
	}
	spec, _ := at(o.value, "spec").(map[string]any)
	var results kptfn.Results
	for _, field := range ownedFields {
		if _, set := spec[field.name]; set {
			results = append(results, o.error(field.code, "spec."+field.name, "%s", field.message)...)
		}
	}
	return results
}

// ownedFields are those that others than Git write.
var ownedFields = []struct {
	name    string
	code    finding.Code
	message string
}{
	{"storage", finding.ConfigStorage,
		"would fight the Job, which switches the storage safely; remove it, and describe the storage in the profile"},
	{"httpSecret", finding.ConfigSecret,
		"is a credential and stands in Git; remove it, the operator generates one"},
	{"managementState", finding.ConfigState,
		"belongs to the Job, which sets Managed together with the storage; remove it"},
}
