package check

import (
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// image is the image's name by digest, as the release has it.
func image(t *testing.T) string {
	return strings.TrimSpace(string(read(t, filepath.Join(released, "image.txt"))))
}

// TestImage mirrors the image from its archive to a registry and pulls it from there by the
// digest of the release: for each architecture it is the program of the archive.
func TestImage(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	repository, digest, _ := strings.Cut(image(t), "@")
	assert.Equal(t, imageName, repository)

	reference, err := name.NewDigest(strings.TrimPrefix(server.URL, "http://") + "/mirror/registry-profile@" + digest)
	require.NoError(t, err)
	require.NoError(t, remote.WriteIndex(reference, indexOf(t, "registry-profile-"+version+"-image.tar")))
	mirrored, err := remote.Index(reference)
	require.NoError(t, err)

	manifest, err := mirrored.IndexManifest()
	require.NoError(t, err)
	var found []string
	for _, m := range manifest.Manifests {
		found = append(found, m.Platform.OS+"/"+m.Platform.Architecture)
		one, err := mirrored.Image(m.Digest)
		require.NoError(t, err)
		config, err := one.ConfigFile()
		require.NoError(t, err)
		assert.Equal(t, version, config.Config.Labels["org.opencontainers.image.version"])
		assert.Equal(t, "65534:65534", config.Config.User)
		p := platform{m.Platform.OS, m.Platform.Architecture}
		want := unpack(t, filepath.Join(released, p.archive()))[p.executable()].content
		stream := mutate.Extract(one)
		got := untar(t, stream)["registry-profile"].content
		assert.True(t, bytes.Equal(want, got), "%s has another program than its archive", m.Platform)
	}
	var linux []string
	for _, p := range platforms {
		if strings.HasPrefix(p, "linux/") {
			linux = append(linux, p)
		}
	}
	assert.ElementsMatch(t, linux, found)
}

// indexOf opens the index that an OCI archive holds.
func indexOf(t *testing.T, archive string) v1.ImageIndex {
	dir := t.TempDir()
	output(t, "tar", "-xf", filepath.Join(released, archive), "-C", dir)
	outer, err := layout.ImageIndexFromPath(dir)
	require.NoError(t, err)
	manifest, err := outer.IndexManifest()
	require.NoError(t, err)
	require.Len(t, manifest.Manifests, 1)
	index, err := outer.ImageIndex(manifest.Manifests[0].Digest)
	require.NoError(t, err)
	return index
}
