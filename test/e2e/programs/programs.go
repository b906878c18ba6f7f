// Package programs builds the real programs that the scenarios run against.
// Each folder beside this file is a module that pins one of them, with its
// dependencies, by go.mod and go.sum.
package programs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/registryprofile/registry-profile/test/e2e/leash"
)

// A Module is one folder of this package: the programs that it builds and how.
type Module struct {
	Name     string
	Packages map[string]string // program → package
	LDFlags  string
}

// Modules returns the modules in the order in which they are built: what
// others wait for comes first.
func Modules() []Module {
	return []Module{
		{Name: "etcd", Packages: map[string]string{"etcd": "go.etcd.io/etcd/server/v3"}},
		{
			Name: "kubernetes",
			Packages: map[string]string{
				"kube-apiserver":          "k8s.io/kubernetes/cmd/kube-apiserver",
				"kube-controller-manager": "./kube-controller-manager",
				"kubectl":                 "k8s.io/kubernetes/cmd/kubectl",
			},
			LDFlags: "-X k8s.io/component-base/version.gitVersion=v1.37.2" +
				" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37",
		},
		{Name: "versitygw", Packages: map[string]string{"versitygw": "github.com/versity/versitygw/cmd/versitygw"}},
		{Name: "registry", Packages: map[string]string{"registry": "github.com/distribution/distribution/v3/cmd/registry"}},
		{Name: "crane", Packages: map[string]string{"crane": "github.com/google/go-containerregistry/cmd/crane"}},
		{
			Name:     "kustomize-controller",
			Packages: map[string]string{"kustomize-controller": "github.com/fluxcd/kustomize-controller"},
		},
		{Name: "kustomize", Packages: map[string]string{"kustomize": "sigs.k8s.io/kustomize/kustomize/v5"}},
		{Name: "kpt", Packages: map[string]string{"kpt": "."}},
		{Name: "argocd", Packages: map[string]string{"argocd": "github.com/argoproj/argo-cd/v3/cmd"}},
	}
}

// Cache is the folder that outlives a run: XDG_CACHE_HOME or ~/.cache, below it
// registry-profile/e2e.
func Cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "registry-profile", "e2e"), nil
}

// Dir is the folder of the built programs.
func Dir() (string, error) {
	cache, err := Cache()
	return filepath.Join(cache, "bin"), err
}

// Build brings Dir up to date: it builds the modules whose pinned versions,
// sources or Go version differ from what was built last, and tells progress.
// Of two builders at once one waits, and then builds what is still missing. No
// process of a builder outlives this one. With names it builds these modules alone.
func Build(ctx context.Context, root string, progress io.Writer, names ...string) error {
	cache, err := Cache()
	if err != nil {
		return err
	}
	modules := Modules()
	if len(names) > 0 {
		modules = slices.DeleteFunc(modules, func(m Module) bool { return !slices.Contains(names, m.Name) })
	}
	return build(ctx, modules, root, cache, progress)
}

func build(ctx context.Context, modules []Module, root, cache string, progress io.Writer) error {
	if err := os.MkdirAll(filepath.Join(cache, "bin"), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(cache, "lock"), progress)
	if err != nil {
		return err
	}
	defer unlock()
	for _, m := range modules {
		if err := m.build(ctx, filepath.Join(root, m.Name), cache, progress); err != nil {
			return fmt.Errorf("building %s: %w", m.Name, err)
		}
	}
	return nil
}

func (m Module) build(ctx context.Context, source, cache string, progress io.Writer) error {
	key, err := m.key(source)
	if err != nil {
		return err
	}
	stamp := filepath.Join(cache, "built."+m.Name)
	if built, err := os.ReadFile(stamp); err == nil && string(built) == key && m.present(cache) {
		return nil
	}
	// Until all its programs are new, the module is neither what it was nor what it will be.
	if err := os.RemoveAll(stamp); err != nil {
		return err
	}
	for _, name := range m.names() {
		if err := m.compile(ctx, source, filepath.Join(cache, "bin", name), name, progress); err != nil {
			return err
		}
	}
	return os.WriteFile(stamp, []byte(key), 0o644)
}

func (m Module) compile(ctx context.Context, source, target, name string, progress io.Writer) error {
	start := time.Now()
	done := make(chan struct{})
	defer close(done)
	go tell(progress, name, start, done)
	// A program that is running cannot be written over: build beside it, then rename.
	fresh := target + ".new"
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w "+m.LDFlags, "-o", fresh, m.Packages[name])
	cmd.Dir, cmd.Stdout, cmd.Stderr = source, progress, progress
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if err := leash.Run(cmd); err != nil {
		return err
	}
	fmt.Fprintf(progress, "built %s in %s\n", name, time.Since(start).Round(time.Second))
	return os.Rename(fresh, target)
}

// tell says every half minute that a long build is still under way.
func tell(progress io.Writer, name string, start time.Time, done <-chan struct{}) {
	fmt.Fprintf(progress, "building %s ...\n", name)
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			fmt.Fprintf(progress, "building %s ... %s\n", name, time.Since(start).Round(time.Second))
		}
	}
}

func (m Module) names() []string {
	order := []string{"kubectl", "kube-apiserver"}
	var names []string
	for _, name := range order {
		if _, ok := m.Packages[name]; ok {
			names = append(names, name)
		}
	}
	for name := range m.Packages {
		if name != "kubectl" && name != "kube-apiserver" {
			names = append(names, name)
		}
	}
	return names
}

func (m Module) present(cache string) bool {
	for name := range m.Packages {
		if _, err := os.Stat(filepath.Join(cache, "bin", name)); err != nil {
			return false
		}
	}
	return true
}

// key changes when anything changes that the programs are built from.
func (m Module) key(source string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version(), runtime.GOARCH, m.LDFlags)
	err := filepath.WalkDir(source, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if name := entry.Name(); name != "go.mod" && name != "go.sum" && !strings.HasSuffix(name, ".go") {
			return nil
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", entry.Name(), len(content), content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// lock takes the lock of a file, for which it waits as long as the context lasts.
func lock(ctx context.Context, path string, progress io.Writer) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	locked := make(chan error)
	go func() {
		err := flock(file, progress)
		select {
		case locked <- err:
		case <-ctx.Done():
			_ = file.Close()
		}
	}()
	select {
	case err = <-locked:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return func() { _ = file.Close() }, nil
}

func flock(file *os.File, progress io.Writer) error {
	if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
		return nil
	}
	fmt.Fprintln(progress, "waiting for another build of the programs to end ...")
	return unix.Flock(int(file.Fd()), unix.LOCK_EX)
}
