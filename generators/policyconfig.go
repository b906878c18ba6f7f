package generators

import (
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// The definitions with which every claim, or Config, would go.
var definitions = []string{"objectbucketclaims.objectbucket.io", "configs." + registryGroup}

// configPolicy keeps the storage of Config/cluster from everybody but the Job and the
// operator. It asks for no mark of ours: whoever takes the object over takes the marks off
// and the storage away in one request.
//
// A dry run may move the storage, if it is not the Job's: Argo CD compares by a dry run,
// and where that fails it syncs nothing, not even the Job that would make the comparison
// good. The Job's own asks whether the switch would pass.
func configPolicy(p *expansion) admissionPolicySpec {
	return admissionPolicySpec{
		FailurePolicy: "Fail",
		MatchConstraints: matchConstraints{
			ResourceRules: []resourceRule{
				guarded(registryGroup, "v1", "configs"), deleted("apiextensions.k8s.io", "v1", "customresourcedefinitions"),
			},
		},
		MatchConditions: []expression{
			{"config-of-the-registry", fmt.Sprintf(`request.kind.kind == "Config" ? oldObject.metadata.name == %q :
oldObject.metadata.name in [%q, %q]`, SingletonName, definitions[0], definitions[1])},
			{"neither-job-nor-operator", fmt.Sprintf("!(request.userInfo.username in [%q,\n%q])",
				UserName(p.Spec.Bootstrap.Namespace, bootstrapName(p)),
				UserName(v1alpha1.ImageRegistryNamespace, "cluster-image-registry-operator"))},
		},
		Variables: storageMove(),
		Validations: []validation{
			refuse(fmt.Sprintf(`request.operation != "DELETE" ||
oldObject.metadata.?annotations[?%q].orValue("") == "true"`, ConfirmDeletionAnnotation),
				fmt.Sprintf(`(request.kind.kind == "Config" ? "without Config/cluster the registry is removed, and a new one forgets `+
					`its storage" : "with this definition every object of the kind is deleted, and what it holds") +
". If that is meant: oc annotate --overwrite " + request.resource.resource + "." + request.resource.group + "/" +
oldObject.metadata.name + " %s=true, and then delete it"`, ConfirmDeletionAnnotation)),
			refuse(`variables.free || !variables.holdsImages || variables.before == variables.after || variables.confirmed`,
				`"would move the registry from the storage that holds its images, " + variables.before + ", to " + variables.target +
(variables.after == "" ? ". Where Git had the storage before, keep it there until the Job is complete. " :
". The Job of a RegistryProfile does that, safely: say it in the profile. ") + variables.confirm`),
			refuse(`variables.free || !variables.managed || variables.confirmed`,
				`"with another spec.storage.managementState than Unmanaged the operator can empty and delete the bucket or the `+
					`volume when the registry is removed; write Unmanaged. " + variables.confirm`),
		},
	}
}

// storageMove are the variables that find out from where to where an update moves the
// registry, and whether that is confirmed. Free are a deletion, which has a rule of its own,
// and a dry run of others than the Job.
func storageMove() []expression {
	const noImages = `["", "backend=emptyDir", "bucket= endpoint=", "claim="]`
	return []expression{
		{"free", fmt.Sprintf(`request.operation == "DELETE" ||
request.?dryRun.orValue(false) && request.?options.?fieldManager.orValue("") != %q`, ManagedBy)},
		{"before", storeIn("dyn(oldObject)")},
		{"after", storeIn("dyn(object)")},
		{"holdsImages", "!(variables.before in " + noImages + ")"},
		{"stateBefore", `dyn(oldObject).?spec.?storage.?managementState.orValue("")`},
		{"stateAfter", `dyn(object).?spec.?storage.?managementState.orValue("")`},
		{"managed", "!(variables.after in " + noImages + `) && (
variables.stateAfter == "Managed" && !(variables.stateBefore == "Managed" && variables.before == variables.after) ||
variables.stateAfter == "" && variables.stateBefore == "Unmanaged")`},
		{"target", `(variables.after == "" ? "none" : variables.after) +
(variables.managed ? " managementState=" + variables.stateAfter : "")`},
		{"confirmed", strings.ReplaceAll(`object.metadata.?annotations[?"KEY"].orValue("") == variables.target &&
oldObject.metadata.?annotations[?"KEY"].orValue("") != variables.target`, "KEY", ConfirmStorageAnnotation)},
		{"confirm", strings.ReplaceAll(`"If it must be done by hand, set the annotation KEY to \"" + variables.target +
"\" in the same request" + (oldObject.metadata.?annotations[?"KEY"].orValue("") == variables.target ?
"; it is there from before, so take it off first: oc annotate configs.imageregistry.operator.openshift.io/cluster KEY-" : "")`,
			"KEY", ConfirmStorageAnnotation)},
	}
}

// storeIn returns an expression that says which store a Config's spec.storage names, in the
// words of bootstrap.leaveStorage, or "". The policy has requests of other kinds, too, of
// which the API server knows that they have no storage: hence dyn. Nothing optional goes
// through a variable: the API server does not know the type there, and finds nothing in it.
func storeIn(config string) string {
	return strings.ReplaceAll(`[
STORAGE.?s3.hasValue() ?
  "bucket=" + STORAGE.?s3.?bucket.orValue("") + " endpoint=" + STORAGE.?s3.?regionEndpoint.orValue("") : "",
STORAGE.?pvc.hasValue() ? "claim=" + STORAGE.?pvc.?claim.orValue("") : "",
STORAGE.?azure.hasValue() ? "backend=azure account=" + STORAGE.?azure.?accountName.orValue("") +
  " container=" + STORAGE.?azure.?container.orValue("") + " cloud=" + STORAGE.?azure.?cloudName.orValue("") : "",
STORAGE.?gcs.hasValue() ? "backend=gcs bucket=" + STORAGE.?gcs.?bucket.orValue("") : "",
STORAGE.?ibmcos.hasValue() ? "backend=ibmcos bucket=" + STORAGE.?ibmcos.?bucket.orValue("") : "",
STORAGE.?oss.hasValue() ? "backend=oss bucket=" + STORAGE.?oss.?bucket.orValue("") : "",
STORAGE.?swift.hasValue() ? "backend=swift container=" + STORAGE.?swift.?container.orValue("") +
  " authURL=" + STORAGE.?swift.?authURL.orValue("") + " tenant=" + STORAGE.?swift.?tenant.orValue("") : "",
STORAGE.?emptyDir.hasValue() ? "backend=emptyDir" : ""
].filter(store, store != "").join(" ")`, "STORAGE", config+".?spec.?storage")
}
