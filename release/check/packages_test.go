package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
	"sigs.k8s.io/yaml"
)

const downloads = "https://github.com/registryprofile/registry-profile/releases/download/"

// readmeLine is one of the three lines of the README by which the program is installed. They
// name the version that documents name; here it is the one that was built.
func readmeLine(t *testing.T, i int) string {
	block := regexp.MustCompile("(?s)```console\n(.*?)```").FindStringSubmatch(string(read(t, root+"/README.md")))
	require.NotNil(t, block)
	lines := strings.Split(strings.TrimSpace(block[1]), "\n")
	require.Len(t, lines, 3)
	return strings.ReplaceAll(lines[i], os.Getenv("NAMED_VERSION"), version)
}

// assertDownload holds an address and a checksum to the file that will be there.
func assertDownload(t *testing.T, address, sum string) {
	name, found := strings.CutPrefix(address, downloads+version+"/")
	require.True(t, found, address)
	have := sha256.Sum256(read(t, filepath.Join(released, name)))
	assert.Equal(t, hex.EncodeToString(have[:]), sum, name)
}

type krewPlugin struct {
	Spec struct {
		Version   string
		Platforms []struct {
			URI, SHA256, Bin string
			Selector         struct{ MatchLabels map[string]string }
		}
	}
}

// emptyIndex is an index without plugins: krew wants one, whatever it installs.
func emptyIndex(t *testing.T) string {
	dir := t.TempDir()
	output(t, "git", "-C", dir, "init", "--quiet")
	output(t, "git", "-C", dir, "-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "commit.gpgSign=false",
		"commit", "--quiet", "--allow-empty", "--message", "no plugins")
	return dir
}

// TestKrew: krew itself installs the plugin from the archive, and kubectl would find it under
// its name. The archives of other platforms are those that krew would take there.
func TestKrew(t *testing.T) {
	archive, err := filepath.Abs(filepath.Join(released, platform{"linux", "amd64"}.archive()))
	require.NoError(t, err)
	line := strings.Replace(readmeLine(t, 1), downloads+version, newPage(t).URL, 1)
	home := t.TempDir()
	// kubectl calls krew by this name. The archive's address stands in the manifest, and leads
	// to the release's own page.
	line = strings.Replace(line, "kubectl krew", "../../bin/krew", 1) + ` --archive "$0"`
	install := exec.Command("sh", "-euc", line, archive)
	install.Env = []string{
		"KREW_ROOT=" + home, "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "KREW_OS=linux", "KREW_ARCH=amd64",
		"KREW_DEFAULT_INDEX_URI=" + emptyIndex(t),
	}
	out, err := install.CombinedOutput()
	require.NoError(t, err, string(out))

	installed := filepath.Join(home, "bin", "kubectl-registry_profile")
	assert.Contains(t, output(t, installed, "version"), "registry-profile "+version+" ")
	help := output(t, installed, "render", "--help")
	assert.Contains(t, help, "\n  kubectl registry-profile render FILE")
	assert.NotRegexp(t, `(^|[^l]) registry-profile render`, help)

	plugin := krewPlugin{}
	require.NoError(t, yaml.Unmarshal(read(t, released+"/registry-profile.yaml"), &plugin))
	assert.Equal(t, version, plugin.Spec.Version)
	found := map[string]bool{}
	for _, p := range plugin.Spec.Platforms {
		labels := p.Selector.MatchLabels
		own := platform{labels["os"], labels["arch"]}
		assert.Equal(t, downloads+version+"/"+own.archive(), p.URI)
		assertDownload(t, p.URI, p.SHA256)
		assert.Contains(t, unpack(t, filepath.Join(released, own.archive())), p.Bin)
		found[own.os+"/"+own.arch] = true
	}
	for _, p := range platforms {
		assert.True(t, found[p], p)
	}
}

// TestFormula: every download of the formula is there, and everything that it installs is
// in every archive. Ruby reads it; Homebrew itself does not run here.
func TestFormula(t *testing.T) {
	output(t, "ruby", "-c", released+"/registry-profile.rb")
	formula := string(read(t, released+"/registry-profile.rb"))
	assert.Contains(t, formula, `version "`+strings.TrimPrefix(version, "v")+`"`)
	urls := regexp.MustCompile(`url "(.*)"\n\s*sha256 "(.*)"`).FindAllStringSubmatch(formula, -1)
	require.Len(t, urls, 4, "macOS and Linux, on Intel and on Arm")
	for _, url := range urls {
		assertDownload(t, url[1], url[2])
		in := unpack(t, filepath.Join(released, filepath.Base(url[1])))
		installed := regexp.MustCompile(`install "(.*)"`).FindAllStringSubmatch(formula, -1)
		require.Len(t, installed, 4)
		for _, file := range installed {
			assert.Contains(t, in, file[1])
		}
		assert.Contains(t, in, "man/man1/registry-profile.1")
	}
	for system, goos := range map[string]string{"macos": "darwin", "linux": "linux"} {
		block := regexp.MustCompile(`(?s)  on_` + system + ` do\n(.*?)\n  end`).FindStringSubmatch(formula)
		for processor, arch := range map[string]string{"intel": "amd64", "arm": "arm64"} {
			assert.Regexp(t, `on_`+processor+` do\n *url ".*/`+platform{goos, arch}.archive()+`"\n`, block[1])
		}
	}
}

// TestReadmeInstalls: the README's first line, with another address for the release's page.
func TestReadmeInstalls(t *testing.T) {
	m := newMachine(t, newPage(t), "curl", "sha256sum")
	line := strings.Replace(readmeLine(t, 0), downloads, "$RELEASE_URL/", 1)
	run := exec.Command("sh", "-euc", line)
	run.Env = m.environ
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, output(t, filepath.Join(m.bin, "registry-profile"), "version"), version)
}

// TestGoInstall: the module, as the proxy would serve it, installs a program that knows its
// version.
func TestGoInstall(t *testing.T) {
	const path = "github.com/registryprofile/registry-profile"
	proxy := t.TempDir()
	dir := filepath.Join(proxy, path, "@v")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	var packed bytes.Buffer
	require.NoError(t, zip.CreateFromVCS(&packed, module.Version{Path: path, Version: version}, root, "HEAD", ""))
	for name, content := range map[string][]byte{
		version + ".zip": packed.Bytes(), version + ".mod": read(t, root+"/go.mod"),
		version + ".info": []byte(`{"Version": "` + version + `"}`), "list": []byte(version + "\n"),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	bin := t.TempDir()
	line := readmeLine(t, 2)
	require.Equal(t, "go install "+path+"/cmd/registry-profile@"+version, line)
	install := exec.Command("sh", "-euc", line)
	install.Dir = t.TempDir()
	// Of the other modules, those are used that have been verified already.
	others := strings.TrimSpace(output(t, "go", "env", "GOMODCACHE")) + "/cache/download"
	// With -trimpath the modules that are compiled already are not compiled again.
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-modcacherw -trimpath", "GOMODCACHE="+t.TempDir(),
		"GOSUMDB=off", "GOPROXY=file://"+proxy+",file://"+others)
	out, err := install.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, output(t, bin+"/registry-profile", "version"), "registry-profile "+version+" ")
}
