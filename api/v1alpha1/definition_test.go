package v1alpha1

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/resid"
)

// The library's reading of the definition is the one that other tools have.
func TestSchemaIsTheLibrarys(t *testing.T) {
	want, err := framework.SchemaFromFunctionDefinition(resid.NewGvk(Group, Version, Kind), functionDefinition)
	require.NoError(t, err)
	wantJSON, err := json.Marshal(want)
	require.NoError(t, err)
	gotJSON, err := json.Marshal(Schema())
	require.NoError(t, err)
	require.JSONEq(t, string(wantJSON), string(gotJSON))
}
