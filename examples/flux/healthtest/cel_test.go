// Package healthtest evaluates the health expressions of flux.yaml with Flux's own
// code. It is a module of its own, so that the project's own does not need Flux.
package healthtest

import (
	"context"
	"os"
	"testing"

	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func TestHealthOfEachState(t *testing.T) {
	const ready = `observedGeneration: 2, conditions: [{type: Available, status: "True"}, {type: Degraded, status: "False"}]`
	// waiting stands for both of Flux's ways to go on waiting: InProgress, and an
	// expression that names a field which is not there yet.
	const waiting = ""
	degraded := func(why string) string {
		return `conditions: [{type: Available, status: "True"}, {type: Degraded, status: "True", ` + why + `}]`
	}
	evaluators := readExpressions(t)
	for name, c := range map[string]struct{ kind, object, want string }{
		"new claim":                  {"ObjectBucketClaim", `{metadata: {generation: 1}}`, waiting},
		"pending claim":              {"ObjectBucketClaim", `{status: {phase: Pending}}`, waiting},
		"claim with an empty status": {"ObjectBucketClaim", `{status: {}}`, waiting},
		"bound claim":                {"ObjectBucketClaim", `{status: {phase: Bound}}`, "Current"},
		"failed claim":               {"ObjectBucketClaim", `{status: {phase: Failed}}`, "Failed"},
		"new registry":               {"Config", `{metadata: {generation: 1}, spec: {replicas: 2}}`, waiting},
		"removed registry": {
			"Config", `{metadata: {generation: 2}, spec: {managementState: Removed, storage: {}}, status: {` + ready + `}}`,
			"Current",
		},
		"registry without storage":    {"Config", `{metadata: {generation: 2}, spec: {managementState: Managed, storage: {}}, status: {` + ready + `}}`, waiting},
		"registry on an empty folder": {"Config", `{metadata: {generation: 2}, spec: {managementState: Managed, storage: {emptyDir: {}}}, status: {` + ready + `}}`, waiting},
		"change that is not seen yet": {"Config", `{metadata: {generation: 3}, spec: {managementState: Managed, storage: {s3: {bucket: b}}}, status: {` + ready + `}}`, waiting},
		"degraded registry":           {"Config", `{metadata: {generation: 2}, spec: {managementState: Managed, storage: {s3: {bucket: b}}}, status: {conditions: [{type: Available, status: "True"}, {type: Degraded, status: "True"}]}}`, waiting},
		"registry on a bucket":        {"Config", `{metadata: {generation: 2}, spec: {managementState: Managed, storage: {s3: {bucket: b}}}, status: {` + ready + `}}`, "Current"},
		"registry on a volume":        {"Config", `{metadata: {generation: 2}, spec: {managementState: Managed, storage: {pvc: {claim: c}}}, status: {` + ready + `}}`, "Current"},
		"new pruner":                  {"ImagePruner", `{spec: {suspend: false}}`, waiting},
		"scheduled pruner":            {"ImagePruner", `{metadata: {generation: 2}, status: {` + ready + `}}`, "Current"},
		"failed pruner":               {"ImagePruner", `{status: {` + degraded("reason: JobFailed") + `}}`, "Current"},
		"pruner that cannot be":       {"ImagePruner", `{status: {` + degraded("reason: SyncError") + `}}`, waiting},
		"degraded pruner":             {"ImagePruner", `{status: {` + degraded("message: unknown") + `}}`, waiting},
	} {
		t.Run(name, func(t *testing.T) {
			object := map[string]any{}
			require.NoError(t, yaml.Unmarshal([]byte(c.object), &object))
			result, err := evaluators[c.kind].Evaluate(context.Background(), asInt64(object))
			if c.want == waiting {
				assert.True(t, err != nil || result.Status == "InProgress", "%v %v", result, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, result.Status.String())
		})
	}
}

// asInt64 gives generations the type that they have in an unstructured object.
func asInt64(object map[string]any) *unstructured.Unstructured {
	for parent, field := range map[string]string{"metadata": "generation", "status": "observedGeneration"} {
		if m, ok := object[parent].(map[string]any); ok {
			if f, ok := m[field].(float64); ok {
				m[field] = int64(f)
			}
		}
	}
	return &unstructured.Unstructured{Object: object}
}

func readExpressions(t *testing.T) map[string]*cel.StatusEvaluator {
	content, err := os.ReadFile("../flux.yaml")
	require.NoError(t, err)
	var flux struct {
		Spec struct {
			HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		} `json:"spec"`
	}
	require.NoError(t, yaml.Unmarshal(content, &flux))
	evaluators := map[string]*cel.StatusEvaluator{}
	for _, check := range flux.Spec.HealthCheckExprs {
		evaluators[check.Kind], err = cel.NewStatusEvaluator(&check.HealthCheckExpressions)
		require.NoError(t, err, check.Kind)
	}
	require.Len(t, evaluators, 3)
	return evaluators
}
