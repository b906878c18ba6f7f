package generators

import (
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

const admissionGroup = "admissionregistration.k8s.io"

// The names are the same for every profile: a cluster has one registry, and a guard that
// one profile leaves behind would stand in the way of the next one's Job.
const (
	claimPolicyName  = ManagedBy + "-claims"
	configPolicyName = ManagedBy + "-config"
)

// The policies have the API server refuse what no mark holds back: a person, a script, or
// an engine that does not know the marks.
var (
	claimPolicyGenerator = admissionPolicyGenerator(300, claimPolicyName,
		"lets the API server refuse to delete a claim that holds images, and to take its marks off", claimPolicy)
	configPolicyGenerator = admissionPolicyGenerator(305, configPolicyName,
		"lets the API server refuse to delete Config, and to move its storage past the Job", configPolicy)
	claimPolicyBindingGenerator  = admissionPolicyBindingGenerator(310, claimPolicyName)
	configPolicyBindingGenerator = admissionPolicyBindingGenerator(315, configPolicyName)
)

func admissionPolicyGenerator(
	order int, name, doc string, spec func(*v1alpha1.RegistryProfile) admissionPolicySpec,
) Generator {
	return guardGenerator(order, "ValidatingAdmissionPolicy", name, doc, func(p *v1alpha1.RegistryProfile) any {
		return admissionPolicy{spec(p)}
	})
}

func admissionPolicyBindingGenerator(order int, policy string) Generator {
	return guardGenerator(order, "ValidatingAdmissionPolicyBinding", policy, "puts the policy "+policy+" in force",
		func(*v1alpha1.RegistryProfile) any {
			return admissionPolicyBinding{admissionPolicyBindingSpec{policy, []string{"Deny"}}}
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
	// FailurePolicy: an expression that fails is a refusal.
	FailurePolicy    string           `yaml:"failurePolicy"`
	MatchConstraints matchConstraints `yaml:"matchConstraints"`
	MatchConditions  []expression     `yaml:"matchConditions"`
	Variables        []expression     `yaml:"variables"`
	Validations      []validation     `yaml:"validations"`
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
	PolicyName        string   `yaml:"policyName"`
	ValidationActions []string `yaml:"validationActions"`
}

// guarded are the requests that change or delete a resource.
func guarded(group, version, resource string) resourceRule {
	return resourceRule{[]string{group}, []string{version}, []string{resource}, []string{"UPDATE", "DELETE"}}
}

func refuse(unless, message string) validation {
	return validation{Expression: unless, MessageExpression: message, Reason: "Forbidden"}
}

// claimPolicy keeps the claims of profiles, those of before as well, and the claim that
// this profile uses, whoever has made it.
//
// It asks for no label: Helm writes its own over managed-by. It asks for no resourceNames,
// which do not match where a collection is deleted, as with a namespace.
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
	var marks []string
	for _, m := range keepingMarks() {
		marks = append(marks, fmt.Sprintf("[%q, %q]", m.key, m.value))
	}
	return admissionPolicySpec{
		FailurePolicy: "Fail",
		MatchConstraints: matchConstraints{
			// The API server gives every namespace this label.
			NamespaceSelector: &labelSelector{[]labelRequirement{{"kubernetes.io/metadata.name", "In", namespaces}}},
			ResourceRules: []resourceRule{
				guarded("objectbucket.io", "v1alpha1", "objectbucketclaims"), guarded("", "v1", "persistentvolumeclaims"),
			},
		},
		MatchConditions: []expression{{"claim-of-the-registry", fmt.Sprintf(
			`%q in oldObject.metadata.?annotations.orValue({}) ||
request.kind.kind == %q && oldObject.metadata.namespace == %q && oldObject.metadata.name == %q`,
			ProfileAnnotation, kind.Kind, claim.Namespace, claim.Name)}},
		Variables: []expression{
			{"before", `oldObject.metadata.?annotations.orValue({})`},
			{"after", `request.operation == "DELETE" ? variables.before : object.metadata.?annotations.orValue({})`},
			{"confirmed", fmt.Sprintf(`[variables.before, variables.after].exists(a, a[?%q].orValue("") == "true")`,
				ConfirmDeletionAnnotation)},
			{"marks", "[" + strings.Join(marks, ",\n") + "]"},
			{"taken", fmt.Sprintf(`variables.marks.filter(m,
  variables.before[?m[0]].orValue("").split(",").exists(item, item.trim() == m[1]) &&
  !variables.after[?m[0]].orValue("").split(",").exists(item, item.trim() == m[1])).map(m, m[0] + ": " + m[1]) +
[%q].filter(a, a in variables.before && !(a in variables.after))`, ProfileAnnotation)},
			{"confirm", fmt.Sprintf(`"oc annotate -n " + oldObject.metadata.namespace + " " + request.resource.resource +
(request.resource.group == "" ? "" : "." + request.resource.group) + "/" + oldObject.metadata.name + " %s=true"`,
				ConfirmDeletionAnnotation)},
		},
		Validations: []validation{
			refuse(`request.operation != "DELETE" || variables.confirmed`,
				`"the claim " + oldObject.metadata.name + " holds the images of the registry: with it, every one of them is `+
					`deleted. If that is meant: " + variables.confirm + ", and then delete it"`),
			refuse(`variables.confirmed || variables.taken.size() == 0`,
				`"takes annotations off the claim " + oldObject.metadata.name + " without which an engine deletes it, and every `+
					`image with it: " + variables.taken.join(", ") + ". Leave them there; if they must go: " + variables.confirm`),
		},
	}
}

// configPolicy keeps the storage of Config/cluster from everybody but the Job and the
// operator. It asks for no mark of ours: whoever takes the object over takes the marks off
// and the storage away in one request.
func configPolicy(p *v1alpha1.RegistryProfile) admissionPolicySpec {
	return admissionPolicySpec{
		FailurePolicy: "Fail",
		MatchConstraints: matchConstraints{
			ResourceRules: []resourceRule{guarded(registryGroup, "v1", "configs")},
		},
		MatchConditions: []expression{
			{"config-of-the-registry", fmt.Sprintf("oldObject.metadata.name == %q", SingletonName)},
			{"neither-job-nor-operator", fmt.Sprintf("!(request.userInfo.username in [%q,\n%q])",
				UserName(p.Spec.Bootstrap.Namespace, bootstrapName(p)),
				UserName(v1alpha1.ImageRegistryNamespace, "cluster-image-registry-operator"))},
		},
		Variables: []expression{
			{"before", storeIn("oldObject")},
			{"after", storeIn("object")},
			{"holdsImages", `!(variables.before in ["", "backend=emptyDir"])`},
			{"managed", `object.?spec.?storage.?managementState.orValue("") == "Managed" &&
oldObject.?spec.?storage.?managementState.orValue("") != "Managed" && !(variables.after in ["", "backend=emptyDir"])`},
			{"target", `(variables.after == "" ? "none" : variables.after) +
(variables.managed ? " managementState=Managed" : "")`},
			{"confirmed", strings.ReplaceAll(`object.metadata.?annotations[?"KEY"].orValue("") == variables.target &&
oldObject.metadata.?annotations[?"KEY"].orValue("") != variables.target`, "KEY", ConfirmStorageAnnotation)},
			{"confirm", fmt.Sprintf(`"If it must be done by hand, set the annotation %s to \"" + variables.target +
"\" in the same request"`, ConfirmStorageAnnotation)},
		},
		Validations: []validation{
			refuse(fmt.Sprintf(`request.operation != "DELETE" ||
oldObject.metadata.?annotations[?%q].orValue("") == "true"`, ConfirmDeletionAnnotation),
				fmt.Sprintf(`"without Config/cluster the registry is removed, and a new one forgets its storage. If that is meant: `+
					`oc annotate configs.%s/cluster %s=true, and then delete it"`, registryGroup, ConfirmDeletionAnnotation)),
			refuse(`request.operation == "DELETE" || !variables.holdsImages || variables.before == variables.after ||
variables.confirmed`,
				`"would move the registry from the storage that holds its images, " + variables.before + ", to " + variables.target +
(variables.after == "" ? ". Where Git had the storage before, keep it there until the Job is complete. " :
". The Job of a RegistryProfile does that, safely: say it in the profile. ") + variables.confirm`),
			refuse(`request.operation == "DELETE" || !variables.managed || variables.confirmed`,
				`"with spec.storage.managementState: Managed the operator empties and deletes the bucket or the volume `+
					`when the registry is removed; write Unmanaged. " + variables.confirm`),
		},
	}
}

// UserName returns the name by which the API server knows a ServiceAccount.
func UserName(namespace, serviceAccount string) string {
	return "system:serviceaccount:" + namespace + ":" + serviceAccount
}

// storeIn returns an expression that says which store a Config's spec.storage names, in the
// words of bootstrap.leaveStorage, or "". Nothing optional goes through a variable: the API
// server does not know the type there, and finds nothing in it.
func storeIn(config string) string {
	return strings.ReplaceAll(`[
STORAGE.?s3.?bucket.orValue("") == "" ? "" :
  "bucket=" + STORAGE.?s3.?bucket.orValue("") + " endpoint=" + STORAGE.?s3.?regionEndpoint.orValue(""),
STORAGE.?pvc.?claim.orValue("") == "" ? "" : "claim=" + STORAGE.?pvc.?claim.orValue(""),
STORAGE.?azure.hasValue() ? "backend=azure account=" + STORAGE.?azure.?accountName.orValue("") +
  " container=" + STORAGE.?azure.?container.orValue("") : "",
STORAGE.?gcs.hasValue() ? "backend=gcs bucket=" + STORAGE.?gcs.?bucket.orValue("") : "",
STORAGE.?ibmcos.hasValue() ? "backend=ibmcos bucket=" + STORAGE.?ibmcos.?bucket.orValue("") : "",
STORAGE.?oss.hasValue() ? "backend=oss bucket=" + STORAGE.?oss.?bucket.orValue("") : "",
STORAGE.?swift.hasValue() ? "backend=swift container=" + STORAGE.?swift.?container.orValue("") : "",
STORAGE.?emptyDir.hasValue() ? "backend=emptyDir" : ""
].filter(store, store != "").join(" ")`, "STORAGE", config+".?spec.?storage")
}
