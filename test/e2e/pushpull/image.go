package pushpull

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/test/e2e/container"
)

const (
	layerSize   = 256 << 10
	callTimeout = 2 * time.Minute
)

// Push makes an image of random content and pushes it as name, as podman or
// skopeo would; it returns the digest.
func (r *Registry) Push(ctx context.Context, name string) (digest string, err error) {
	layer, err := randomLayer()
	if err != nil {
		return "", err
	}
	file := filepath.Join(r.Dir, "layer.tar")
	if err := os.WriteFile(file, layer, 0o644); err != nil {
		return "", err
	}
	out, err := r.crane(ctx, "append", "--oci-empty-base", "--new_layer", "/files/layer.tar", "--new_tag", r.address+"/"+name)
	if err != nil {
		return "", err
	}
	_, digest, ok := strings.Cut(strings.TrimSpace(out), "@")
	if !ok {
		return "", fmt.Errorf("crane append printed no digest: %q", out)
	}
	return digest, nil
}

// Pull downloads an image by its digest and verifies every blob of it.
func (r *Registry) Pull(ctx context.Context, name, digest string) error {
	repository, _, _ := strings.Cut(name, ":")
	_, err := r.crane(ctx, "validate", "--remote", r.address+"/"+repository+"@"+digest)
	return err
}

// crane runs on a node: it resolves the same names, and trusts the CA bundle
// that the operator hands on to the nodes.
func (r *Registry) crane(ctx context.Context, args ...string) (string, error) {
	spec := container.Spec{
		Args:   append([]string{"/image/bin/crane", "--verbose"}, args...),
		Env:    []string{"PATH=/usr/bin", "HOME=/tmp"},
		Root:   filepath.Join(r.Dir, "crane"),
		Hosts:  r.Hosts,
		Mounts: []container.Mount{{Source: filepath.Join(r.Programs, "crane"), Target: "/image/bin/crane", ReadOnly: true}, {Source: r.Dir, Target: "/files", ReadOnly: true}},
	}
	if r.bundle != "" {
		trustOnly(r.bundle, &spec)
	}
	cmd, err := container.Command(spec)
	if err != nil {
		return "", err
	}
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	if err := cmd.Wait(); err != nil {
		return "", fmt.Errorf("crane %s: %w: %s\nregistry: %s", args[0], err, lastLine(log.String()), r.storageLines())
	}
	return out.String(), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func randomLayer() ([]byte, error) {
	content := make([]byte, layerSize)
	if _, err := rand.Read(content); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	if err := archive.WriteHeader(&tar.Header{Name: "content", Mode: 0o644, Size: int64(len(content))}); err != nil {
		return nil, err
	}
	if _, err := archive.Write(content); err != nil {
		return nil, err
	}
	return out.Bytes(), archive.Close()
}
