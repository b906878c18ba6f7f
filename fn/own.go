package fn

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// refuseConfig reports what a Config of the user's own must not say of the storage.
func refuseConfig(i *item) kptfn.Results {
	spec := ynode.Field(i.YNode(), "spec")
	var results kptfn.Results
	if ynode.Field(spec, "storage") != nil {
		results = append(results, i.finding(finding.ConfigStorage, "spec.storage",
			"would fight the Job, which switches the storage safely; remove it, and describe the storage in the "+
				"profile"))
	}
	if secret := ynode.Field(spec, "httpSecret"); secret != nil && !isNull(secret) {
		results = append(results, i.finding(finding.ConfigSecret, "spec.httpSecret",
			"is a credential and stands in Git; remove it, the operator generates one"))
	}
	if state := ynode.Field(spec, "managementState"); state != nil && ynode.Text(state) == v1alpha1.Managed {
		result := i.finding(finding.ConfigManaged, "spec.managementState",
			"is left out; the Job sets it together with the storage")
		result.Severity = kptfn.Info
		results = append(results, result)
	} else if state != nil {
		results = append(results, i.finding(finding.ConfigState, "spec.managementState",
			"belongs to the Job, which sets it together with the storage; remove it, or write Removed into the profile"))
	}
	return results
}

// refuseFaults reports what a claim, Config or ImagePruner of the user's own must not say
// beside its spec, and the fields there that the object does not have.
func refuseFaults(i *item) kptfn.Results {
	var results kptfn.Results
	object, _ := schema.Value(i.YNode()).(map[string]any)
	for _, fault := range generators.FaultsOfKept(object) {
		results = append(results, i.finding(fault.Code, fault.Path, "%s", fault.Message))
	}
	known := []string{"apiVersion", "kind", "metadata", "spec", "status"}
	for at := 0; at+1 < len(i.YNode().Content); at += 2 {
		if key := ynode.Key(i.YNode().Content[at]); key != "<<" && !slices.Contains(known, key) {
			results = append(results, i.finding(finding.UnknownField, key,
				"unknown field; remove it, or write it under spec if it is a setting of %s", i.Kind))
		}
	}
	return results
}
