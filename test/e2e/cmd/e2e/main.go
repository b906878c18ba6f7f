// e2e builds the programs and the scenarios, runs the scenarios, and prints a table
// of their outcomes. RUN, a regular expression, chooses scenarios by name. It runs
// in the folder test/e2e, and ends with the process that has started it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/registryprofile/registry-profile/test/e2e/leash"
	"github.com/registryprofile/registry-profile/test/e2e/programs"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

const (
	timeout = 45 * time.Minute // of the scenarios; builds do not count
	grace   = time.Minute      // in which the scenarios tell what they hang on

	interrupted = 130 // what a shell says of a program ended by Ctrl-C
)

func main() {
	code, err := run(os.Getenv("RUN"), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	os.Exit(code)
}

func run(scenarios string, flags []string) (int, error) {
	if err := leash.EndWithParent(); err != nil {
		return 1, err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	dir, err := sandbox.MakeDir()
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	code := 1
	if err = prepare(ctx, dir); err == nil {
		code, err = play(ctx, dir, scenarios, flags)
	}
	if ctx.Err() != nil {
		return interrupted, errors.New("interrupted")
	}
	return code, err
}

// prepare builds everything that runs in the sandbox, where there is still a network.
func prepare(ctx context.Context, dir string) error {
	if err := programs.Build(ctx, "programs", os.Stdout); err != nil {
		return err
	}
	product := []string{"build", "-buildvcs=false", "-o", filepath.Join(dir, "registry-profile"), "./cmd/registry-profile"}
	if err := compile(ctx, "../..", product...); err != nil {
		return fmt.Errorf("building registry-profile: %w", err)
	}
	if err := compile(ctx, ".", "build", "-o", filepath.Join(dir, "oc"), "./cmd/oc"); err != nil {
		return fmt.Errorf("building the stand-in for oc: %w", err)
	}
	fmt.Println("building the scenarios ...")
	if err := compile(ctx, ".", "test", "-c", "-o", filepath.Join(dir, "scenarios.test"), "./scenarios"); err != nil {
		return fmt.Errorf("building the scenarios: %w", err)
	}
	return nil
}

func compile(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	return leash.Run(cmd)
}

// play runs the scenarios, whose clock starts here, and returns their exit code.
func play(ctx context.Context, dir, scenarios string, flags []string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout+grace)
	defer cancel()
	args := []string{
		"-test.timeout=" + timeout.String(),
		// A scenario waits for much of its time. Each has a cluster, of more than a gigabyte.
		"-test.parallel=" + strconv.Itoa(min(3*runtime.NumCPU(), 12)),
		"-test.run=" + scenarios,
	}
	err := sandbox.Run(ctx, dir, "scenarios", "scenarios.test", append(args, flags...)...)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case ctx.Err() != nil:
		return 1, fmt.Errorf("the scenarios do not end: %w", ctx.Err())
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode(), nil // they have said why
	case errors.As(err, &exit):
		return 1, fmt.Errorf("the scenarios: %w", err)
	default:
		return 1, fmt.Errorf("the scenarios need Linux namespaces, as root or with unprivileged user namespaces: %w", err)
	}
}
