//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run that is killed leaves a temporary file: an empty one, a whole one, or the beginning
// of one, of the present profile or of the one that it was then.
func TestLeftoversOfAKilledRunAreRemoved(t *testing.T) {
	dir := write(t, "profile.yaml", profile("registry", "{}"), "then.yaml", profile("registry", "{bootstrap: {image: "+
		"quay.io/other/oc@sha256:"+strings.Repeat("1", 64)+"}}"))
	out := filepath.Join(dir, "out")
	good(t, "", "render", "-o", dir+"/then", dir+"/then.yaml")
	then := tree(t, dir+"/then")
	good(t, "", "render", "-o", out, dir+"/profile.yaml")
	now := tree(t, out)
	script := fileOf("ConfigMap")
	for letter, content := range map[string]string{
		"A": "",
		"B": now[fileOf("Config")],
		"C": now[fileOf("Config")][:40],
		"D": now["kustomization.yaml"][:10],
		"E": then[fileOf("Job")],
		"F": strings.Replace(then[script], "#!", "# an older script\n    #!", 1)[:8192],
	} {
		require.NoError(t, os.WriteFile(filepath.Join(out, temporaryName(letter)), []byte(content), 0o600))
	}
	r := run("", "render", "--check", out, dir+"/profile.yaml")
	assert.Contains(t, r.err, "stale files in "+out+": 6; run ")
	good(t, "", "render", "-o", out, dir+"/profile.yaml")
	assert.Equal(t, now, tree(t, out))
}

// An install that is killed leaves a part of a program, of this version or of another one.
func TestLeftoversOfAKilledInstallAreRemoved(t *testing.T) {
	program, err := os.ReadFile(filepath.Join(programs, "registry-profile"))
	require.NoError(t, err)
	older := string(program[:4]) + "an older version"
	dir := write(t, temporaryName("A"), "", temporaryName("B"), string(program[:1<<20]), temporaryName("C"), older,
		temporaryName("D"), "a user's", "notes", older, temporaryName("E")+"/file", "")
	require.NoError(t, os.Symlink("notes", filepath.Join(dir, temporaryName("F"))))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, temporaryName("G")), 0o600))
	before := entries(t, dir)
	for _, letter := range []string{"A", "B", "C"} {
		delete(before, temporaryName(letter))
	}
	require.Equal(t, result{}, start(t, "", "install", "--bin-dir", dir))
	after := entries(t, dir)
	assert.Contains(t, after, "registry-profile")
	delete(after, "registry-profile")
	assert.Equal(t, before, after)
}

// What a user, or an enemy, has put into the folder stays as it is, whatever its name.
func TestNothingElseIsTakenForALeftover(t *testing.T) {
	dir := write(t, "profile.yaml", profile("registry", "{}"), "other.yaml", profile("other", "{}"),
		"victim", "of a link\n", "precious", "", "out/.registry-profile-notes", "mine\n", "out/.registry-profile-", "",
		"out/"+temporaryName("A"), "mine too\n", "out/"+temporaryName("B"), usersConfigMap,
		"out/"+temporaryName("C")+".yaml", "", "out/"+temporaryName("D")[1:], "", "out/"+temporaryName("D")+"9", "",
		"out/"+temporaryName("E")+"/file", "in a folder\n", "out/.registry-profile-7-"+fileOf("Config"), "half",
		"out/"+temporaryName("a"), "")
	out := filepath.Join(dir, "out")
	good(t, "", "render", "-o", dir+"/other", dir+"/other.yaml")
	foreign := tree(t, dir+"/other")[fileOf("Config")]
	require.NoError(t, os.WriteFile(filepath.Join(out, temporaryName("F")), []byte(foreign), 0o600))
	// The names that another program could guess: those of temporary files of an earlier version of this one.
	for name := range tree(t, dir+"/other") {
		guess := fmt.Sprintf(".registry-profile-%d-%s", os.Getpid(), name)
		require.NoError(t, os.Symlink(dir+"/victim", filepath.Join(out, guess)))
	}
	require.NoError(t, os.Symlink(dir+"/precious", filepath.Join(out, temporaryName("G"))))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(out, temporaryName("H"))))
	require.NoError(t, syscall.Mkfifo(filepath.Join(out, temporaryName("I")), 0o600))
	huge, err := os.Create(filepath.Join(out, temporaryName("J")))
	require.NoError(t, err)
	require.NoError(t, huge.Truncate(1<<40))
	require.NoError(t, huge.Close())
	before := entries(t, out)

	for range 2 {
		good(t, "", "render", "-o", out, dir+"/profile.yaml")
		good(t, "", "render", "--check", out, dir+"/profile.yaml")
	}
	after := entries(t, out)
	assert.Len(t, after, len(before)+allFiles())
	for name, what := range before {
		assert.Equal(t, what, after[name], name)
	}
	for name, want := range map[string]string{"victim": "of a link\n", "precious": ""} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(content))
	}
}

// entries describes what is in a folder, without following links or reading much.
func entries(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	found := map[string]string{}
	for _, e := range list {
		info, err := e.Info()
		require.NoError(t, err)
		what := fmt.Sprint(info.Mode(), info.Size(), info.ModTime())
		if info.Mode().IsRegular() && info.Size() < 1<<20 {
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			require.NoError(t, err)
			what += string(content)
		}
		found[e.Name()] = what
	}
	return found
}

// A file in the place of one of ours may be anything, and is not read without end.
func TestStrangeFilesInOurPlaces(t *testing.T) {
	for name, place := range map[string]func(path string) error{
		"a FIFO":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a huge file": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"a link":      func(path string) error { return os.Symlink("nowhere", path) },
	} {
		for _, file := range []string{"kustomization.yaml", fileOf("Config")} {
			t.Run(name+" as "+file, func(t *testing.T) {
				dir := write(t, "profile.yaml", profile("registry", "{}"), "out/x", "")
				path := filepath.Join(dir, "out", file)
				require.NoError(t, place(path))
				if name == "a huge file" {
					require.NoError(t, os.Truncate(path, 1<<40))
				}
				r := run("", "render", "-o", dir+"/out", dir+"/profile.yaml")
				assert.Equal(t, 1, r.code)
				assert.Regexp(t, "^error: "+path+": (is in the way|was not generated)[^\n]*\n$", r.err)
				assert.Len(t, entries(t, dir+"/out"), 2)
			})
		}
	}
}

// What stands beside profiles, or in the folder of a fleet, is not waited for and not read without end.
func TestStrangeFilesBesideAFleet(t *testing.T) {
	dir := write(t, "a.yaml", profile("a", "{}"), "b.yaml", profile("b", "{}"), "c.yaml", profile("c", "{}"),
		"broken.yaml", "[", "folder.yaml/x", "")
	files := []string{dir + "/a.yaml", dir + "/b.yaml", dir + "/c.yaml"}
	good(t, "", renders("-o", dir, files...)...)
	require.NoError(t, os.Remove(files[2]))
	require.NoError(t, syscall.Mkfifo(dir+"/fifo.yaml", 0o600))
	require.NoError(t, os.Symlink("nowhere", dir+"/link.yaml"))
	require.NoError(t, os.WriteFile(dir+"/huge.yaml", nil, 0o600))
	require.NoError(t, os.Truncate(dir+"/huge.yaml", 1<<40))
	require.NoError(t, os.Mkdir(dir+"/out/d", 0o755))
	require.NoError(t, syscall.Mkfifo(dir+"/out/d/kustomization.yaml", 0o600))
	r := run("", renders("-o", dir, files[:2]...)...)
	assert.Equal(t, result{err: orphan("warning", dir+"/out/c", "c")}, r)
}
