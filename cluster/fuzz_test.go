package cluster_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/registryprofile/registry-profile/cluster"
)

// FuzzFiles: any bytes are read, or refused in one line that names their file.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(secret("one", "key")))
	f.Add([]byte("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n{[a]: b}"))
	f.Add([]byte(`{"kind":"ConfigMapList","apiVersion":"v1","items":[{"metadata":{"name":"a","annotations":7}},null]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		reader, faults := cluster.Files([]cluster.Document{{Name: "a.yaml", Content: content}}, false)
		for _, fault := range faults {
			assert.True(t, strings.HasPrefix(fault.Error(), "a.yaml: "), fault)
		}
		for _, kind := range cluster.Kinds() {
			for _, object := range reader.List(t.Context(), kind, "").Objects {
				assert.NotEmpty(t, object.Metadata.Name)
			}
		}
	})
}
