package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// conflicts reports every item that stands where a resource of the profile would, and
// that the profile must not touch. It warns of objects that the operator does not read.
func conflicts(items []*item, resources []generators.Resource, profile string) kptfn.Results {
	wanted := map[ynode.ID]generators.Resource{}
	for _, r := range resources {
		wanted[ynode.MetaOf(r.YNode()).ID] = r
	}
	var results kptfn.Results
	seen := map[ynode.ID]bool{}
	for _, item := range items {
		r, ok := wanted[item.ID]
		if !ok {
			results = append(results, warnOfRenamed(item, wanted)...)
			continue
		}
		if seen[item.ID] {
			results = append(results, item.finding(finding.DuplicateItem, "", "is twice in the input; keep one of them"))
		}
		seen[item.ID] = true
		results = append(results, conflict(item, r, profile)...)
	}
	return results
}

func conflict(item *item, r generators.Resource, profile string) kptfn.Results {
	owner := item.profile()
	switch {
	case owner != "" && owner != profile:
		return kptfn.Results{item.finding(finding.TwoProfiles, "", "is written by the profile %q already, "+
			"and a cluster has one registry; remove one of the profiles, or this object if that profile is gone", owner)}
	case item.generatedBy(profile):
		return nil
	case r.Class != generators.ClassShared:
		return kptfn.Results{item.finding(finding.ForeignObject, "",
			"is in the input and not ours, so it is not overwritten; remove it, or give it another name")}
	case !isPlain(item.YNode()):
		return kptfn.Results{item.finding(finding.ItemYAML, "",
			"uses aliases, merge keys or a key twice, behind which a storage could hide; write it out")}
	case r.GetKind() == "Config":
		return refuseConfig(item)
	}
	return nil
}

// warnOfRenamed reports a Config or ImagePruner that the operator would ignore: a
// namePrefix renames those of the user's own without a word.
func warnOfRenamed(i *item, wanted map[ynode.ID]generators.Resource) kptfn.Results {
	for id, r := range wanted {
		if r.Class == generators.ClassShared && i.Group == id.Group && i.Kind == id.Kind {
			result := i.finding(finding.SingletonName, "metadata.name", "is not read by the operator, "+
				"which knows %q alone; rename it, or keep it apart from namePrefix and nameSuffix", id.Name)
			result.Severity = kptfn.Warning
			return kptfn.Results{result}
		}
	}
	return nil
}

// isPlain tells whether an object has no aliases, merge keys, encoded keys or keys that
// come twice, so that every field stands where it is looked for.
func isPlain(n *yaml.Node) bool {
	keys := map[string]bool{}
	for i, child := range n.Content {
		if isKey := n.Kind == yaml.MappingNode && i%2 == 0; isKey {
			if child.Kind != yaml.ScalarNode || child.Value == "<<" || child.Value != ynode.Key(child) || keys[child.Value] {
				return false
			}
			keys[child.Value] = true
		}
		if child.Kind == yaml.AliasNode || !isPlain(child) {
			return false
		}
	}
	return true
}

// refuseConfig reports what a Config of the user's own must not say.
func refuseConfig(i *item) kptfn.Results {
	spec := ynode.Field(i.YNode(), "spec")
	var results kptfn.Results
	if ynode.Field(spec, "storage") != nil {
		results = append(results, i.finding(finding.ConfigStorage, "spec.storage",
			"would fight the Job, which switches the storage safely; remove it, and describe the storage in the profile"))
	}
	if ynode.Field(spec, "httpSecret") != nil {
		results = append(results, i.finding(finding.ConfigSecret, "spec.httpSecret",
			"is a credential and stands in Git; remove it, the operator generates one"))
	}
	if state := ynode.Field(spec, "managementState"); state != nil {
		results = append(results, i.finding(finding.ConfigState, "spec.managementState",
			"belongs to the Job, which sets Managed together with the storage; remove it"))
	}
	return results
}

// finding returns an error about a field of the item, or about the item as a whole.
func (i *item) finding(code finding.Code, path, format string, args ...any) *kptfn.Result {
	result := finding.Error(code, path, format, args...)
	if path == "" {
		result.Field = nil
	}
	result.ResourceRef = &kptfn.ResourceRef{
		APIVersion: i.APIVersion, Kind: i.Kind, Name: i.Name, Namespace: i.Namespace,
	}
	return result
}
