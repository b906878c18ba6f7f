// Package runner runs scenarios: each gets a clean cluster, several of them at a
// time, and leaves its outcome in a table.
package runner

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/registryprofile/registry-profile/test/e2e/container"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

const output = "../.output" // seen from the scenarios' folder

// Main is the TestMain of the scenarios' package.
func Main(m *testing.M) {
	container.Main()
	if err := enter(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	quiet()
	code := m.Run()
	clusters.stop()
	if results.print(os.Stdout) == 0 && code == 0 {
		fmt.Fprintln(os.Stderr, "e2e: no scenario has run: RUN matches none")
		code = 1
	}
	os.Exit(code)
}

func enter() error {
	if err := sandbox.Enter(); err != nil {
		return err
	}
	// For the programs that are started: memory is cheaper than time, and there are more of
	// them than processors.
	return errors.Join(os.Setenv("GOGC", "400"), os.Setenv("GOMAXPROCS", "1"), os.RemoveAll(output))
}

// quiet silences the libraries of the stand-ins: their retries are not news.
func quiet() {
	ctrl.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
}
