package cases

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// FinalStream is a folder of testdata with a stream of manifests: stream.yaml is the stream,
// results.yaml what is wrong with it.
type FinalStream struct {
	Name, Dir string
	Items     []*yaml.RNode
}

// FinalStreams returns every stream of testdata, by name.
func FinalStreams(t testing.TB) []FinalStream {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Root(t), "testdata", "*", "stream.yaml"))
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	streams := make([]FinalStream, len(files))
	for i, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		dir := filepath.Dir(file)
		streams[i] = FinalStream{Name: filepath.Base(dir), Dir: dir, Items: Parse(t, content)}
	}
	return streams
}

// Parse returns the documents of a stream.
func Parse(t testing.TB, content []byte) []*yaml.RNode {
	t.Helper()
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var items []*yaml.RNode
	for {
		document := &yaml.Node{}
		err := decoder.Decode(document)
		if errors.Is(err, io.EOF) {
			return items
		}
		require.NoError(t, err)
		items = append(items, yaml.NewRNode(yaml.NewRNode(document).YNode()))
	}
}
