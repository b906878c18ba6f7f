package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

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
	order int, name, doc string, spec func(*expansion) admissionPolicySpec,
) Generator {
	return guardGenerator(order, "ValidatingAdmissionPolicy", name, doc, func(p *expansion) any {
		return admissionPolicy{spec(p)}
	})
}

func admissionPolicyBindingGenerator(order int, policy string, param *paramRef) Generator {
	return guardGenerator(order, "ValidatingAdmissionPolicyBinding", policy, "puts the policy "+policy+" in force",
		func(*expansion) any {
			return admissionPolicyBinding{admissionPolicyBindingSpec{policy, param, []string{"Deny"}}}
		})
}

func guardGenerator(order int, kind, name, doc string, content func(*expansion) any) Generator {
	return Generator{
		Order:         order,
		APIVersion:    admissionGroup + "/v1",
		Kind:          kind,
		ClusterScoped: true,
		Stage:         StageBase,
		Class:         ClassGuard,
		Sealed:        true,
		Doc:           doc,
		generate: func(p *expansion) []object {
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
	NamespaceSelector *v1alpha1.LabelSelector `yaml:"namespaceSelector,omitempty"`
	ResourceRules     []resourceRule          `yaml:"resourceRules"`
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
