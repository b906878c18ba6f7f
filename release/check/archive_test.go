package check

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestArchives: each holds the program for its platform, and all that belongs to it.
func TestArchives(t *testing.T) {
	modified := commitTime(t)
	eachPlatform(t, func(t *testing.T, p platform, in map[string]member) {
		for name, file := range in {
			want := os.FileMode(0o644)
			if name == p.executable() {
				want = 0o755
			}
			assert.Equal(t, want, file.mode, name)
			assert.WithinDuration(t, modified, file.modified, 0, name)
		}
		for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
			assert.Equal(t, string(read(t, filepath.Join(root, name))), string(in[name].content))
		}
		page := string(in["man/man1/registry-profile-render.1"].content)
		assert.Contains(t, page, fmt.Sprintf(`"%s" "registry-profile %s"`, modified.UTC().Format("Jan 2006"), version))
		for name, line := range map[string]string{
			"bash/registry-profile":           "# bash completion V2 for registry-profile",
			"zsh/_registry-profile":           "#compdef registry-profile",
			"fish/registry-profile.fish":      "# fish completion for registry-profile",
			"powershell/registry-profile.ps1": "# powershell completion",
		} {
			assert.Contains(t, string(in["completions/"+name].content), line)
		}
		assertProgram(t, p, in[p.executable()].content)
	})
}

// assertProgram holds a program to its platform: by its format, and by what Go says of it.
func assertProgram(t *testing.T, p platform, content []byte) {
	info, err := buildinfo.Read(bytes.NewReader(content))
	require.NoError(t, err)
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	assert.Equal(t, "github.com/registryprofile/registry-profile/cmd/registry-profile", info.Path)
	assert.Equal(t, []string{p.os, p.arch, "0", "true"},
		[]string{settings["GOOS"], settings["GOARCH"], settings["CGO_ENABLED"], settings["-trimpath"]})
	assert.Equal(t, runtime.Version(), info.GoVersion, "another Go packs than compiles: go.mod has another toolchain")
	assert.True(t, bytes.Contains(content, []byte(version)), "it does not know its version")
	here, err := filepath.Abs(root)
	require.NoError(t, err)
	assert.False(t, bytes.Contains(content, []byte(here)), "it names the folder in which it was built")

	reader := bytes.NewReader(content)
	switch p.os {
	case "linux":
		file, err := elf.NewFile(reader)
		require.NoError(t, err)
		assert.Equal(t, map[string]elf.Machine{
			"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390,
		}[p.arch], file.Machine)
		assert.Equal(t, p.arch == "s390x", file.Data == elf.ELFDATA2MSB)
		assert.Nil(t, file.Section(".interp"), "it is not static")
	case "darwin":
		file, err := macho.NewFile(reader)
		require.NoError(t, err)
		assert.Equal(t, map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}[p.arch], file.Cpu)
	case "windows":
		file, err := pe.NewFile(reader)
		require.NoError(t, err)
		assert.EqualValues(t, pe.IMAGE_FILE_MACHINE_AMD64, file.Machine)
	}
}

// TestArchiveOfThisMachine: what tar unpacks renders at once.
func TestArchiveOfThisMachine(t *testing.T) {
	dir := t.TempDir()
	archive := filepath.Join(released, platform{runtime.GOOS, runtime.GOARCH}.archive())
	assert.Less(t, len(read(t, archive)), 8_000_000, "bytes, as the README says")
	output(t, "tar", "-xzf", archive, "-C", dir)
	program := filepath.Join(dir, "registry-profile")
	assert.Contains(t, output(t, program, "version"), "registry-profile "+version+" go")

	render := exec.Command(program, "render", "-")
	render.Stdin = bytes.NewReader(read(t, filepath.Join(root, "examples/minimal/profile.yaml")))
	render.Env = []string{}
	out, err := render.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, 1, strings.Count(string(out), "\nkind: ObjectBucketClaim\n"))
	assert.Equal(t, string(read(t, filepath.Join(released, "registryprofile.schema.json"))), output(t, program, "schema"))

	complete := "source " + dir + "/completions/bash/registry-profile && complete -p registry-profile"
	assert.Contains(t, output(t, "bash", "-euc", complete), "registry-profile")
}
