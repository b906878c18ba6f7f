// Package make tests the Makefile.
package make

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile are texts of which the shell or make would run a part. They have no space,
// so each can be the name of a tag.
var hostile = []string{
	"v1$(touch${IFS}$PLANTED)", "v1`touch${IFS}$PLANTED`", "v1';touch${IFS}$PLANTED;'", `v1";touch${IFS}$PLANTED;"`,
	"v1;touch${IFS}$PLANTED", "v1|touch${IFS}$PLANTED", "v1$(shell${IFS}touch)", "v1$(eval", "v1'-extld=touch",
}

// expanded has a command for make alone.
const expanded = "v1$(shell touch $$PLANTED)"

// stub stands for go, buildah and the end-to-end tests: it writes down what it gets.
const stub = `#!/bin/sh
printf '%s\n' "$@" >>"$CALLS"
case "$*" in
list*) echo example.com/package ;;
"test -list"*) echo FuzzIt ;;
*"manifest push"*) mkdir -p dist/image ;;
esac
`

// A yard is a copy of what the targets need, in which nothing real is called.
type yard struct {
	*testing.T
	dir, calls, planted string
}

func newYard(t *testing.T) *yard {
	dir := t.TempDir()
	y := &yard{T: t, dir: dir, calls: filepath.Join(dir, "calls"), planted: filepath.Join(dir, "planted")}
	for _, name := range []string{"Makefile", "test/tools/image.sh", "release/preflight.sh"} {
		content, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		y.write(name, string(content))
	}
	for _, name := range []string{"bin/go", "bin/buildah", "bin/e2e"} {
		y.write(name, stub)
	}
	for _, name := range []string{"test/e2e", "dist"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	y.git("init", "-q")
	y.git("commit", "-q", "--allow-empty", "-m", "first")
	return y
}

func (y *yard) write(name, content string) {
	path := filepath.Join(y.dir, name)
	require.NoError(y, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(y, os.WriteFile(path, []byte(content), 0o755))
}

func (y *yard) git(args ...string) {
	own := []string{
		"-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false",
	}
	cmd := exec.Command("git", append(own, args...)...)
	cmd.Dir = y.dir
	out, err := cmd.CombinedOutput()
	require.NoError(y, err, "%s", out)
}

// make calls make with settings on its command line and in its environment. It
// returns what was written, and what the programs were called with.
func (y *yard) make(target string, arguments, environment []string) (output, calls string, err error) {
	require.NoError(y, os.RemoveAll(y.calls))
	cmd := exec.Command("make", append([]string{target}, arguments...)...)
	cmd.Dir = y.dir
	cmd.Env = append([]string{
		"PATH=" + filepath.Join(y.dir, "bin") + ":" + os.Getenv("PATH"), "CALLS=" + y.calls, "PLANTED=" + y.planted,
	}, environment...)
	out, err := cmd.CombinedOutput()
	called, _ := os.ReadFile(y.calls)
	assert.NoFileExists(y, y.planted)
	return string(out), string(called), err
}

func TestVersionIsNoCommand(t *testing.T) {
	y := newYard(t)
	for _, version := range append(hostile, expanded, "", "-extld=touch", "release/v1", "v1\nv2") {
		for name, given := range map[string][2][]string{
			"argument":    {{"VERSION=" + version}, nil},
			"environment": {nil, {"VERSION=" + version}},
		} {
			out, calls, err := y.make("build", given[0], given[1])
			assert.Error(t, err, "%s %q", name, version)
			assert.Contains(t, out, `error: the version "`+version+`" cannot be used`)
			assert.Empty(t, calls)
		}
	}
}

func TestTagIsNoCommand(t *testing.T) {
	y := newYard(t)
	for _, tag := range hostile {
		y.git("tag", tag)
		for _, target := range []string{"build", "binaries", "image", "container"} {
			out, calls, err := y.make(target, nil, nil)
			assert.Error(t, err)
			assert.Contains(t, out, `error: the version "`+tag+`" cannot be used`)
			assert.Empty(t, calls)
		}
		for _, target := range []string{"help", "test", "e2e"} {
			_, _, err := y.make(target, nil, nil)
			assert.NoError(t, err, "the version does not matter to %s", target)
		}
		y.git("tag", "-d", tag)
	}
}

// TestGivenTextIsNoCommand: it arrives where it belongs, as it is.
func TestGivenTextIsNoCommand(t *testing.T) {
	y := newYard(t)
	y.write("bin/e2e", "#!/bin/sh\necho \"$RUN\" >\"$CALLS\"\n")
	for _, text := range append(hostile, expanded) {
		for setting, test := range map[string]struct{ target, want string }{
			"IMAGE=":    {"image", "oci:dist/image:" + text},
			"FUZZTIME=": {"fuzz", "-fuzztime=" + text},
			"RUN=":      {"e2e", text},
		} {
			given := []string{setting + text}
			_, calls, err := y.make(test.target, append(given, "VERSION=v1"), nil)
			require.NoError(t, err)
			assert.Contains(t, strings.Split(calls, "\n"), test.want)
			_, calls, err = y.make(test.target, []string{"VERSION=v1"}, given)
			require.NoError(t, err)
			assert.Contains(t, strings.Split(calls, "\n"), test.want)
		}
	}
}

func TestVersionOfATag(t *testing.T) {
	y := newYard(t)
	y.git("tag", "v1.2.3-rc_1")
	_, calls, err := y.make("build", nil, nil)
	require.NoError(t, err)
	assert.Contains(t, calls, "internal/cli.version=v1.2.3-rc_1\n")
	_, calls, err = y.make("image", nil, nil)
	require.NoError(t, err)
	assert.Contains(t, calls, "\nVERSION=v1.2.3-rc_1\n")
	assert.Contains(t, calls, "\noci:dist/image:ghcr.io/registryprofile/registry-profile:v1.2.3-rc_1\n")
}

// newCleanYard is a yard in which everything is committed.
func newCleanYard(t *testing.T) *yard {
	y := newYard(t)
	y.write(".gitignore", "/dist/\n/calls\n")
	y.git("add", "--all")
	y.git("commit", "-q", "-m", "second")
	return y
}

// The version that documents name.
const named = "v0.1.0"

func TestReleaseWantsAVersion(t *testing.T) {
	y := newCleanYard(t)
	none := []string{"", "1.2.3", "v1.2", "v1.2.3.4", "v01.2.3", "v1.2.3-rc1", "v1.2.3\n", "v1.2.3\nv1.2.4", expanded}
	for _, version := range append(none, hostile...) {
		for name, given := range map[string][2][]string{
			"argument": {{"VERSION=" + version}, nil}, "environment": {nil, {"VERSION=" + version}},
		} {
			out, calls, err := y.make("release", given[0], given[1])
			assert.Error(t, err, "%s %q", name, version)
			assert.Contains(t, out, `error: "`+version+`" is not a version that can be released`)
			assert.Empty(t, calls)
		}
	}
	out, _, err := y.make("release", nil, nil)
	assert.Error(t, err)
	assert.Contains(t, out, "name one: make release VERSION="+named)
}

func TestReleaseOfWhatIsCommitted(t *testing.T) {
	y := newCleanYard(t)
	release := func(version string) (out, calls string, err error) {
		return y.make("release", []string{"VERSION=" + version}, nil)
	}
	for range 2 { // what it leaves does not keep the next one from being made
		_, calls, err := release("v1.2.3")
		require.NoError(t, err, "a trial")
		assert.Contains(t, calls, "internal/cli.version=v1.2.3\n")
		assert.Contains(t, calls, "\noci:dist/image:ghcr.io/registryprofile/registry-profile:v1.2.3\n")
		assert.True(t, strings.HasSuffix(calls, "run\n.\n"), calls)
	}

	for name, change := range map[string]func(){
		"new":     func() { y.write("new.go", "") },
		"staged":  func() { y.write("new.go", ""); y.git("add", "new.go") },
		"changed": func() { y.write("bin/e2e", "") },
	} {
		change()
		out, calls, err := release("v1.2.3")
		assert.Error(t, err, name)
		assert.Contains(t, out, "error: these files are not committed")
		assert.Empty(t, calls)
		y.git("reset", "-q", "--hard")
		y.git("clean", "-q", "-f")
	}
}

func TestReleaseOfATag(t *testing.T) {
	y := newCleanYard(t)
	release := func(version string) (out, calls string, err error) {
		return y.make("release", []string{"VERSION=" + version}, nil)
	}
	y.git("tag", "v1.2.3")
	out, calls, err := release("v1.2.3")
	assert.Error(t, err)
	assert.Contains(t, out, "error: the documents name "+named)
	assert.Empty(t, calls)
	y.git("tag", "-d", "v1.2.3")

	y.git("tag", "-a", "-m", "first", named)
	_, _, err = release(named)
	require.NoError(t, err)

	y.git("commit", "-q", "--allow-empty", "-m", "after it")
	out, calls, err = release(named)
	assert.Error(t, err)
	assert.Contains(t, out, "error: the tag "+named+" names commit ")
	assert.Empty(t, calls)
}

func TestReleaseToWhichSomebodyHasUpgraded(t *testing.T) {
	y := newCleanYard(t)
	y.git("tag", "v1.2.3")
	y.git("commit", "-q", "--allow-empty", "-m", "after it")
	out, calls, err := y.make("release", []string{"VERSION=v1.2.4"}, nil)
	assert.Error(t, err)
	assert.Contains(t, out, "error: upgrades from v1.2.3 are not tried; ")
	assert.Empty(t, calls)

	y.write("test/e2e/scenarios/testdata/versions/03-v1.2.3.yaml", "")
	y.git("add", "test")
	y.git("commit", "-q", "-m", "upgrades from it are tried")
	out, _, err = y.make("release", []string{"VERSION=v1.2.4"}, nil)
	require.NoError(t, err, out)
}
