package smoke

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/registryprofile/registry-profile/internal/standin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	namespace = "registry-profile-smoke-test"
	registry  = "image-registry.openshift-image-registry.svc:5000"
	token     = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzbW9rZSJ9.c2lnbmF0dXJl"
)

// lab is a cluster, the script's parameters and what a run of it has printed.
type lab struct {
	*testing.T
	parameters map[string]string
	shell      []string // what the shell is told by its environment
	port       string
	mutex      sync.Mutex
	cluster
	script  int // its process
	output  string
	status  int
	secrets string // the folder of the credentials
}

// settled is a Config whose registry runs with the settings that it has now.
func settled() object {
	return object{
		"metadata": object{"generation": 7.0},
		"spec":     object{"managementState": "Managed"},
		"status": object{"observedGeneration": 7.0, "conditions": []any{
			object{"type": "Available", "status": "True", "reason": "Ready", "message": "The registry is ready"},
			object{"type": "Degraded", "status": "False"},
			object{"type": "Progressing", "status": "False", "reason": "Ready"},
		}},
	}
}

// newLab is a cluster whose registry works and whose nodes can pull.
func newLab(t *testing.T) *lab {
	t.Parallel()
	return anotherLab(t)
}

func anotherLab(t *testing.T) *lab {
	secrets, err := os.MkdirTemp("", "smoke") // a name without the test's own, which can hold anything
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(secrets) })
	l := &lab{T: t, secrets: secrets}
	account := filepath.Join(secrets, "account")
	require.NoError(t, os.Mkdir(account, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(account, "token"), []byte(token), 0o600))
	l.parameters = map[string]string{
		"BOOTSTRAP_NAMESPACE": "registry-profile", "BOOTSTRAP_JOB": "registry-bootstrap-12345678",
		"PULL_NAMESPACE": namespace, "IMAGE_NAME": "registry-smoke-test",
		"NODES": "1", "TOPOLOGY_KEY": "kubernetes.io/hostname",
		"WAIT_SECONDS": "600", "TIMEOUT_SECONDS": "600", "GRACE_SECONDS": "0", "POLL_SECONDS": "0.01",
		"SECRETS_FOLDER": l.secrets, "ACCOUNT_FOLDER": account, "SERVICE_CA_FILE": "/ca.crt",
	}
	l.Job = object{"status": object{"conditions": []any{object{"type": "Complete", "status": "True"}}}}
	l.Config = settled()
	l.Account = object{"imagePullSecrets": []any{object{"name": "default-dockercfg-x7k2p"}}}
	l.Nodes = map[string]node{"1": {ran("worker-1")}, "2": {ran("worker-2")}, "3": {ran("worker-3")}}
	l.port = standin.Listen(l, l.serve)
	return l
}

// on is a pod's state on a node; the detail is that of its container.
func on(nodeName, state, reason, message string) object {
	return object{"node": nodeName, "status": object{"containerStatuses": []any{object{
		"name": "pull", "imageID": "", "state": object{state: object{"reason": reason, "message": message}},
	}}}}
}

// ran is what a node says of an image that is there and has no program.
func ran(nodeName string) object {
	return on(nodeName, "terminated", "StartError", `exec: "/none": stat /none: no such file or directory: unknown`)
}

func unscheduled(message string) object {
	return object{"status": object{"phase": "Pending", "conditions": []any{
		object{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message},
	}}}
}

// set takes "NAME=VALUE"; "NAME" alone is unset.
func (l *lab) set(parameters ...string) *lab {
	for _, p := range parameters {
		name, value, found := strings.Cut(p, "=")
		l.parameters[name] = value
		if !found {
			delete(l.parameters, name)
		}
	}
	return l
}

func (l *lab) run() *lab {
	l.Helper()
	l.mutex.Lock() // no call is answered before the script's process is known
	l.Calls = nil
	oc, err := filepath.Abs("../bootstrap/testdata/bin")
	require.NoError(l, err)
	bash, err := exec.LookPath("bash")
	require.NoError(l, err)
	cmd := exec.Command(bash, "-p", "smoke-test.sh")
	cmd.Env = append([]string{"PATH=" + oc, "STAND_IN=" + l.port}, l.shell...)
	// Nothing that the script keeps in a variable is passed on in the environment.
	for _, name := range []string{"access_key", "access_text", "token", "encoded", "text", "output", "value", "fields"} {
		cmd.Env = append(cmd.Env, name+"=from outside")
	}
	for name, value := range l.parameters {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := os.CreateTemp(l.TempDir(), "output")
	require.NoError(l, err)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(l, cmd.Start())
	l.script = cmd.Process.Pid
	l.mutex.Unlock()
	l.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })

	var failed *exec.ExitError
	if err := cmd.Wait(); err != nil {
		require.ErrorAs(l, err, &failed)
	}
	l.status = cmd.ProcessState.ExitCode()
	content, err := os.ReadFile(out.Name())
	require.NoError(l, err)
	l.output = string(content)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.noSecretLeaks()
	assert.Empty(l, l.Other, "it touches nothing but its own")
	return l
}

// noSecretLeaks looks for the token where others could read it.
func (l *lab) noSecretLeaks() {
	public := l.output
	for _, c := range l.Calls {
		public += strings.Join(c.Args, " ") + strings.Join(c.Env, " ") + c.Stdin
	}
	assert.NotContains(l, public, token)
	assert.NotContains(l, public, "c21va2UtdGVzd") // how the base64 of "smoke-test:" begins
	if l.status != -1 {                            // it was not killed
		left, err := os.ReadFile(filepath.Join(l.secrets, "config.json"))
		assert.True(l, os.IsNotExist(err) || len(left) == 0, "the credentials are still there: %s", left)
	}
}

// ends checks how the run ended: its status, its last line, and that nothing is left.
func (l *lab) ends(status int, lastLine string) *lab {
	l.Helper()
	lines := strings.Split(strings.TrimSuffix(l.output, "\n"), "\n")
	assert.Equal(l, status, l.status, l.output)
	assert.Contains(l, lines[len(lines)-1], lastLine, l.output)
	if status != 0 {
		assert.True(l, strings.HasPrefix(lines[len(lines)-1], "What to do: "), l.output)
	}
	assert.Empty(l, l.Pods, l.output)
	assert.False(l, l.Stream, l.output)
	return l
}

func (l *lab) says(texts ...string) *lab {
	l.Helper()
	for _, text := range texts {
		assert.Equal(l, 1, strings.Count(l.output, text), "%q in:\n%s", text, l.output)
	}
	return l
}
