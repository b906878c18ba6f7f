package generators

import (
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// The variables of what guards a claim: its annotations, whether its deletion is confirmed,
// and how that is done.
var confirmation = []expression{
	{"before", `oldObject.metadata.?annotations.orValue({})`},
	{"after", `request.operation == "DELETE" ? variables.before : object.metadata.?annotations.orValue({})`},
	{"confirmed", fmt.Sprintf(`[variables.before, variables.after].exists(a, a[?%q].orValue("") == "true")`,
		ConfirmDeletionAnnotation)},
	{"confirm", fmt.Sprintf(`"oc annotate --overwrite -n " + oldObject.metadata.namespace + " " + request.resource.resource +
(request.resource.group == "" ? "" : "." + request.resource.group) + "/" + oldObject.metadata.name + " %s=true"`,
		ConfirmDeletionAnnotation)},
}

const claimMessage = `"the claim " + oldObject.metadata.name + " holds the images of the registry: with it, every one of ` +
	`them is deleted. ` + howToDelete

// useMessage: two stores can have a bucket of one name.
const useMessage = `"the claim " + oldObject.metadata.name + " has the bucket or volume that Config cluster names: if it is ` +
	`that of the registry, every image is deleted with it. ` + howToDelete

// howToDelete ends the message of a deletion that is refused.
const howToDelete = `If that is meant: " + variables.confirm + ", and then delete it"`

// claimPolicy keeps the claims of profiles, those of before as well, and the claim that
// this profile names, whoever has made it.
//
// It asks for no label: Helm writes its own over managed-by. It asks for no resourceNames,
// which do not match where a collection is deleted, as with a namespace. A write of a
// volume claim's status can change its annotations.
func claimPolicy(p *expansion) admissionPolicySpec {
	kind, claim := objectBucketClaimGenerator, v1alpha1.ClaimReference{}
	if b := p.Spec.Storage.Object(); b != nil {
		claim = b.Claim()
	} else {
		kind, claim = persistentVolumeClaimGenerator, p.Spec.Storage.Volume().Claim()
	}
	namespaces := []string{v1alpha1.ImageRegistryNamespace}
	if claim.Namespace != v1alpha1.ImageRegistryNamespace {
		namespaces = append(namespaces, claim.Namespace)
	}
	return admissionPolicySpec{
		FailurePolicy: "Fail",
		MatchConstraints: matchConstraints{
			// The API server gives every namespace this label.
			NamespaceSelector: &v1alpha1.LabelSelector{MatchExpressions: []v1alpha1.SelectorRequirement{
				{Key: "kubernetes.io/metadata.name", Operator: "In", Values: namespaces},
			}},
			ResourceRules: []resourceRule{
				guarded("objectbucket.io", "v1alpha1", "objectbucketclaims"),
				guarded("", "v1", "persistentvolumeclaims", "persistentvolumeclaims/status"),
			},
		},
		MatchConditions: []expression{{"claim-of-the-registry", fmt.Sprintf(
			`%q in oldObject.metadata.?annotations.orValue({}) ||
request.kind.kind == %q && oldObject.metadata.namespace == %q && oldObject.metadata.name == %q`,
			ProfileAnnotation, kind.Kind, claim.Namespace, claim.Name)}},
		Variables: append(slices.Clone(confirmation), marksTaken()...),
		Validations: []validation{
			refuse(`request.operation != "DELETE" || variables.confirmed`, claimMessage),
			refuse(`variables.confirmed || variables.taken.size() == 0`,
				fmt.Sprintf(`"takes annotations off the claim " + oldObject.metadata.name + " without which an engine deletes it, `+
					`and every image with it: " + variables.taken.join(", ") + ". Leave them there; if they must go: " + `+
					`variables.confirm + ", and when that is done, take %s off again"`, ConfirmDeletionAnnotation)),
			refuse(`variables.confirmed || request.operation == "DELETE" || request.resource.group != "objectbucket.io" ||
["bucketName", "objectBucketName"].all(f, dyn(oldObject).spec[?f].orValue("") in ["", dyn(object).spec[?f].orValue("")])`,
				`"takes the bucket away from the claim " + oldObject.metadata.name + ", which a provisioner would then make anew: `+
					`apply the claim instead of replacing it"`),
		},
	}
}

// marksTaken are the variables that find out which marks an update takes off. Argo CD's is a
// list; an engine takes any other one as a whole.
func marksTaken() []expression {
	var lists, wholes []string
	for _, m := range keepingMarks() {
		pair := fmt.Sprintf("[%q, %q]", m.key, m.value)
		if m.isItem() {
			lists = append(lists, pair)
		} else {
			wholes = append(wholes, pair)
		}
	}
	return []expression{
		{"items", "[" + strings.Join(lists, ",\n") + "]"},
		{"marks", "[" + strings.Join(wholes, ",\n") + "]"},
		{"taken", fmt.Sprintf(`variables.items.filter(m,
  variables.before[?m[0]].orValue("").split(",").exists(item, item.trim() == m[1]) &&
  !variables.after[?m[0]].orValue("").split(",").exists(item, item.trim() == m[1])).map(m, m[0] + ": " + m[1]) +
variables.marks.filter(m, variables.before[?m[0]].orValue("") == m[1] &&
  variables.after[?m[0]].orValue("") != m[1]).map(m, m[0] + ": " + m[1]) +
[%q].filter(a, a in variables.before && !(a in variables.after))`, ProfileAnnotation)},
	}
}

// usePolicy keeps the claim whose bucket or volume Config names, in any namespace and
// whoever has made it: a profile can have moved on while the registry has not. Where there
// is no Config, or no such kind, nothing is refused.
func usePolicy(*expansion) admissionPolicySpec {
	return admissionPolicySpec{
		FailurePolicy: "Ignore",
		ParamKind:     &paramKind{registryGroup + "/v1", "Config"},
		MatchConstraints: matchConstraints{ResourceRules: []resourceRule{
			deleted("objectbucket.io", "v1alpha1", "objectbucketclaims"), deleted("", "v1", "persistentvolumeclaims"),
		}},
		MatchConditions: []expression{{"claim-that-a-registry-can-use", fmt.Sprintf(
			`request.kind.kind == "ObjectBucketClaim" || oldObject.metadata.namespace == %q`, v1alpha1.ImageRegistryNamespace)}},
		Variables: append(slices.Clone(confirmation), expression{"used", `request.kind.kind == "ObjectBucketClaim" ?
dyn(oldObject).spec.?bucketName.orValue("") != "" && dyn(oldObject).spec.?bucketName.orValue("") in
  [params.?spec.?storage.?s3.?bucket.orValue(""), params.?status.?storage.?s3.?bucket.orValue("")] :
oldObject.metadata.name in
  [params.?spec.?storage.?pvc.?claim.orValue(""), params.?status.?storage.?pvc.?claim.orValue("")]`}),
		Validations: []validation{refuse(`!variables.used || variables.confirmed`, useMessage)},
	}
}
