// Package healthtest runs the health checks of health.yaml as Argo CD does. It is
// a module of its own, so that the project's own does not need a Lua interpreter.
package healthtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	lua "github.com/yuin/gopher-lua"
	"sigs.k8s.io/yaml"
)

// check is one entry of spec.resourceHealthChecks.
type check struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Check string `json:"check"`
}

// state is one file of testdata: an object, and what its health is.
type state struct {
	Object map[string]any `json:"object"`
	Health health         `json:"health"`
}

type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func TestHealthOfEachState(t *testing.T) {
	checks := readChecks(t)
	for kind, script := range checks {
		files, err := filepath.Glob(filepath.Join("testdata", kind, "*.yaml"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "no states of %s", kind)
		for _, file := range files {
			t.Run(kind+"/"+filepath.Base(file), func(t *testing.T) {
				var s state
				read(t, file, &s)
				require.Equal(t, kind, s.Object["kind"])
				assert.Equal(t, s.Health, run(t, script, s.Object))
			})
		}
	}
}

// TestHealthOfAnything holds every check to what Argo CD needs of it, an answer
// for whatever is there: an error would show as health Unknown, for ever.
func TestHealthOfAnything(t *testing.T) {
	known := []string{"Healthy", "Progressing", "Degraded", "Suspended"}
	objects := []string{
		`{metadata: {}}`,
		`{metadata: {}, spec: {}, status: {}}`,
		`{metadata: {generation: 2}, status: {observedGeneration: 1, conditions: []}}`,
		`{metadata: {}, status: {conditions: [{type: Available, status: "False"}]}}`,
		`{metadata: {}, status: {conditions: [{type: Degraded, status: "True"}]}}`,
		`{metadata: {}, status: {conditions: [{}]}}`,
		`{metadata: {}, status: {phase: New}}`,
	}
	for kind, script := range readChecks(t) {
		for _, object := range objects {
			var o map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(object), &o))
			assert.Contains(t, known, run(t, script, o).Status, "%s %s", kind, object)
		}
	}
}

func readChecks(t *testing.T) map[string]string {
	var argocd struct {
		Spec struct {
			ResourceHealthChecks []check `json:"resourceHealthChecks"`
		} `json:"spec"`
	}
	read(t, filepath.Join("..", "health.yaml"), &argocd)
	checks := map[string]string{}
	for _, c := range argocd.Spec.ResourceHealthChecks {
		require.NotEmpty(t, c.Group)
		checks[c.Kind] = c.Check
	}
	require.Len(t, checks, 3)
	return checks
}

func read(t *testing.T, file string, into any) {
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(content, into))
}

// run runs a script with the libraries that Argo CD gives it (util/lua/lua.go). Argo
// CD stops it after a second; here only a script without an end is stopped.
func run(t *testing.T, script string, object map[string]any) health {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName:   lua.OpenPackage,
		lua.BaseLibName:   lua.OpenBase,
		lua.TabLibName:    lua.OpenTable,
		lua.StringLibName: lua.OpenString,
		lua.MathLibName:   lua.OpenMath,
	} {
		require.NoError(t, l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l.SetContext(ctx)
	l.SetGlobal("obj", value(l, object))
	require.NoError(t, l.DoString(script))
	result, ok := l.Get(-1).(*lua.LTable)
	require.True(t, ok, "the script returns no table")
	return health{Status: lua.LVAsString(result.RawGetString("status")), Message: lua.LVAsString(result.RawGetString("message"))}
}

// value converts what JSON can say to Lua.
func value(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case bool:
		return lua.LBool(v)
	case float64:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case []any:
		list := l.NewTable()
		for _, item := range v {
			list.Append(value(l, item))
		}
		return list
	case map[string]any:
		object := l.NewTable()
		for key, item := range v {
			object.RawSetString(key, value(l, item))
		}
		return object
	}
	return lua.LNil
}
