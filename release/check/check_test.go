// Package check holds what "make release" has written to what the documents promise of it.
// It shares no code with what wrote it. "make release-check" runs it.
package check

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Paths from this folder.
const (
	root      = "../.."
	dist      = root + "/dist"
	released  = dist + "/release"
	publicKey = dist + "/cosign.pub"
)

// The parameters of the Makefile.
var (
	version   = os.Getenv("VERSION")
	imageName = os.Getenv("IMAGE_NAME")
	platforms = strings.Fields(os.Getenv("PLATFORMS"))
	keyless   = os.Getenv("COSIGN_KEYLESS") == "true" // signed by the workflow's identity, with no key
)

func TestMain(m *testing.M) {
	if _, err := os.Stat(filepath.Join(released, "registry-profile-"+version+"-image.tar")); err != nil {
		fmt.Fprintf(os.Stderr, "error: dist/release/ does not hold %q; call make release VERSION=vX.Y.Z first\n", version)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

// output runs a program and returns what it writes.
func output(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s %s: %s", name, args, out)
	return string(out)
}

// files are the names of all that is released.
func files(t testing.TB) []string {
	entries, err := os.ReadDir(released)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// isSignature tells what differs from one signing to the next.
func isSignature(name string) bool { return strings.HasSuffix(name, ".sigstore.json") }

// commitTime is when the commit was made that is released.
func commitTime(t testing.TB) time.Time {
	seconds, err := strconv.ParseInt(strings.TrimSpace(output(t, "git", "log", "-1", "--format=%ct")), 10, 64)
	require.NoError(t, err)
	return time.Unix(seconds, 0)
}

// platform is one of those in the Makefile.
type platform struct{ os, arch string }

func (p platform) archive() string {
	if p.os == "windows" {
		return fmt.Sprintf("registry-profile-%s-%s-%s.zip", version, p.os, p.arch)
	}
	return fmt.Sprintf("registry-profile-%s-%s-%s.tar.gz", version, p.os, p.arch)
}

func (p platform) executable() string {
	if p.os == "windows" {
		return "registry-profile.exe"
	}
	return "registry-profile"
}

// eachPlatform runs a test for the archive of each platform.
func eachPlatform(t *testing.T, test func(t *testing.T, p platform, in map[string]member)) {
	require.Len(t, platforms, 7)
	for _, name := range platforms {
		t.Run(name, func(t *testing.T) {
			goos, arch, _ := strings.Cut(name, "/")
			p := platform{goos, arch}
			test(t, p, unpack(t, filepath.Join(released, p.archive())))
		})
	}
}

// member is a file of an archive.
type member struct {
	mode     fs.FileMode
	modified time.Time
	content  []byte
}

func unpack(t testing.TB, path string) map[string]member {
	content := read(t, path)
	if strings.HasSuffix(path, ".zip") {
		return unzip(t, content)
	}
	stream, err := gzip.NewReader(bytes.NewReader(content))
	require.NoError(t, err)
	assert.True(t, stream.ModTime.IsZero(), "gzip has a time of its own")
	return untar(t, stream)
}

func untar(t testing.TB, stream io.Reader) map[string]member {
	members := map[string]member{}
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return members
		}
		require.NoError(t, err)
		content, err := io.ReadAll(archive)
		require.NoError(t, err)
		assert.Zero(t, header.Uid+header.Gid)
		assert.Empty(t, header.Uname+header.Gname)
		members[header.Name] = member{header.FileInfo().Mode(), header.ModTime, content}
	}
}

func unzip(t testing.TB, content []byte) map[string]member {
	members := map[string]member{}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	for _, f := range archive.File {
		stream, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(stream)
		require.NoError(t, err)
		members[f.Name] = member{f.Mode(), f.Modified, content}
	}
	return members
}
