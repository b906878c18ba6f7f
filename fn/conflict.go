package fn

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Codes of findings about the input items.
const (
	CodeTwoProfiles    = "two-profiles"
	CodeForeignObject  = "foreign-object"
	CodeDuplicateItem  = "duplicate-item"
	CodeConfigStorage  = "config-storage"
	CodeConfigSecret   = "config-http-secret"
	CodeConfigState    = "config-management-state"
	CodeItemYAML       = "item-yaml"
	CodeSingletonName  = "singleton-name"
	registryConfigKind = "Config"
)

// conflicts reports every item that stands where a resource of the profile
// would, and that the profile must not touch. It warns of what nobody reads.
func conflicts(items []*item, wanted map[identity]generators.Resource, profile string) kptfn.Results {
	var results kptfn.Results
	seen := map[identity]bool{}
	for _, item := range items {
		r, ok := wanted[item.id]
		if !ok {
			results = append(results, warnOfRenamed(item, wanted)...)
			continue
		}
		if seen[item.id] {
			results = append(results, itemFinding(item, CodeDuplicateItem, "", "is twice in the input; keep one of them"))
		}
		seen[item.id] = true
		results = append(results, conflict(item, r, profile)...)
	}
	return results
}

func conflict(item *item, r generators.Resource, profile string) kptfn.Results {
	owner := item.profile()
	switch {
	case owner != "" && owner != profile:
		return kptfn.Results{itemFinding(item, CodeTwoProfiles, "", fmt.Sprintf("is written by the profile %q already, and a cluster has one registry; remove one of the profiles, or this object if that profile is gone", owner))}
	case item.generatedBy(profile):
		return nil
	case r.Class != generators.ClassShared:
		return kptfn.Results{itemFinding(item, CodeForeignObject, "", "is in the input and not ours, so it is not overwritten; remove it, or give it another name")}
	case !isPlain(item.YNode()):
		return kptfn.Results{itemFinding(item, CodeItemYAML, "", "uses aliases, merge keys or a key twice, behind which a storage could hide; write it out")}
	case r.GetKind() == registryConfigKind:
		return refuseConfig(item)
	}
	return nil
}

// warnOfRenamed reports a Config or ImagePruner that the operator would ignore: a
// namePrefix renames those of the user's own without a word.
func warnOfRenamed(i *item, wanted map[identity]generators.Resource) kptfn.Results {
	for id, r := range wanted {
		if r.Class == generators.ClassShared && i.id.group == id.group && i.id.kind == id.kind {
			finding := itemFinding(i, CodeSingletonName, "metadata.name", fmt.Sprintf("is not read by the operator, which knows %q alone; rename it, or keep it apart from namePrefix and nameSuffix", id.name))
			finding.Severity = kptfn.Warning
			return kptfn.Results{finding}
		}
	}
	return nil
}

// isPlain tells whether every field of an object stands where it is looked for.
func isPlain(n *yaml.Node) bool {
	keys := map[string]bool{}
	for i, child := range n.Content {
		if isKey := n.Kind == yaml.MappingNode && i%2 == 0; isKey {
			if child.Kind != yaml.ScalarNode || child.Value == "<<" || keys[child.Value] {
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
func refuseConfig(item *item) kptfn.Results {
	spec := field(item.YNode(), "spec")
	if spec == nil {
		return nil
	}
	var results kptfn.Results
	if field(spec, "storage") != nil {
		results = append(results, itemFinding(item, CodeConfigStorage, "spec.storage", "would fight the Job, which switches the storage safely; remove it, and describe the storage in the profile"))
	}
	if field(spec, "httpSecret") != nil {
		results = append(results, itemFinding(item, CodeConfigSecret, "spec.httpSecret", "is a credential and stands in Git; remove it, the operator generates one"))
	}
	if state := field(spec, "managementState"); state != nil && state.Value != "Managed" {
		results = append(results, itemFinding(item, CodeConfigState, "spec.managementState", "would take the registry down after the Job has switched it on; remove it"))
	}
	return results
}

func itemFinding(item *item, code, path, message string) *kptfn.Result {
	r := &kptfn.Result{
		Severity:    kptfn.Error,
		Message:     message,
		ResourceRef: &kptfn.ResourceRef{APIVersion: item.GetApiVersion(), Kind: item.id.kind, Name: item.id.name, Namespace: item.id.namespace},
		Tags:        map[string]string{"code": code},
	}
	if path != "" {
		r.Field = &kptfn.Field{Path: path}
	}
	return r
}
