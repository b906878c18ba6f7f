package functioncontainer

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// architectures are those of OpenShift's nodes, with what a program for each says of itself.
var architectures = map[string]struct {
	machine elf.Machine
	order   binary.ByteOrder
}{
	"amd64":   {elf.EM_X86_64, binary.LittleEndian},
	"arm64":   {elf.EM_AARCH64, binary.LittleEndian},
	"ppc64le": {elf.EM_PPC64, binary.LittleEndian},
	"s390x":   {elf.EM_S390, binary.BigEndian},
}

type descriptor struct {
	Digest   string
	Platform struct{ Architecture, OS string }
}

// TestEveryArchitecture looks at what each image of the index holds: a static program for
// the machine that index and image name, and nothing that could be run beside it.
func TestEveryArchitecture(t *testing.T) {
	archive, err := os.ReadFile(dist + "/image.tar")
	require.NoError(t, err)
	blobs := unpack(t, bytes.NewReader(archive))
	var layout, index struct{ Manifests []descriptor }
	decode(t, blobs["index.json"], &layout)
	require.Len(t, layout.Manifests, 1)
	decode(t, blob(blobs, layout.Manifests[0]), &index)
	require.Len(t, index.Manifests, len(architectures))
	for _, image := range index.Manifests {
		t.Run(image.Platform.Architecture, func(t *testing.T) {
			var manifest struct {
				Config descriptor
				Layers []descriptor
			}
			var config struct {
				Architecture, OS string
				Config           struct {
					User       string
					Entrypoint []string
				}
			}
			decode(t, blob(blobs, image), &manifest)
			decode(t, blob(blobs, manifest.Config), &config)
			require.Equal(t, image.Platform.Architecture, config.Architecture)
			require.Equal(t, []string{"linux", "linux"}, []string{image.Platform.OS, config.OS})
			require.Equal(t, "65534:65534", config.Config.User) // for runAsNonRoot, a number

			files := map[string][]byte{}
			for _, layer := range manifest.Layers {
				compressed, err := gzip.NewReader(bytes.NewReader(blob(blobs, layer)))
				require.NoError(t, err)
				for name, content := range unpack(t, compressed) {
					files[name] = content
				}
			}
			delete(files, "etc/")
			require.ElementsMatch(t, []string{"etc/group", "etc/passwd", "registry-profile"}, slices.Collect(maps.Keys(files)))
			require.Contains(t, string(files["etc/passwd"]), "nobody:x:65534:65534:")
			require.Equal(t, []string{"/registry-profile"}, config.Config.Entrypoint)
			requireStatic(t, files["registry-profile"], image.Platform.Architecture)
		})
	}
}

func requireStatic(t *testing.T, content []byte, architecture string) {
	t.Helper()
	expected, known := architectures[architecture]
	require.True(t, known)
	program, err := elf.NewFile(bytes.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, expected.machine, program.Machine)
	require.Equal(t, expected.order, program.ByteOrder)
	for _, segment := range program.Progs {
		require.NotEqual(t, elf.PT_INTERP, segment.Type, "it needs a loader, which the image has not")
	}
}

func decode(t *testing.T, content []byte, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(content, into))
}

func blob(blobs map[string][]byte, of descriptor) []byte {
	return blobs["blobs/"+strings.Replace(of.Digest, ":", "/", 1)]
}

// unpack returns the files of an archive.
func unpack(t *testing.T, archive io.Reader) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for reader := tar.NewReader(archive); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		content, err := io.ReadAll(reader)
		require.NoError(t, err)
		files[strings.TrimPrefix(header.Name, "./")] = content
	}
}
