package plan_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/test/inspect"
)

// Configs for which the Job would stop.
const (
	onVolume = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, replicas: 2, storage: {managementState: Unmanaged, pvc: {claim: emergency}}},
status: {storage: {managementState: Unmanaged, pvc: {claim: emergency}}}}`
	onOthers = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, replicas: 2, storage: {managementState: Unmanaged}},
status: {storage: {managementState: Unmanaged, s3: {bucket: others, regionEndpoint: "https://s3.example.com"}}}}`
)

// TestCutDump: a must-gather of which a file ends early never gives another verdict than the
// whole one. What a cut has taken from it could not be seen.
func TestCutDump(t *testing.T) {
	const spec = "{verify: {enabled: false}}"
	for config, files := range map[string]string{onBucket: "", onVolume: "/configs/", onOthers: "/configs/"} {
		dump := os.DirFS(dumpOf(t, append(rendered(t, spec), config, ca, claimed)))
		whole := planOf(t, spec, dumped(t, dump))
		require.True(t, whole.Job.Certain, "%v", whole.Job.Unseen)
		cuts := 0
		for cut, reader := range inspect.Cuts(dump) {
			if strings.Contains(cut, files) {
				cuts++
				requireNoOther(t, whole, planOf(t, spec, reader), cut)
			}
		}
		assert.Greater(t, cuts, 10)
	}
}

// requireNoOther: a plan says what another one says, or that it could not be seen.
func requireNoOther(t *testing.T, whole, p *plan.Plan, cut string) {
	t.Helper()
	if p.Job.Certain {
		require.Equal(t, whole.Job.Exit, p.Job.Exit, "%s: %v", cut, p.Job.Reasons)
		require.Equal(t, whole.After, p.After, cut)
	}
	if p.Before != "" {
		require.Equal(t, whole.Before, p.Before, cut)
	}
	require.Subset(t, whole.Leftovers, p.Leftovers, cut)
	for i, object := range p.Objects {
		if object.Action != plan.Unseen && !losesItems(cut) {
			require.Equal(t, whole.Objects[i].Action, object.Action, "%s: %+v", cut, object)
		}
	}
}

// losesItems: of these kinds, a list stands last, and nobody can tell that it has lost items.
func losesItems(cut string) bool { return strings.Contains(cut, "/rbac.authorization.k8s.io/") }

func dumped(t *testing.T, files fs.FS) cluster.Reader {
	t.Helper()
	reader, faults := cluster.Dump(cluster.Folder{Name: "dump", Files: files})
	require.Empty(t, faults)
	return reader
}

// dumpOf writes objects as must-gather does. The later one of two of a name counts.
func dumpOf(t *testing.T, documents []string) string {
	t.Helper()
	dir := t.TempDir()
	var all []inspect.Object
	for _, document := range strings.Split(strings.Join(documents, "\n---\n"), "\n---\n") {
		var object inspect.Object
		require.NoError(t, yaml.Unmarshal([]byte(document), &object))
		all = append(all, object)
	}
	require.NoError(t, inspect.Write(dir, all...))
	return dir
}
