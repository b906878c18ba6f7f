package check

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
)

const (
	sums      = released + "/SHA256SUMS"
	statement = released + "/provenance.json"
	workflow  = "https://github.com/registryprofile/registry-profile/.github/workflows/release.yaml"
)

// cosign verifies as docs/releases.md says.
func cosign(t *testing.T, command string, args ...string) error {
	who := []string{"--key", publicKey, "--insecure-ignore-tlog"}
	if keyless {
		who = []string{
			"--certificate-identity", workflow + "@refs/tags/" + version,
			"--certificate-oidc-issuer", "https://token.actions.githubusercontent.com",
		}
	}
	out, err := exec.Command(root+"/bin/cosign", append(append([]string{command}, who...), args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("cosign %s: %w: %s", command, err, out)
	}
	return nil
}

// changed is a copy of a file with one bit turned over.
func changed(t *testing.T, path string) string {
	content := read(t, path)
	content[len(content)/2] ^= 1
	name := filepath.Join(t.TempDir(), filepath.Base(path))
	require.NoError(t, os.WriteFile(name, content, 0o600))
	return name
}

// TestSums: sha256sum finds every file as it is listed, and the list leaves nothing out.
func TestSums(t *testing.T) {
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = released
	out, err := check.CombinedOutput()
	require.NoError(t, err, string(out))
	for _, name := range files(t) {
		if name != "SHA256SUMS" && !isSignature(name) {
			assert.Contains(t, string(out), name+": OK\n")
		}
	}
}

func TestSignatureOfSums(t *testing.T) {
	require.NoError(t, cosign(t, "verify-blob", "--bundle", sums+".sigstore.json", sums))
	assert.Error(t, cosign(t, "verify-blob", "--bundle", sums+".sigstore.json", changed(t, sums)))
	assert.Error(t, cosign(t, "verify-blob", "--bundle", statement+".sigstore.json", sums), "another's signature")
}

// TestProvenance: the signed statement names the commit, and every file but those that
// are made after it.
func TestProvenance(t *testing.T) {
	bundle := statement + ".sigstore.json"
	verify := func(path string) error {
		return cosign(t, "verify-blob-attestation", "--type", "slsaprovenance1", "--bundle", bundle, path)
	}
	var want []string
	for _, name := range files(t) {
		if name != "SHA256SUMS" && name != "provenance.json" && !isSignature(name) {
			require.NoError(t, verify(filepath.Join(released, name)), name)
			want = append(want, name)
		}
	}
	assert.Error(t, verify(changed(t, filepath.Join(released, "install.sh"))))
	_, digest, _ := strings.Cut(image(t), "@sha256:")
	require.NoError(t, cosign(t, "verify-blob-attestation", "--type", "slsaprovenance1", "--bundle", bundle,
		"--digest", digest, "--digestAlg", "sha256"))

	var signed struct{ DSSEEnvelope struct{ Payload string } }
	require.NoError(t, json.Unmarshal(read(t, bundle), &signed))
	payload, err := base64.StdEncoding.DecodeString(signed.DSSEEnvelope.Payload)
	require.NoError(t, err)
	assert.Equal(t, string(read(t, statement)), string(payload))

	s := &intoto.Statement{}
	require.NoError(t, protojson.Unmarshal(payload, s))
	require.NoError(t, s.Validate())
	subjects := map[string]string{}
	for _, subject := range s.Subject {
		subjects[subject.Name] = subject.Digest["sha256"]
	}
	assert.ElementsMatch(t, append(want, imageName), slices.Collect(maps.Keys(subjects)))
	p := &provenance.Provenance{}
	predicate, err := protojson.Marshal(s.Predicate)
	require.NoError(t, err)
	require.NoError(t, protojson.Unmarshal(predicate, p))
	require.NoError(t, p.Validate())
	assert.Equal(t, runtime.Version(), p.BuildDefinition.ResolvedDependencies[1].Annotations.AsMap()["version"])
	assert.Equal(t, strings.TrimSpace(output(t, "git", "rev-parse", "HEAD")),
		p.BuildDefinition.ResolvedDependencies[0].Digest["gitCommit"])
}

// TestNothingIsLeft: no private key is in what was built, and the sources are what they were.
func TestNothingIsLeft(t *testing.T) {
	require.NoError(t, filepath.WalkDir(dist, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			// cosign itself knows these words, but is not in dist/.
			assert.NotContains(t, string(read(t, path)), "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n", path)
		}
		return err
	}))
	assert.Empty(t, output(t, "git", "-C", root, "status", "--porcelain"))
}
