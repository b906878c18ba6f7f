package cluster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster"
)

func document(name, content string) cluster.Document {
	return cluster.Document{Name: name, Content: []byte(content)}
}

// TestFilesForms reads the same two objects in every form in which people have them.
func TestFilesForms(t *testing.T) {
	const (
		one = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","namespace":"ns"},"data":{"k":"v"}}`
		two = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two","namespace":"ns"}}`
	)
	for name, content := range map[string]string{
		"documents":      one + "\n---\n" + two + "\n",
		"beside others":  "# comment\n---\n" + one + "\n---\nkind: Kustomization\n---\n" + two + "\n---\n7: 7\n",
		"JSON, in a row": one + two,
		"JSON on lines":  one + "\n" + two + "\n",
		"List":           `{"apiVersion":"v1","kind":"List","items":[` + one + "," + two + `]}`,
		"List, in YAML":  "apiVersion: v1\nkind: List\nitems:\n- " + one + "\n- " + two + "\n",
		"ConfigMapList": `{"apiVersion":"v1","kind":"ConfigMapList","items":[` +
			`{"metadata":{"name":"one","namespace":"ns"},"data":{"k":"v"}},` + two + `]}`,
		"a List in a List": `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[` + one + "]}," + two + `]}`,
		"the same twice":   one + "\n---\n" + two + "\n---\n" + one,
		"windows":          strings.ReplaceAll("---\n"+one+"\n---\n"+two+"\n", "\n", "\r\n"),
	} {
		reader, faults := cluster.Files([]cluster.Document{document("a.yaml", content)}, false)
		require.Empty(t, faults, name)
		read, answer := cluster.Read[struct {
			Data map[string]string `json:"data"`
		}](t.Context(), reader, cluster.ConfigMaps, "ns", "one")
		assert.Equal(t, cluster.Present, answer.State, name)
		assert.Equal(t, "v", read.Data["k"], name)
		assert.Equal(t, "a.yaml", answer.Source)
		assert.Equal(t, []string{"one", "two"}, namesOf(reader.List(t.Context(), cluster.ConfigMaps, "ns")), name)
	}
}

// TestFilesStates: only somebody who says that the files are complete makes them tell what
// is not there.
func TestFilesStates(t *testing.T) {
	for complete, missing := range map[bool]cluster.State{false: cluster.NotCollected, true: cluster.Absent} {
		reader, faults := cluster.Files([]cluster.Document{document("a.yaml",
			"{apiVersion: v1, kind: ConfigMapList, items: [{metadata: {name: one, namespace: ns}}]}\n---\n"+
				"{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster, namespace: strange}}\n")},
			complete)
		require.Empty(t, faults)
		ctx := t.Context()
		assert.Equal(t, cluster.Present, reader.Get(ctx, cluster.ConfigMaps, "ns", "one").State)
		assert.Equal(t, missing, reader.Get(ctx, cluster.ConfigMaps, "ns", "two").State)
		assert.Equal(t, missing, reader.Get(ctx, cluster.ConfigMaps, "other", "one").State)
		assert.Equal(t, missing, reader.Get(ctx, cluster.Pods, "ns", "one").State)
		assert.Equal(t, missing, reader.List(ctx, cluster.Pods, "").State)
		assert.Equal(t, complete, reader.List(ctx, cluster.ConfigMaps, "").Complete)
		assert.Equal(t, cluster.Present, reader.List(ctx, cluster.ConfigMaps, "").State)
		assert.Equal(t, cluster.Present, reader.Get(ctx, cluster.Configs, "", "cluster").State, "a kind without namespaces")
		assert.Equal(t, cluster.NotCollected, reader.Logs(ctx, "ns", "p", "c", 1).State)
	}
}

// TestFilesFaults names each fault with its file, and keeps what can be read.
func TestFilesFaults(t *testing.T) {
	reader, faults := cluster.Files([]cluster.Document{
		document("good.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: ns}}"),
		document("syntax.yaml", "a: b\n---\n{"),
		document("other.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: ns}, data: {k: v}}"),
		document("unnamed.yaml", "{apiVersion: v1, kind: ConfigMap}"),
		document("list.yaml", "{apiVersion: v1, kind: List, items: [7]}"),
		document("empty.yaml", "# nothing\n"),
		document("scalar.yaml", "text"),
		document("key.yaml", "{[a]: b}"),
		document("twice.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, name: three, namespace: ns}\n"),
		document("twice.json", `{"kind": "Other"}{"kind": "ConfigMap", "metadata": {"name": "a"}, "kind": "Secret"}`),
		document("items.yaml", "{apiVersion: v1, kind: List, items: 7}"),
	}, false)
	var words []string
	for _, fault := range faults {
		words = append(words, fault.Error())
	}
	require.Len(t, faults, 9, words)
	for i, want := range []string{
		"syntax.yaml: document 2: it cannot be read",
		"other.yaml: ConfigMap ns/one stands in good.yaml too, and differs; give one of them",
		`unnamed.yaml: document 1: it is a "ConfigMap" of "v1" named "", and no ConfigMap`,
		"list.yaml: document 1: item 0: it is not of the type",
		"scalar.yaml: document 1: it is not of the type",
		"key.yaml: document 1: it cannot be read",
		`twice.yaml: document 1: it cannot be read: yaml: unmarshal errors: line 3: key "name" already set in map`,
		`twice.json: document 1: it cannot be read: duplicate field "kind"`,
		"items.yaml: document 1: items is not of the type",
	} {
		assert.Contains(t, words[i], want)
	}
	assert.Equal(t, "good.yaml", reader.Get(t.Context(), cluster.ConfigMaps, "ns", "one").Source)
}

// TestJoin: who has an object outweighs who has not, and who could not look outweighs who
// has not found.
func TestJoin(t *testing.T) {
	const one = "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: ns}}"
	files := func(complete bool, content string) cluster.Reader {
		reader, faults := cluster.Files([]cluster.Document{document("a.yaml", content)}, complete)
		require.Empty(t, faults)
		return reader
	}
	refusing := newKubectl(t)
	refusing.refusals["/apis"] = "Unable to connect to the server"
	has, complete, partial, failing := files(false, one), files(true, ""), files(false, ""), refusing.reader()
	for _, c := range []struct {
		readers []cluster.Reader
		state   cluster.State
	}{
		{[]cluster.Reader{has}, cluster.Present},
		{[]cluster.Reader{complete, partial, failing, has}, cluster.Present},
		{[]cluster.Reader{complete, partial}, cluster.Absent},
		{[]cluster.Reader{partial, complete}, cluster.Absent},
		{[]cluster.Reader{partial, complete, failing}, cluster.Failed},
		{[]cluster.Reader{partial, partial}, cluster.NotCollected},
		{nil, cluster.NotCollected},
	} {
		reader := cluster.Join(c.readers...)
		assert.Equal(t, c.state, reader.Get(t.Context(), cluster.ConfigMaps, "ns", "one").State)
		assert.Equal(t, c.state, reader.List(t.Context(), cluster.ConfigMaps, "ns").State)
	}
	both := cluster.Join(has, has, complete).List(t.Context(), cluster.ConfigMaps, "")
	assert.Equal(t, []string{"one"}, namesOf(both))
}

// TestJoinOfTwoStates: of two states of an object the later one counts. Two states of Config, or
// two objects of one name, are refused.
func TestJoinOfTwoStates(t *testing.T) {
	const head = "apiVersion: imageregistry.operator.openshift.io/v1\nmetadata: {name: cluster, "
	for name, c := range map[string]struct {
		kind       cluster.Kind
		one, other string
		version    string // "" where there is no answer
		why        string
	}{
		"the same Config":      {cluster.Configs, "uid: a, resourceVersion: '9'", "uid: a, resourceVersion: '9'", "9", ""},
		"two states of Config": {cluster.Configs, "uid: a, resourceVersion: '9'", "uid: a, resourceVersion: '10'", "", "and differs"},
		"Configs of two clusters": {
			cluster.Configs, "uid: a", "uid: b", "",
			"Config cluster stands in one.yaml and in other.yaml, and is not the same one",
		},
		"two states":         {cluster.ImagePruners, "uid: a, resourceVersion: '9'", "uid: a, resourceVersion: '10'", "10", ""},
		"the first is later": {cluster.ImagePruners, "uid: a, resourceVersion: '10'", "uid: a, resourceVersion: '9'", "10", ""},
		"two objects":        {cluster.ImagePruners, "uid: a", "uid: b", "", "is not the same one"},
	} {
		t.Run(name, func(t *testing.T) {
			var readers []cluster.Reader
			for _, d := range []cluster.Document{document("one.yaml", c.one), document("other.yaml", c.other)} {
				content := head + string(d.Content) + "}\nkind: " + c.kind.Name
				reader, faults := cluster.Files([]cluster.Document{document(d.Name, content)}, false)
				require.Empty(t, faults)
				readers = append(readers, reader)
			}
			reader := cluster.Join(readers...)
			got, listed := reader.Get(t.Context(), c.kind, "", "cluster"), reader.List(t.Context(), c.kind, "")
			if c.version == "" {
				assert.Equal(t, cluster.Failed, got.State)
				assert.Equal(t, cluster.Failed, listed.State)
				assert.Contains(t, got.Why, c.why)
				return
			}
			assert.Equal(t, c.version, got.Metadata.ResourceVersion)
			require.Len(t, listed.Objects, 1)
			assert.Equal(t, c.version, listed.Objects[0].Metadata.ResourceVersion)
		})
	}
}

// TestFilesOfManyObjects: many objects are read, and found, without comparing each with each.
func TestFilesOfManyObjects(t *testing.T) {
	var content strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&content, `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p%d","namespace":"ns"}}`, i)
	}
	begin := time.Now()
	reader, faults := cluster.Files([]cluster.Document{document("a.json", content.String())}, false)
	require.Empty(t, faults)
	for i := range 20_000 {
		require.Equal(t, cluster.Present, reader.Get(t.Context(), cluster.Pods, "ns", fmt.Sprint("p", i)).State)
	}
	assert.Less(t, time.Since(begin), 30*time.Second)
}
