// e2e runs the scenarios: it builds what they need, and prints a table of their
// outcomes. RUN, a regular expression, chooses scenarios by name.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
)

const timeout = "25m"

func main() {
	code, err := run(os.Getenv("RUN"), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
	os.Exit(code)
}

// run calls go test in the scenarios' folder, where it shows output as it comes.
func run(scenarios string, flags []string) (int, error) {
	// A scenario waits a part of its time, so one more than there are processors.
	parallel := strconv.Itoa(runtime.NumCPU() + 1)
	args := []string{"test", "-count=1", "-timeout", timeout, "-parallel", parallel}
	if scenarios != "" {
		args = append(args, "-run", scenarios)
	}
	cmd := exec.Command("go", append(args, flags...)...)
	cmd.Dir = "scenarios"
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// go test does not hand signals on: a group of their own lets all be reached.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // Pdeathsig follows the thread that forked
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			_ = syscall.Kill(-cmd.Process.Pid, s.(syscall.Signal))
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}
