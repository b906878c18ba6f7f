package fn

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// conflict reports why an item that stands where a resource of the profile would cannot
// be that resource.
func (s *plan) conflict(i *item, r generators.Resource) kptfn.Results {
	profile := s.profile.Metadata.Name
	owner := i.profile()
	switch {
	case owner != "" && owner != profile:
		return kptfn.Results{i.finding(finding.TwoProfiles, "", "is written by the profile %q already, "+
			"and a cluster has one registry; %s", owner, stream.WayOut(i.YNode()))}
	case i.generatedBy(profile) && !r.Existing:
		return nil
	case r.Class == generators.ClassClaim:
		return slices.Concat(refuseStrange(i), refuseFaults(i), s.disagreements(i, r))
	case i.Kind == "Config":
		return slices.Concat(refuseStrange(i), refuseFaults(i), refuseConfig(i))
	case r.Class == generators.ClassShared:
		return append(refuseStrange(i), refuseFaults(i)...)
	}
	instead := "remove it, or give it another name"
	if i.Kind == "Namespace" {
		instead = "keep it, and write spec.bootstrap.createNamespace: false in the profile"
	}
	return kptfn.Results{i.finding(finding.ForeignObject, "",
		"is in the input and not ours, so it is not overwritten; %s", instead)}
}

// warnOfRenamed reports a Config or ImagePruner that the operator would ignore: a
// namePrefix renames those of the user's own without a word.
func warnOfRenamed(i *item, wanted map[ynode.ID]generators.Resource) *kptfn.Result {
	for id, r := range wanted {
		if r.Class == generators.ClassShared && i.Group == id.Group && i.Kind == id.Kind {
			result := i.finding(finding.SingletonName, "metadata.name", "is not read by the operator, "+
				"which knows %q alone; rename it, or keep it apart from namePrefix and nameSuffix", id.Name)
			result.Severity = kptfn.Warning
			return result
		}
	}
	return nil
}

// refuseStrange reports an object whose fields do not all stand where they are looked for.
func refuseStrange(i *item) kptfn.Results {
	if isPlain(i.YNode()) {
		return nil
	}
	return kptfn.Results{i.finding(finding.ItemYAML, "",
		"uses aliases, merge keys or a key twice, behind which a storage could hide; write it out")}
}

// isPlain tells whether an object has no aliases, merge keys, encoded keys or keys that
// come twice, so that every field stands where it is looked for.
func isPlain(n *yaml.Node) bool {
	keys := map[string]bool{}
	for i, child := range n.Content {
		if isKey := n.Kind == yaml.MappingNode && i%2 == 0; isKey {
			name := child.Value
			if child.Kind != yaml.ScalarNode || name == "<<" || name != ynode.Key(child) || keys[name] {
				return false
			}
			keys[name] = true
		}
		if child.Kind == yaml.AliasNode || !isPlain(child) {
			return false
		}
	}
	return true
}
