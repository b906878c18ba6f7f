package kubelet

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/container"
)

// A Run is the one run of a pod's container.
type Run struct {
	Pod *corev1.Pod // as it was when the run began

	dir     string
	session *apiproxy.Session
	spec    container.Spec
	cmd     *exec.Cmd
	began   time.Time

	done     chan struct{} // closed when the process has ended and is reported
	ended    chan struct{} // closed when the process has ended
	exitCode int
	stopping sync.Once
}

// Log is the path of the container's output.
func (r *Run) Log() string { return filepath.Join(r.dir, "log") }

// Output is what the container has printed so far.
func (r *Run) Output() string {
	content, _ := os.ReadFile(r.Log())
	return string(content)
}

// Calls are the run's calls of the API so far.
func (r *Run) Calls() []apiproxy.Call { return r.session.Calls() }

// Done is closed when the run is over and its pod's status says so.
func (r *Run) Done() <-chan struct{} { return r.done }

// ExitCode is the container's; it is valid once Done is closed.
func (r *Run) ExitCode() int { return r.exitCode }

// PID is the container's first process as this machine numbers it.
func (r *Run) PID() int { return r.cmd.Process.Pid }

// Kill kills the container at once, as a failing node or the kernel's out-of-memory killer would.
func (r *Run) Kill() { r.signal(syscall.SIGKILL) }

// KillNow is an apiproxy.Answer that never comes: the container is killed instead.
func (r *Run) KillNow(w http.ResponseWriter, request *http.Request) int {
	r.Kill()
	return apiproxy.Hang(w, request)
}

func (r *Run) signal(s syscall.Signal) { _ = r.cmd.Process.Signal(s) }

func (r *Run) start() error {
	log, err := os.Create(r.Log())
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	if r.cmd, err = container.Command(r.spec); err != nil {
		return err
	}
	r.cmd.Stdout, r.cmd.Stderr = log, log
	r.began = time.Now()
	if err := r.cmd.Start(); err != nil {
		return err
	}
	go func() {
		r.exitCode = exitCode(r.cmd.Wait())
		r.session.Close()
		close(r.ended)
	}()
	return nil
}

// exitCode is 128 and the signal for a killed process, as container runtimes have it.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		return -1
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// stop asks the container to end, kills it after the grace period, and calls then once it is reported.
func (r *Run) stop(graceSeconds int64, then func()) {
	r.stopping.Do(func() {
		go func() {
			r.signal(syscall.SIGTERM)
			select {
			case <-r.ended:
			case <-time.After(time.Duration(graceSeconds) * time.Second):
				r.Kill()
			}
			<-r.done
			then()
		}()
	})
}

// terminationMessage follows terminationMessagePolicy.
func (r *Run) terminationMessage() string {
	message, _ := os.ReadFile(filepath.Join(r.dir, "termination-log"))
	policy := r.Pod.Spec.Containers[0].TerminationMessagePolicy
	if len(message) > 0 || r.exitCode == 0 || policy != corev1.TerminationMessageFallbackToLogsOnError {
		return string(message)
	}
	const maxBytes, maxLines = 2048, 80
	lines := bytes.SplitAfter([]byte(r.Output()), []byte("\n"))
	if len(lines) > maxLines {
		lines = lines[len(lines)-maxLines:]
	}
	tail := bytes.Join(lines, nil)
	if len(tail) > maxBytes {
		tail = tail[len(tail)-maxBytes:]
	}
	return strings.ToValidUTF8(string(tail), "")
}
