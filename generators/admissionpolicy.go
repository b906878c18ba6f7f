package generators

import (
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

const admissionGroup = "admissionregistration.k8s.io"

// The names are the same for every profile: a cluster has one registry, and a guard that
// one profile leaves behind would stand in the way of the next one's Job.
const (
	claimPolicyName  = ManagedBy + "-claims"
	usePolicyName    = ManagedBy + "-claims-in-use"
	configPolicyName = ManagedBy + "-config"
)

// The policies have the API server refuse what no mark holds back: a person, a script, or
// an engine that does not know the marks.
var (
	claimPolicyGenerator = admissionPolicyGenerator(300, claimPolicyName,
		"lets the API server refuse to delete a claim that holds images, and to take its marks off", claimPolicy)
	usePolicyGenerator = admissionPolicyGenerator(302, usePolicyName,
		"lets the API server refuse to delete the claim that Config uses, whoever has made it", usePolicy)
	configPolicyGenerator = admissionPolicyGenerator(305, configPolicyName,
		"lets the API server refuse to delete Config, and to move its storage past the Job", configPolicy)
	claimPolicyBindingGenerator  = admissionPolicyBindingGenerator(310, claimPolicyName, nil)
	usePolicyBindingGenerator    = admissionPolicyBindingGenerator(312, usePolicyName, &paramRef{SingletonName, "Allow"})
	configPolicyBindingGenerator = admissionPolicyBindingGenerator(315, configPolicyName, nil)
)

func admissionPolicyGenerator(
	order int, name, doc string, spec func(*v1alpha1.RegistryProfile) admissionPolicySpec,
) Generator {
	return guardGenerator(order, "ValidatingAdmissionPolicy", name, doc, func(p *v1alpha1.RegistryProfile) any {
		return admissionPolicy{spec(p)}
	})
}

func admissionPolicyBindingGenerator(order int, policy string, param *paramRef) Generator {
	return guardGenerator(order, "ValidatingAdmissionPolicyBinding", policy, "puts the policy "+policy+" in force",
		func(*v1alpha1.RegistryProfile) any {
			return admissionPolicyBinding{admissionPolicyBindingSpec{policy, param, []string{"Deny"}}}
		})
}

func guardGenerator(order int, kind, name, doc string, content func(*v1alpha1.RegistryProfile) any) Generator {
	return Generator{
		Order:         order,
		APIVersion:    admissionGroup + "/v1",
		Kind:          kind,
		ClusterScoped: true,
		Stage:         StageBase,
		Class:         ClassGuard,
		Doc:           doc,
		generate: func(p *v1alpha1.RegistryProfile) []object {
			if !*p.Spec.Protection.AdmissionPolicies {
				return nil
			}
			return []object{{name: name, content: content(p)}}
		},
	}
}

type admissionPolicy struct {
	Spec admissionPolicySpec `yaml:"spec"`
}

type admissionPolicySpec struct {
	// FailurePolicy says whether an expression that fails is a refusal: Fail or Ignore.
	FailurePolicy    string           `yaml:"failurePolicy"`
	ParamKind        *paramKind       `yaml:"paramKind,omitempty"`
	MatchConstraints matchConstraints `yaml:"matchConstraints"`
	MatchConditions  []expression     `yaml:"matchConditions"`
	Variables        []expression     `yaml:"variables,omitempty"`
	Validations      []validation     `yaml:"validations"`
}

type paramKind struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
}

type paramRef struct {
	Name                    string `yaml:"name"`
	ParameterNotFoundAction string `yaml:"parameterNotFoundAction"`
}

type matchConstraints struct {
	NamespaceSelector *labelSelector `yaml:"namespaceSelector,omitempty"`
	ResourceRules     []resourceRule `yaml:"resourceRules"`
}

type labelSelector struct {
	MatchExpressions []labelRequirement `yaml:"matchExpressions"`
}

type labelRequirement struct {
	Key      string   `yaml:"key"`
	Operator string   `yaml:"operator"`
	Values   []string `yaml:"values"`
}

type resourceRule struct {
	APIGroups   []string `yaml:"apiGroups"`
	APIVersions []string `yaml:"apiVersions"`
	Resources   []string `yaml:"resources"`
	Operations  []string `yaml:"operations"`
}

type expression struct {
	Name       string `yaml:"name"`
	Expression string `yaml:"expression"`
}

type validation struct {
	Expression        string `yaml:"expression"`
	MessageExpression string `yaml:"messageExpression"`
	// Reason is Forbidden, never Invalid, the default: kubectl apply --force and Flux's
	// force take Invalid for an immutable field, and delete the object to make it again.
	Reason string `yaml:"reason"`
}

type admissionPolicyBinding struct {
	Spec admissionPolicyBindingSpec `yaml:"spec"`
}

type admissionPolicyBindingSpec struct {
	PolicyName        string    `yaml:"policyName"`
	ParamRef          *paramRef `yaml:"paramRef,omitempty"`
	ValidationActions []string  `yaml:"validationActions"`
}

// guarded are the requests that change or delete a resource, and deleted those that delete.
func guarded(group, version string, resources ...string) resourceRule {
	return resourceRule{[]string{group}, []string{version}, resources, []string{"UPDATE", "DELETE"}}
}

func deleted(group, version, resource string) resourceRule {
	return resourceRule{[]string{group}, []string{version}, []string{resource}, []string{"DELETE"}}
}

func refuse(unless, message string) validation {
	return validation{Expression: unless, MessageExpression: message, Reason: "Forbidden"}
}

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
	`them is deleted. If that is meant: " + variables.confirm + ", and then delete it"`

// claimPolicy keeps the claims of profiles, those of before as well, and the claim that
// this profile names, whoever has made it.
//
// It asks for no label: Helm writes its own over managed-by. It asks for no resourceNames,
// which do not match where a collection is deleted, as with a namespace. A write of a
// volume claim's status can change its annotations.
func claimPolicy(p *v1alpha1.RegistryProfile) admissionPolicySpec {
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
			NamespaceSelector: &labelSelector{[]labelRequirement{{"kubernetes.io/metadata.name", "In", namespaces}}},
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
func usePolicy(*v1alpha1.RegistryProfile) admissionPolicySpec {
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
		Validations: []validation{refuse(`!variables.used || variables.confirmed`, claimMessage)},
	}
}

// The definitions with which every claim, or Config, would go.
var definitions = []string{"objectbucketclaims.objectbucket.io", "configs." + registryGroup}

// configPolicy keeps the storage of Config/cluster from everybody but the Job and the
// operator. It asks for no mark of ours: whoever takes the object over takes the marks off
// and the storage away in one request.
//
// A dry run may move the storage, if it is not the Job's: Argo CD compares by a dry run,
// and where that fails it syncs nothing, not even the Job that would make the comparison
// good. The Job's own asks whether the switch would pass.
func configPolicy(p *v1alpha1.RegistryProfile) admissionPolicySpec {
	const noImages = `["", "backend=emptyDir", "bucket= endpoint=", "claim="]`
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
		Variables: []expression{
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
		},
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

// UserName returns the name by which the API server knows a ServiceAccount.
func UserName(namespace, serviceAccount string) string {
	return "system:serviceaccount:" + namespace + ":" + serviceAccount
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
