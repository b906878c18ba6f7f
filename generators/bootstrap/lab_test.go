package bootstrap

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/registryprofile/registry-profile/internal/standin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	config      = "configs.imageregistry.operator.openshift.io/cluster"
	claim       = "objectbucketclaims.objectbucket.io/openshift-image-registry/image-registry"
	claimMap    = "configmaps/openshift-image-registry/image-registry"
	class       = "storageclasses.storage.k8s.io/ocs-storagecluster-ceph-rgw"
	volume      = "persistentvolumeclaims/openshift-image-registry/image-registry-storage"
	volumeClass = "storageclasses.storage.k8s.io/ocs-storagecluster-ceph-rbd"
	claimSecret = "secrets/openshift-image-registry/image-registry"
	route       = "routes.route.openshift.io/openshift-storage/ocs-storagecluster-cephobjectstore-secure"
	ingressCA   = "configmaps/openshift-config-managed/default-ingress-cert"
	copiedCA    = "configmaps/openshift-config/registry-s3-ca"
	credentials = "secrets/openshift-image-registry/image-registry-private-configuration-user"
	operator    = "clusteroperators.config.openshift.io/image-registry"

	bucket      = "image-registry-0b6f2d0c-1f5c-4f57-9a0c-7a44d3b0c111"
	certificate = "-----BEGIN CERTIFICATE-----\nMIIBAAAA\nBBB=\n-----END CERTIFICATE-----\n"
)

// secrets is everything that must only ever be in the Secret.
var secrets = []string{"QUNDRVNTS0VZ", "ACCESSKEY", "c2VjcmV0K2tleS8x", "secret+key/1"}

// ownVariables are the names of the script's own variables.
func ownVariables() []string {
	names := regexp.MustCompile(`\b[a-z_]+=|\bfor [a-z]+ in|(?m)^ +local .*`).FindAllString(script, -1)
	return regexp.MustCompile(`\b[a-z_]+\b`).FindAllString(strings.Join(names, " "), -1)
}

// lab is a cluster, the script's parameters and what a run of it has printed.
type lab struct {
	*testing.T
	parameters map[string]string
	shell      []string // what the shell is told by its environment
	path, port string   // where oc is, and what answers it
	mutex      sync.Mutex
	cluster
	script int // its process
	output string
	status int
}

// newLab is a new cluster on bare metal with a bound claim, and an operator that
// sets up whatever Config asks for.
func newLab(t *testing.T) *lab {
	t.Parallel()
	return anotherLab(t)
}

func anotherLab(t *testing.T) *lab {
	oc, err := filepath.Abs("testdata/bin")
	require.NoError(t, err)
	l := &lab{T: t, path: oc, parameters: map[string]string{
		"BACKEND": "s3", "CLAIM_NAMESPACE": "openshift-image-registry", "CLAIM_NAME": "image-registry",
		"CLAIM_CLASS":       "ocs-storagecluster-ceph-rgw",
		"STORAGE_NAMESPACE": "openshift-storage", "STORAGE_CLUSTER": "ocs-storagecluster",
		"REGION": "us-east-1", "ENDPOINT": "route", "ENDPOINT_SCHEME": "https",
		"ROUTE_NAMESPACE": "openshift-storage", "ROUTE_NAME": "ocs-storagecluster-cephobjectstore-secure",
		"CA_SOURCE_NAMESPACE": "openshift-config-managed", "CA_SOURCE_NAME": "default-ingress-cert",
		"CA_SOURCE_KEY": "ca-bundle.crt", "TRUSTED_CA": "registry-s3-ca",
		"REPLICAS": "2", "ROLLOUT_STRATEGY": "RollingUpdate",
		"TIMEOUT_SECONDS": "600", "POLL_SECONDS": "0.01",
	}}
	data, err := os.ReadFile("testdata/cluster.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &l.Objects))
	l.Version, l.Operator = 100, true
	l.port = standin.Listen(l, l.serve)
	return l
}

var (
	firstRun      sync.Once
	afterFirstRun []byte
)

// settledLab is a cluster after the script's first run.
func settledLab(t *testing.T) *lab {
	t.Parallel()
	return settledLabAgain(t)
}

func settledLabAgain(t *testing.T) *lab {
	l := anotherLab(t)
	firstRun.Do(func() {
		afterFirstRun = []byte(text(anotherLab(t).run().ends(0, "Done").Objects))
	})
	require.NoError(t, json.Unmarshal(afterFirstRun, &l.Objects))
	l.Version = 200
	return l
}

// with merges a patch into one of the cluster's objects.
func (l *lab) with(key, patch string) *lab {
	var p any
	require.NoError(l, json.Unmarshal([]byte(patch), &p))
	l.store(key, merge(l.Objects[key], p).(object))
	return l
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

func (l *lab) plan(incidents ...*incident) *lab {
	l.Plan = incidents
	return l
}

// start runs the script, in its own process group, with nothing on PATH but oc.
func (l *lab) start() *exec.Cmd {
	l.mutex.Lock() // no call is answered before the script's process is known
	defer l.mutex.Unlock()
	l.Calls = nil
	l.TakesDown = l.parameters["MANAGEMENT_STATE"] == "Removed"
	bash, err := exec.LookPath("bash")
	require.NoError(l, err)
	shell := l.shell
	if shell == nil {
		trace, err := os.CreateTemp(traces, "")
		require.NoError(l, err)
		require.NoError(l, trace.Close())
		shell = []string{"BASH_ENV=testdata/trace.sh", "TRACE=" + trace.Name()}
	}
	cmd := exec.Command(bash, "bootstrap.sh")
	cmd.Env = append([]string{"PATH=" + l.path, "STAND_IN=" + l.port}, shell...)
	// Whatever comes in from outside, nothing that the script keeps in a variable
	// is passed on in the environment.
	for _, name := range ownVariables() {
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
	l.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	return cmd
}

func (l *lab) wait(cmd *exec.Cmd) *lab {
	var failed *exec.ExitError
	if err := cmd.Wait(); err != nil {
		require.ErrorAs(l, err, &failed)
	}
	l.status = cmd.ProcessState.ExitCode()
	out, err := os.ReadFile(cmd.Stdout.(*os.File).Name())
	require.NoError(l, err)
	l.output = string(out)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.noSecretLeaks()
	return l
}

func (l *lab) run() *lab {
	foreseen := l.foresee()
	l.wait(l.start()).holdsTo(foreseen)
	return l
}

func (l *lab) noSecretLeaks() {
	public := l.output
	for _, c := range l.Calls {
		public += strings.Join(c.Args, " ") + strings.Join(c.Env, " ")
		if !strings.Contains(c.Stdin, `"kind":"Secret"`) {
			public += c.Stdin
		}
	}
	for _, s := range secrets {
		assert.NotContains(l, public, s)
	}
}

// ends checks how the run ended: its status, and its last line.
func (l *lab) ends(status int, lastLine string) *lab {
	l.Helper()
	lines := strings.Split(strings.TrimSuffix(l.output, "\n"), "\n")
	assert.Equal(l, status, l.status, l.output)
	assert.Contains(l, lines[len(lines)-1], lastLine, l.output)
	if status != 0 {
		assert.True(l, strings.HasPrefix(lines[len(lines)-1], "What to do: "), l.output)
	}
	return l
}

func (l *lab) says(texts ...string) *lab {
	l.Helper()
	for _, text := range texts {
		assert.Equal(l, 1, strings.Count(l.output, text), "%q in:\n%s", text, l.output)
	}
	return l
}

// theSwitch is in the call that patches Config, and not in the one that asks before.
const theSwitch = "--field-manager=registry-profile -p"

// asks tells whether a call that looks like a write only asks whether it would pass.
func (c call) asks() bool { return slices.Contains(c.Args, "--dry-run=server") }

// writes checks what was sent to the cluster: "patch {...}" and "apply {...}".
func (l *lab) writes(expected ...string) *lab {
	l.Helper()
	var sent []string
	for _, c := range l.Calls {
		if i := slices.Index(c.Args, "-p"); i > 0 && !c.asks() {
			sent = append(sent, "patch "+c.Args[i+1])
		} else if slices.Contains(c.Args, "apply") {
			sent = append(sent, "apply "+strings.TrimSpace(c.Stdin))
		}
	}
	require.Len(l, sent, len(expected), "%v\n%s", sent, l.output)
	for i := range sent {
		verb, body, _ := strings.Cut(sent[i], " ")
		wantVerb, wantBody, _ := strings.Cut(expected[i], " ")
		assert.Equal(l, wantVerb, verb)
		assert.JSONEq(l, wantBody, body)
	}
	return l
}

const (
	appliedCA = `apply {"apiVersion": "v1", "kind": "ConfigMap", 
		"metadata": {"name": "registry-s3-ca", "namespace": "openshift-config"},
		"data": {"ca-bundle.crt": "-----BEGIN CERTIFICATE-----\nMIIBAAAA\nBBB=\n-----END CERTIFICATE-----\n"}}`
	appliedCredentials = `apply {"apiVersion": "v1", "kind": "Secret", 
		"metadata": {"name": "image-registry-private-configuration-user", "namespace": "openshift-image-registry"},
		"data": {"REGISTRY_STORAGE_S3_ACCESSKEY": "QUNDRVNTS0VZ", "REGISTRY_STORAGE_S3_SECRETKEY": "c2VjcmV0K2tleS8x"}}`
	s3 = `"s3": {"bucket": "` + bucket + `", "region": "us-east-1",
		"regionEndpoint": "https://rgw.apps.example.com", "virtualHostedStyle": false,
		"encrypt": false, "keyID": null, "cloudFront": null, "chunkSizeMiB": null, "trustedCA": {"name": "registry-s3-ca"}}`
	s3Storage = `"managementState": "Managed", "storage": {"managementState": "Unmanaged",
		"azure": null, "emptyDir": null, "gcs": null, "ibmcos": null, "oss": null, "swift": null, "pvc": null, ` + s3 + `}`
)

// switched is the patch of a first run on top of resourceVersion.
func switched(resourceVersion string) string {
	return `patch {"metadata": {"resourceVersion": "` + resourceVersion + `"}, "spec": {` +
		s3Storage + `, "replicas": 2, "rolloutStrategy": "RollingUpdate"}}`
}
