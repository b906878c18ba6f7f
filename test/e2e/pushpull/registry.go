// Package pushpull starts a real registry from nothing but what the bootstrap
// Job and the operator have left in the cluster, and moves images through it.
package pushpull

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/container"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/process"
)

const (
	startTimeout = 3 * time.Minute // only a fault reaches it, on the busiest machine
	volume       = "/registry"
)

// Options are what a registry needs besides the cluster.
type Options struct {
	Client   client.Client
	Hosts    map[string]string // the names that the registry's pods and the clients can resolve
	Programs string            // folder of registry and crane
	Dir      string            // for files and logs
	SystemCA string            // the bundle that the system of the registry's pods and the clients brings
	Volume   string            // what is mounted for a PersistentVolumeClaim
}

// A Registry is a running one.
type Registry struct {
	Options
	address string
	bundle  string // path of the CA bundle; empty: none
	server  *process.Process
	log     string

	readOnly bool
}

// Start starts a registry with the storage, credentials and CA that Config,
// the user's Secret and the trusted CA's ConfigMap hold.
func Start(ctx context.Context, o Options) (*Registry, error) {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	config := &imageregistryv1.Config{}
	if err := o.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, config); err != nil {
		return nil, err
	}
	r := &Registry{Options: o, log: filepath.Join(o.Dir, "registry.log")}
	var err error
	if r.address, err = process.FreeAddress(); err != nil {
		return nil, err
	}
	return r, r.start(ctx, config)
}

// Restart starts it anew, at its address, with what the cluster holds now.
func (r *Registry) Restart(ctx context.Context) error {
	r.Stop()
	config := &imageregistryv1.Config{}
	if err := r.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, config); err != nil {
		return err
	}
	return r.start(ctx, config)
}

// MakeReadOnly starts it anew, so that it takes no pushes.
func (r *Registry) MakeReadOnly(ctx context.Context) error {
	r.readOnly = true
	return r.Restart(ctx)
}

func (r *Registry) start(ctx context.Context, config *imageregistryv1.Config) error {
	spec, err := r.spec(ctx, config)
	if err != nil {
		return err
	}
	if err := r.run(spec); err != nil {
		return err
	}
	err = wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, startTimeout, true, r.answers)
	if err != nil {
		r.Stop()
		return fmt.Errorf("the registry does not answer: %w:\n%s", err, r.Output())
	}
	return nil
}

// Stop ends the registry.
func (r *Registry) Stop() { r.server.Kill() }

// Output is what the registry has logged.
func (r *Registry) Output() string {
	content, _ := os.ReadFile(r.log)
	return string(content)
}

func (r *Registry) answers(ctx context.Context) (bool, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", r.address)
	if err != nil {
		return false, nil
	}
	return true, conn.Close()
}

func (r *Registry) run(spec container.Spec) error {
	cmd, err := container.Command(spec)
	if err != nil {
		return err
	}
	r.server, err = process.Start(r.log, cmd)
	return err
}

func (r *Registry) spec(ctx context.Context, config *imageregistryv1.Config) (container.Spec, error) {
	file := filepath.Join(r.Dir, "config.yaml")
	if err := os.WriteFile(file, []byte("version: 0.1\nlog: {level: debug}\nhealth: {storagedriver: {enabled: true}}\n"), 0o644); err != nil {
		return container.Spec{}, err
	}
	spec := container.Spec{
		Args:  []string{"/image/bin/registry", "serve", "/image/config.yaml"},
		Env:   []string{"REGISTRY_HTTP_ADDR=" + r.address, "OTEL_TRACES_EXPORTER=none", "PATH=/usr/bin"},
		Root:  filepath.Join(r.Dir, "registry"),
		Hosts: r.Hosts,
		Mounts: []container.Mount{
			{Source: filepath.Join(r.Programs, "registry"), Target: "/image/bin/registry", ReadOnly: true},
			{Source: file, Target: "/image/config.yaml", ReadOnly: true},
		},
	}
	return spec, r.storage(ctx, config, &spec)
}

// storage sets the environment as the operator does: cluster-image-registry-operator
// pkg/storage/s3/s3.go:403-456, pkg/storage/pvc/pvc.go:56-63,
// pkg/resource/podtemplatespec.go:240-242. CNCF's registry takes credentials
// from variables where OpenShift's reads them from a file.
func (r *Registry) storage(ctx context.Context, config *imageregistryv1.Config, spec *container.Spec) error {
	set := func(name, value string) { spec.Env = append(spec.Env, "REGISTRY_STORAGE"+name+"="+value) }
	if config.Spec.DisableRedirect {
		set("_REDIRECT_DISABLE", "true")
	}
	if config.Spec.ReadOnly || r.readOnly {
		set("_MAINTENANCE_READONLY", "{enabled: true}")
	}
	switch s := config.Spec.Storage; {
	case s.S3 != nil:
		set("", "s3")
		set("_S3_BUCKET", s.S3.Bucket)
		set("_S3_REGION", s.S3.Region)
		set("_S3_REGIONENDPOINT", s.S3.RegionEndpoint)
		set("_S3_ENCRYPT", fmt.Sprint(s.S3.Encrypt))
		set("_S3_FORCEPATHSTYLE", fmt.Sprint(!s.S3.VirtualHostedStyle))
		if s.S3.ChunkSizeMiB != 0 {
			set("_S3_CHUNKSIZE", fmt.Sprint(int64(s.S3.ChunkSizeMiB)<<20))
		}
		return errors.Join(r.credentials(ctx, set), r.trust(ctx, s.S3.TrustedCA.Name, spec))
	case s.PVC != nil:
		set("", "filesystem")
		set("_FILESYSTEM_ROOTDIRECTORY", volume)
		spec.Mounts = append(spec.Mounts, container.Mount{Source: r.Volume, Target: volume})
		return nil
	default:
		return errors.New("no storage in Config that a registry could be started on")
	}
}

func (r *Registry) credentials(ctx context.Context, set func(name, value string)) error {
	secret := &corev1.Secret{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: imageregistry.Namespace, Name: imageregistry.CredentialsName}, secret); err != nil {
		return err
	}
	set("_S3_ACCESSKEY", string(secret.Data["REGISTRY_STORAGE_S3_ACCESSKEY"]))
	set("_S3_SECRETKEY", string(secret.Data["REGISTRY_STORAGE_S3_SECRETKEY"]))
	return nil
}

// trust makes the registry trust the bundle of trustedCA and nothing else, or, without
// it, the system's, so that a bundle that is wrong or missing is seen.
func (r *Registry) trust(ctx context.Context, name string, spec *container.Spec) error {
	bundle := []byte(r.SystemCA)
	if name != "" {
		cm := &corev1.ConfigMap{}
		if err := r.Client.Get(ctx, client.ObjectKey{Namespace: imageregistry.ConfigNamespace, Name: name}, cm); err != nil {
			return err
		}
		bundle = []byte(cm.Data["ca-bundle.crt"])
	}
	r.bundle = filepath.Join(r.Dir, "ca-bundle.crt")
	if err := os.WriteFile(r.bundle, bundle, 0o644); err != nil {
		return err
	}
	trustOnly(r.bundle, spec)
	return nil
}

func trustOnly(bundle string, spec *container.Spec) {
	spec.Mounts = append(spec.Mounts, container.Mount{Source: bundle, Target: "/image/ca-bundle.crt", ReadOnly: true})
	spec.Env = append(spec.Env, "SSL_CERT_FILE=/image/ca-bundle.crt", "SSL_CERT_DIR=/image/none")
}

// storageLines is the part of the registry's log that speaks of errors.
func (r *Registry) storageLines() string {
	var lines []string
	for line := range strings.Lines(r.Output()) {
		if strings.Contains(line, "level=error") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
