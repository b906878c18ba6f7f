// Package runner runs scenarios: each gets a clean cluster, two of them at a
// time, and leaves its outcome in a table.
package runner

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/registryprofile/registry-profile/test/e2e/container"
	"github.com/registryprofile/registry-profile/test/e2e/programs"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

const (
	root   = "../../.." // the product's module, seen from the scenarios' folder
	output = "../.output"
)

// Main is the TestMain of the scenarios' package.
func Main(m *testing.M) {
	container.Main()
	if err := sandbox.Enter(prepare); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	quiet()
	// For the programs that are started: memory is cheaper than time.
	if err := os.Setenv("GOGC", "400"); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	code := m.Run()
	clusters.stop()
	results.print(os.Stdout)
	os.Exit(code)
}

// prepare builds what the scenarios run, where there is still a network.
func prepare(ctx context.Context, dir string) error {
	if err := programs.Build(ctx, "../programs", os.Stdout); err != nil {
		return err
	}
	if err := os.RemoveAll(output); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", filepath.Join(dir, "registry-profile"), "./cmd/registry-profile")
	build.Dir, build.Stdout, build.Stderr = root, os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building registry-profile: %w", err)
	}
	return nil
}

// quiet silences the libraries of the stand-ins: their retries are not news.
func quiet() {
	ctrl.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
}
