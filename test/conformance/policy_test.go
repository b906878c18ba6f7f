package conformance

import (
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/version"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/environment"
	sigsyaml "sigs.k8s.io/yaml"
)

// oldest is the first Kubernetes that has ValidatingAdmissionPolicies: OpenShift 4.17's.
var oldest = version.MajorMinor(1, 30)

// TestPoliciesCompileOnTheOldestServer: the language of the expressions grows with every
// version, and a server refuses a policy that it does not understand.
func TestPoliciesCompileOnTheOldestServer(t *testing.T) {
	compiled := 0
	for path, profile := range profiles(t) {
		p, _ := v1alpha1.Decode(profile)
		if p == nil {
			continue
		}
		for _, r := range generators.Expand(p) {
			if r.GetKind() == "ValidatingAdmissionPolicy" {
				compile(t, path, r.MustString())
				compiled++
			}
		}
	}
	require.Positive(t, compiled)
}

func compile(t *testing.T, path, manifest string) {
	t.Helper()
	policy := &admissionv1.ValidatingAdmissionPolicy{}
	require.NoError(t, sigsyaml.UnmarshalStrict([]byte(manifest), policy))
	compiler, err := plugincel.NewCompositedCompiler(environment.MustBaseEnvSet(oldest))
	require.NoError(t, err)
	declared := plugincel.OptionalVariableDeclarations{HasParams: policy.Spec.ParamKind != nil}
	check := func(name string, e plugincel.ExpressionAccessor) {
		result := compiler.CompileCELExpression(e, declared, environment.NewExpressions)
		assert.Nil(t, result.Error, "%s: %s: %s: %v", path, policy.Name, name, result.Error)
	}
	for _, c := range policy.Spec.MatchConditions {
		check(c.Name, &validating.ValidationCondition{Expression: c.Expression})
	}
	for _, v := range policy.Spec.Variables {
		variable := &validating.Variable{Name: v.Name, Expression: v.Expression}
		result := compiler.CompileAndStoreVariable(variable, declared, environment.NewExpressions)
		assert.Nil(t, result.Error, "%s: %s: %s: %v", path, policy.Name, v.Name, result.Error)
	}
	for _, v := range policy.Spec.Validations {
		check("validation", &validating.ValidationCondition{Expression: v.Expression})
		check("message", &validating.MessageExpressionCondition{MessageExpression: v.MessageExpression})
	}
}

// TestNewerLanguageIsFound tests the test: the formats came with Kubernetes 1.31.
func TestNewerLanguageIsFound(t *testing.T) {
	compiler, err := plugincel.NewCompositedCompiler(environment.MustBaseEnvSet(oldest))
	require.NoError(t, err)
	newer := &validating.ValidationCondition{Expression: `!format.dns1123Label().validate("a").hasValue()`}
	result := compiler.CompileCELExpression(newer, plugincel.OptionalVariableDeclarations{}, environment.NewExpressions)
	assert.NotNil(t, result.Error)
}
