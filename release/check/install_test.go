package check

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A page serves the release as its own page would, but for what a test does to a file.
type page struct {
	*httptest.Server
	other map[string]func(http.ResponseWriter, []byte)
}

func newPage(t *testing.T) *page {
	p := &page{other: map[string]func(http.ResponseWriter, []byte){}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		content, err := os.ReadFile(filepath.Join(released, name))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		if other, ok := p.other[name]; ok {
			other(w, content)
			return
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(p.Close)
	return p
}

func missing(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusNotFound) }

// truncated breaks the connection off, after the length was announced.
func truncated(w http.ResponseWriter, content []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	_, _ = w.Write(content[:len(content)/2])
	panic(http.ErrAbortHandler)
}

// short is a server that believes that this is all.
func short(w http.ResponseWriter, content []byte) { _, _ = w.Write(content[:len(content)/2]) }

func tampered(w http.ResponseWriter, content []byte) {
	content[len(content)/2] ^= 1
	_, _ = w.Write(content)
}

// A machine is where the script runs: the programs that it finds, and where it installs to.
type machine struct {
	path, bin string
	environ   []string
}

// programs are what the script needs, and every system has.
var programs = strings.Fields("sh uname mktemp rm cat awk tail tar gzip mkdir cp chmod mv")

func newMachine(t *testing.T, p *page, more ...string) *machine {
	m := &machine{path: t.TempDir(), bin: filepath.Join(t.TempDir(), "a bin")}
	for _, program := range append(more, programs...) {
		path, err := exec.LookPath(program)
		if program == "cosign" {
			path, err = filepath.Abs(root + "/bin/cosign")
		}
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(m.path, program)))
	}
	key := ""
	if !keyless {
		var err error
		key, err = filepath.Abs(publicKey)
		require.NoError(t, err)
	}
	m.environ = []string{
		"PATH=" + m.path, "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir(), "BIN_DIR=" + m.bin,
		"RELEASE_URL=" + p.URL + "/somewhere/" + version, "COSIGN_PUBLIC_KEY=" + key,
	}
	return m
}

// install runs the script as it is piped into a shell.
func (m *machine) install(script []byte) (output string, err error) {
	run := exec.Command(filepath.Join(m.path, "sh"))
	run.Stdin, run.Env = strings.NewReader(string(script)), m.environ
	out, err := run.CombinedOutput()
	return string(out), err
}

// installed is what the machine has where programs are: nothing but this one, if at all.
func (m *machine) installed(t *testing.T) string {
	entries, err := os.ReadDir(m.bin)
	if os.IsNotExist(err) || len(entries) == 0 {
		return ""
	}
	require.Len(t, entries, 1)
	return string(read(t, filepath.Join(m.bin, "registry-profile")))
}

func TestInstallScriptIsClean(t *testing.T) {
	output(t, "shellcheck", released+"/install.sh")
}

// TestInstall: on every machine that the script knows the archive's program is installed,
// whole, in place of an older one, and nothing else is left.
func TestInstall(t *testing.T) {
	p := newPage(t)
	for name, test := range map[string]struct {
		system, machine string
		programs        []string
		want            platform
	}{
		"Linux":               {"Linux", "x86_64", []string{"curl", "sha256sum"}, platform{"linux", "amd64"}},
		"Linux, with cosign":  {"Linux", "x86_64", []string{"curl", "sha256sum", "cosign"}, platform{"linux", "amd64"}},
		"Linux, with wget":    {"Linux", "aarch64", []string{"wget", "sha256sum"}, platform{"linux", "arm64"}},
		"Linux, with openssl": {"Linux", "s390x", []string{"curl", "openssl"}, platform{"linux", "s390x"}},
		"Linux on Power":      {"Linux", "ppc64le", []string{"curl", "shasum", "perl"}, platform{"linux", "ppc64le"}},
		"macOS":               {"Darwin", "arm64", []string{"curl", "shasum", "perl"}, platform{"darwin", "arm64"}},
		"macOS on Intel":      {"Darwin", "x86_64", []string{"curl", "sha256sum"}, platform{"darwin", "amd64"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, p, test.programs...)
			m.pretend(t, test.system, test.machine)
			require.NoError(t, os.MkdirAll(m.bin, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(m.bin, "registry-profile"), []byte("older"), 0o600))
			out, err := m.install(read(t, released+"/install.sh"))
			require.NoError(t, err, out)
			assert.Equal(t, m.bin+"/registry-profile is now "+version+"\n"+m.bin+" is not on PATH\n", out)
			want := unpack(t, filepath.Join(released, test.want.archive()))["registry-profile"].content
			assert.True(t, string(want) == m.installed(t), "something else is installed")
			info, err := os.Stat(filepath.Join(m.bin, "registry-profile"))
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o755), info.Mode())
			m.assertTidy(t)
		})
	}
}

// pretend makes uname name another machine.
func (m *machine) pretend(t *testing.T, system, hardware string) {
	stub := "#!/bin/sh\ncase $1 in -s) echo " + system + " ;; -m) echo " + hardware + " ;; esac\n"
	require.NoError(t, os.Remove(filepath.Join(m.path, "uname")))
	require.NoError(t, os.WriteFile(filepath.Join(m.path, "uname"), []byte(stub), 0o755))
}

// assertTidy finds nothing of the downloads.
func (m *machine) assertTidy(t *testing.T) {
	for _, setting := range m.environ {
		if dir, ok := strings.CutPrefix(setting, "TMPDIR="); ok {
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, entries)
		}
	}
}

func onFile(name string, do func(http.ResponseWriter, []byte)) map[string]func(http.ResponseWriter, []byte) {
	return map[string]func(http.ResponseWriter, []byte){name: do}
}

// anothersKey is a key that signed nothing of this.
func anothersKey(t *testing.T) string {
	prefix := filepath.Join(t.TempDir(), "other")
	t.Setenv("COSIGN_PASSWORD", "of nobody")
	output(t, root+"/bin/cosign", "generate-key-pair", "--output-key-prefix", prefix)
	return prefix + ".pub"
}

// TestInstallRefuses: whatever is wrong, an older program stays as it was.
func TestInstallRefuses(t *testing.T) {
	linux := platform{"linux", "amd64"}.archive()
	all := []string{"curl", "sha256sum", "cosign"}
	checksums := func(w http.ResponseWriter, content []byte) {
		_, _ = w.Write([]byte(strings.Replace(string(content), linux, "other.tar.gz", 1)))
	}
	for name, test := range map[string]struct {
		other    map[string]func(http.ResponseWriter, []byte)
		programs []string
		system   string // instead of what it is
		hardware string
		key      string
		want     string
	}{
		"a missing archive":    {other: onFile(linux, missing), want: linux + " cannot be downloaded"},
		"a truncated archive":  {other: onFile(linux, truncated), want: linux + " cannot be downloaded"},
		"a short archive":      {other: onFile(linux, short), want: linux + " is not what was released"},
		"a tampered archive":   {other: onFile(linux, tampered), want: linux + " is not what was released"},
		"a missing list":       {other: onFile("SHA256SUMS", missing), want: "SHA256SUMS cannot be downloaded"},
		"a missing signature":  {other: onFile("SHA256SUMS.sigstore.json", missing), want: ".json cannot be downloaded"},
		"a tampered list":      {other: onFile("SHA256SUMS", tampered), want: "SHA256SUMS is not good"},
		"another list":         {other: onFile("SHA256SUMS", checksums), want: "SHA256SUMS is not good"},
		"a tampered signature": {other: onFile("SHA256SUMS.sigstore.json", tampered), want: "SHA256SUMS is not good"},
		"no checksum program":  {programs: []string{"curl"}, want: "sha256sum, shasum or openssl is needed"},
		"no download program":  {programs: []string{"sha256sum"}, want: "curl or wget is needed"},
		"another system":       {system: "FreeBSD", hardware: "amd64", want: "no program for FreeBSD here; see https://"},
		"another machine":      {system: "Linux", hardware: "riscv64", want: "-linux-riscv64.tar.gz; see https://"},
		"another's key":        {key: anothersKey(t), want: "SHA256SUMS is not good"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage(t)
			maps.Copy(p.other, test.other)
			if test.programs == nil {
				test.programs = all
			}
			m := newMachine(t, p, test.programs...)
			if test.system != "" {
				m.pretend(t, test.system, test.hardware)
			}
			if test.key != "" {
				m.environ = append(m.environ, "COSIGN_PUBLIC_KEY="+test.key)
			}
			require.NoError(t, os.MkdirAll(m.bin, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(m.bin, "registry-profile"), []byte("older"), 0o755))
			out, err := m.install(read(t, released+"/install.sh"))
			assert.Error(t, err)
			assert.Contains(t, out, "error: ")
			assert.Contains(t, out, test.want)
			assert.Equal(t, "older", m.installed(t))
			m.assertTidy(t)
		})
	}
}

// TestInstallCutOff: of a script that came in part only, nothing is run.
func TestInstallCutOff(t *testing.T) {
	script := read(t, released+"/install.sh")
	for length := len(script) - len("install\n"); length > 0; length -= 97 {
		m := newMachine(t, newPage(t), "curl", "sha256sum")
		_, _ = m.install(script[:length])
		assert.Empty(t, m.installed(t))
		m.assertTidy(t)
	}
}
