// Package flux runs the real kustomize-controller of Flux.
//
// What source-controller does is a stand-in: it packs a folder into an artifact, serves it
// over HTTP, and says so in the status of a GitRepository (fluxcd/source-controller v1.9,
// internal/controller/gitrepository_controller.go).
package flux

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/process"
)

// Namespace is where Flux runs, and Name the name of the GitRepository that its bootstrap
// makes there.
const Namespace, Name = "flux-system", "flux-system"

// KustomizationKind is Flux's.
var KustomizationKind = schema.GroupVersionKind{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Kind: "Kustomization"}

var gitRepositoryKind = schema.GroupVersionKind{Group: "source.toolkit.fluxcd.io", Version: "v1", Kind: "GitRepository"}

// Flux is a running controller with a repository.
type Flux struct {
	client     client.Client
	controller *process.Process
	server     *http.Server
	url        string

	mu        sync.Mutex
	artifacts map[string][]byte // by path
}

// Start starts the controller with the rights that flux bootstrap gives it, those of a
// cluster administrator. Its log is flux.log in dir.
func Start(ctx context.Context, config *rest.Config, c client.Client, program, dir string) (*Flux, error) {
	f := &Flux{client: c, artifacts: map[string][]byte{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	kubeconfig, err := f.account(ctx, config, dir)
	if err != nil {
		return nil, fmt.Errorf("flux: %w", err)
	}
	if err := f.serve(); err != nil {
		return nil, err
	}
	return f, f.run(program, kubeconfig, dir)
}

// account makes the controller's ServiceAccount and returns a kubeconfig of its own.
func (f *Flux) account(ctx context.Context, config *rest.Config, dir string) (string, error) {
	account := client.ObjectKey{Namespace: Namespace, Name: "kustomize-controller"}
	path := filepath.Join(dir, "kubeconfig")
	if err := controlplane.WriteAccountKubeconfig(ctx, config, f.client, account, path); err != nil {
		return "", err
	}
	return path, client.IgnoreAlreadyExists(f.client.Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "cluster-reconciler-flux-system"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: account.Namespace, Name: account.Name}},
	}))
}

func (f *Flux) serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	f.url = "http://" + listener.Addr().String()
	f.server = &http.Server{Handler: http.HandlerFunc(f.artifact), ReadHeaderTimeout: time.Minute}
	go func() { _ = f.server.Serve(listener) }()
	return nil
}

func (f *Flux) artifact(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	content, ok := f.artifacts[r.URL.Path]
	f.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(content)
}

func (f *Flux) run(program, kubeconfig, dir string) (err error) {
	cmd := exec.Command(program, "--watch-all-namespaces", "--enable-leader-election=false", "--metrics-addr=0",
		"--health-addr=0", "--log-level=debug", "--requeue-dependency=1s")
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "RUNTIME_NAMESPACE="+Namespace, "HOME="+dir, "TMPDIR="+dir)
	f.controller, err = process.Start(filepath.Join(dir, "flux.log"), cmd)
	return err
}

// Stop ends the controller.
func (f *Flux) Stop() {
	_ = f.server.Close()
	f.controller.Kill()
}

// Push is a commit of these files, by their paths, and nothing else. It returns the
// revision.
func (f *Flux) Push(ctx context.Context, files map[string][]byte) (string, error) {
	content, err := pack(files)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	path := "/" + digest + ".tar.gz"
	f.mu.Lock()
	f.artifacts[path] = content
	f.mu.Unlock()
	revision := "main@sha1:" + digest[:40]
	return revision, f.announce(ctx, path, revision, digest, len(content))
}

func (f *Flux) announce(ctx context.Context, path, revision, digest string, size int) error {
	repository := &unstructured.Unstructured{}
	repository.SetGroupVersionKind(gitRepositoryKind)
	repository.SetNamespace(Namespace)
	repository.SetName(Name)
	if err := client.IgnoreAlreadyExists(f.client.Create(ctx, repository)); err != nil {
		return err
	}
	if err := f.client.Get(ctx, client.ObjectKeyFromObject(repository), repository); err != nil {
		return err
	}
	now := time.Now().UTC().Format(time.RFC3339)
	repository.Object["status"] = map[string]any{
		"observedGeneration": repository.GetGeneration(),
		"artifact": map[string]any{
			"path": path, "url": f.url + path, "revision": revision, "digest": "sha256:" + digest,
			"size": int64(size), "lastUpdateTime": now,
		},
		"conditions": []any{map[string]any{
			"type": "Ready", "status": "True", "reason": "Succeeded", "message": "stored artifact for revision " + revision,
			"lastTransitionTime": now, "observedGeneration": repository.GetGeneration(),
		}},
	}
	return f.client.Status().Update(ctx, repository)
}

func pack(files map[string][]byte) ([]byte, error) {
	var packed bytes.Buffer
	compressed := gzip.NewWriter(&packed)
	archive := tar.NewWriter(compressed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := errors.Join(archive.Close(), compressed.Close())
	return packed.Bytes(), err
}
