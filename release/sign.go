package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// publicKey is what "make release-check" verifies with. It is no part of a release: a key
// that lies beside what it signs proves nothing.
const publicKey = dist + "/cosign.pub"

// Without these, cosign asks Sigstore's servers which servers there are.
var offline = map[string]string{
	"signing-config.json": `{"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json", ` +
		`"rekorTlogConfig": {}, "tsaConfig": {}}`,
	"trusted-root.json": `{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`,
}

// signer is how cosign is told who signs, and whose signature it is to expect.
type signer struct {
	signing, verifying []string
	environ            []string
}

// sign signs the checksums and the statement, and verifies both as others would.
func (r *release) sign() error {
	// Whatever happens, a private key that is made here does not outlive the program.
	dir, err := os.MkdirTemp("", "release-sign-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := r.signer(dir)
	if err != nil {
		return err
	}
	sums, statement := r.path(sumsFile), r.path(provenanceFile)
	for _, args := range [][]string{
		{"sign-blob", "--bundle", sums + bundleSuffix, sums},
		{"attest-blob", "--bundle", statement + bundleSuffix, "--statement", statement},
	} {
		if err := s.cosign(append(args, s.signing...)...); err != nil {
			return err
		}
		if err := os.Chmod(args[2], 0o644); err != nil { // like all that is published
			return err
		}
	}
	return errors.Join(
		s.verify(dir, sums, "verify-blob", sums+bundleSuffix),
		s.verify(dir, r.path(r.archive(r.platforms[0])), "verify-blob-attestation", statement+bundleSuffix,
			"--type", predicateType))
}

// signer is whoever the environment names: a key (COSIGN_KEY, COSIGN_PASSWORD), or the
// identity that the platform gives to a workflow (COSIGN_KEYLESS), or nobody.
func (r *release) signer(dir string) (*signer, error) {
	if err := os.RemoveAll(publicKey); err != nil {
		return nil, err
	}
	if os.Getenv("COSIGN_KEYLESS") == "true" {
		fmt.Println("signed by the workflow's identity", r.identity())
		return &signer{signing: []string{"--yes"}, verifying: []string{
			"--certificate-identity", r.identity(), "--certificate-oidc-issuer", issuer,
		}}, nil
	}
	s := &signer{verifying: []string{"--key", publicKey, "--insecure-ignore-tlog"}}
	for name, content := range offline {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	key := os.Getenv("COSIGN_KEY")
	if key == "" {
		fmt.Println("signed with a key that was made for this run alone: it says nothing of who signed")
		key = filepath.Join(dir, "ephemeral.key")
		s.environ = []string{"COSIGN_PASSWORD=" + rand.Text()}
		prefix := filepath.Join(dir, "ephemeral")
		if err := s.cosign("generate-key-pair", "--output-key-prefix", prefix); err != nil {
			return nil, err
		}
	}
	s.signing = []string{
		"--yes", "--key", key, "--signing-config", filepath.Join(dir, "signing-config.json"),
		"--trusted-root", filepath.Join(dir, "trusted-root.json"),
	}
	return s, s.cosign("public-key", "--key", key, "--outfile", publicKey)
}

// cosign calls it. What it says is shown if it fails.
func (s *signer) cosign(args ...string) error {
	call := exec.Command("../bin/cosign", args...)
	call.Env = append(os.Environ(), s.environ...)
	if out, err := call.CombinedOutput(); err != nil {
		return fmt.Errorf("cosign %s: %w: %s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}

// verify accepts a file with its signature, and a changed one not.
func (s *signer) verify(dir, name, command, bundle string, options ...string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	content[len(content)/2] ^= 1
	changed := filepath.Join(dir, "changed")
	if err := os.WriteFile(changed, content, 0o600); err != nil {
		return err
	}
	verify := func(path string) error {
		args := append(append([]string{command, "--bundle", bundle}, s.verifying...), options...)
		return s.cosign(append(args, path)...)
	}
	if err := verify(name); err != nil {
		return err
	}
	if verify(changed) == nil {
		return fmt.Errorf("cosign %s accepts a changed %s", command, filepath.Base(name))
	}
	return nil
}
