package bootstrap

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	config      = "configs.imageregistry.operator.openshift.io/cluster"
	claim       = "objectbucketclaims.objectbucket.io/openshift-image-registry/image-registry"
	claimMap    = "configmaps/openshift-image-registry/image-registry"
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
	names := regexp.MustCompile(`\b[a-z_]+=|\bfor [a-z]+ in|(?m)^ +local .*`).FindAllString(Script, -1)
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
		"STORAGE_NAMESPACE": "openshift-storage", "STORAGE_CLUSTER": "ocs-storagecluster",
		"REGION": "us-east-1", "ENDPOINT": "route", "ENDPOINT_SCHEME": "https",
		"ROUTE_NAMESPACE": "openshift-storage", "ROUTE_NAME": "ocs-storagecluster-cephobjectstore-secure",
		"CA_SOURCE_NAMESPACE": "openshift-config-managed", "CA_SOURCE_NAME": "default-ingress-cert",
		"CA_SOURCE_KEY": "ca-bundle.crt", "TRUSTED_CA": "registry-s3-ca",
		"REPLICAS": "2", "ROLLOUT_STRATEGY": "RollingUpdate",
		"ALLOW_STORAGE_SWITCH": "false", "TIMEOUT_SECONDS": "8", "POLL_SECONDS": "0.01",
	}}
	data, err := os.ReadFile("testdata/cluster.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &l.Objects))
	l.Version, l.Operator = 100, true
	l.port = l.listen()
	return l
}

var (
	firstRun      sync.Once
	afterFirstRun []byte
)

// settledLab is a cluster after the script's first run.
func settledLab(t *testing.T) *lab {
	l := newLab(t)
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

func (l *lab) run() *lab { return l.wait(l.start()) }

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

// writes checks what was sent to the cluster: "patch {...}" and "apply {...}".
func (l *lab) writes(expected ...string) *lab {
	l.Helper()
	var sent []string
	for _, c := range l.Calls {
		if i := slices.Index(c.Args, "-p"); i > 0 {
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

func TestFirstRunThenNothing(t *testing.T) {
	l := newLab(t).with(config, `{"spec": {"storage": {"emptyDir": {}, "managementState": "Managed"}}}`)
	version := l.Objects[config]["metadata"].(object)["resourceVersion"].(string)
	l.run().ends(0, `Done: the registry keeps its images in bucket "`+bucket+`" at "https://rgw.apps.example.com" (s3).`)
	l.writes(appliedCA, appliedCredentials, switched(version))
	assert.JSONEq(t, `{"managementState": "Unmanaged", "s3": {"bucket": "`+bucket+`", "region": "us-east-1",
		"regionEndpoint": "https://rgw.apps.example.com", "virtualHostedStyle": false, "trustedCA": {"name": "registry-s3-ca"}}}`,
		text(l.Objects[config]["spec"].(object)["storage"]))
	assert.NotContains(t, l.output, "Waiting")

	before := text(l.Objects)
	l.run().ends(0, "Done").writes()
	assert.Equal(t, before, text(l.Objects))
}

func TestKilledAfterAnyCallThenStartedAgain(t *testing.T) {
	whole := newLab(t).with(config, appliedBefore).run().ends(0, "Done")
	for n, c := range whole.Calls {
		t.Run(fmt.Sprint(n+1, c.Args[1]), func(t *testing.T) {
			l := newLab(t).with(config, appliedBefore)
			l.KillAt = n + 1
			l.run()
			require.Equal(t, -1, l.status)
			l.KillAt = 0
			l.run().ends(0, "Done")
			assert.JSONEq(t, text(whole.Objects), text(l.Objects))
		})
	}
}

func TestTwoAtATime(t *testing.T) {
	l := newLab(t).with(config, appliedBefore)
	first, second := l.start(), l.start()
	l.wait(first).ends(0, "Done")
	l.wait(second).ends(0, "Done")
	once := anotherLab(t).with(config, appliedBefore).run()
	assert.JSONEq(t, text(once.Objects), text(l.Objects))
}

func TestEndpoints(t *testing.T) {
	rgw := "rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc"
	http := []string{"ENDPOINT_SCHEME=http", "TRUSTED_CA", "CA_SOURCE_NAME", "CA_SOURCE_NAMESPACE", "CA_SOURCE_KEY"}
	ownCA := []string{"TRUSTED_CA=my-ca", "CA_SOURCE_NAME", "CA_SOURCE_NAMESPACE", "CA_SOURCE_KEY"}
	empty := []string{"TRUSTED_CA=my-ca", "CA_SOURCE_NAME=", "CA_SOURCE_NAMESPACE=", "CA_SOURCE_KEY="}
	for name, test := range map[string]struct {
		parameters []string
		endpoint   string
		trustedCA  string
	}{
		"host": {
			[]string{"ENDPOINT=host", "ENDPOINT_HOST=s3.example.com:8443"}, "https://s3.example.com:8443", "registry-s3-ca",
		},
		"address": {
			[]string{"ENDPOINT=host", "ENDPOINT_HOST=[fd00::1]:8443"}, "https://[fd00::1]:8443", "registry-s3-ca",
		},
		"service":            {[]string{"ENDPOINT=service"}, "https://" + rgw, "registry-s3-ca"},
		"service, http":      {append(http, "ENDPOINT=service"), "http://" + rgw, ""},
		"http, default port": {append(http, "ENDPOINT=host", "ENDPOINT_HOST=s3:80"), "http://s3", ""},
		"own CA":             {ownCA, "https://rgw.apps.example.com", "my-ca"},
		"empty for unset":    {empty, "https://rgw.apps.example.com", "my-ca"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).set(test.parameters...).set("CHUNK_SIZE_MIB=64", "DISABLE_REDIRECT=true")
			own := "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----"
			l.with("configmaps/openshift-config/my-ca", `{"data": {"ca-bundle.crt": `+text(own)+`}}`)
			l.run().ends(0, "Done").says("The endpoint is " + test.endpoint + ".\n")
			spec := l.Objects[config]["spec"].(object)
			assert.JSONEq(t, fmt.Sprintf(`{"bucket": %q, "region": "us-east-1", "regionEndpoint": %q,
				"virtualHostedStyle": false, "chunkSizeMiB": 64, "trustedCA": {"name": %q}}`,
				bucket, test.endpoint, test.trustedCA), text(spec["storage"].(object)["s3"]))
			assert.Equal(t, true, spec["disableRedirect"])
			assert.Equal(t, test.trustedCA == "registry-s3-ca", l.Objects[copiedCA] != nil)
			l.run().ends(0, "Done").writes()
		})
	}
}

// The one port that a claim names is that of https where the store has a
// certificate.
func TestPortOfTheService(t *testing.T) {
	for _, test := range []struct{ scheme, port, endpoint string }{
		{"https", "443", "https://s3.svc"}, {"https", "50443", "https://s3.svc:50443"}, {"https", "8443", "https://s3.svc:8443"},
		{"http", "443", "http://s3.svc"}, {"http", "50443", "http://s3.svc:50080"},
		{"http", "80", "http://s3.svc"}, {"http", "8080", "http://s3.svc:8080"},
	} {
		t.Run(test.scheme+"/"+test.port, func(t *testing.T) {
			l := newLab(t).set("ENDPOINT=service", "ENDPOINT_SCHEME="+test.scheme, "DISABLE_REDIRECT=true")
			l.with(claimMap, `{"data": {"BUCKET_HOST": "s3.svc", "BUCKET_PORT": "`+test.port+`"}}`)
			l.run().ends(0, "Done").says("The endpoint is " + test.endpoint + ".\n")
		})
	}
}

const nulls = `"azure": null, "emptyDir": null, "gcs": null, "ibmcos": null, "oss": null, "s3": null, "swift": null`

// onVolume are the parameters of a volume for one pod at a time.
var onVolume = []string{
	"BACKEND=pvc", "CLAIM_NAME=image-registry-storage", "REPLICAS=1", "ROLLOUT_STRATEGY=Recreate",
	"CLAIM_NAMESPACE", "STORAGE_NAMESPACE", "STORAGE_CLUSTER", "REGION", "ENDPOINT", "ENDPOINT_SCHEME",
	"ROUTE_NAME", "ROUTE_NAMESPACE", "TRUSTED_CA", "CA_SOURCE_NAME", "CA_SOURCE_NAMESPACE", "CA_SOURCE_KEY",
}

func TestVolume(t *testing.T) {
	l := newLab(t).set(onVolume...)
	l.run().ends(0, `Done: the registry keeps its images in PersistentVolumeClaim "image-registry-storage" (pvc).`)
	l.writes(`patch {"metadata": {"resourceVersion": "100"}, "spec": {
		"managementState": "Managed", "replicas": 1, "rolloutStrategy": "Recreate",
		"storage": {"managementState": "Unmanaged", ` + nulls + `, "pvc": {"claim": "image-registry-storage"}}}}`)
	l.run().ends(0, "Done").writes()

	// The volume cannot work otherwise; replicas, however, are Git's.
	l.with(config, `{"spec": {"rolloutStrategy": "RollingUpdate", "replicas": 3}}`).run().ends(0, "Done")
	assert.Contains(t, text(l.Objects[config]), `"replicas":3,"rolloutStrategy":"Recreate"`)

	// The operator's own default is a claim of this very name.
	const unnamed = `{"storage": {"pvc": {"claim": null}}}`
	l.with(config, `{"spec": `+unnamed+`, "status": `+unnamed+`}`).run().ends(0, "Done")
	assert.Contains(t, text(l.Objects[config]), `"pvc":{"claim":"image-registry-storage"}`)
}

func TestGuard(t *testing.T) {
	const fixed = `{"data": {"BUCKET_NAME": "images"}}`
	stops, passes := 3, 0
	for name, test := range map[string]struct {
		config     string
		claimMap   string
		parameters []string
		status     int
		says       string
	}{
		"another bucket": {
			`{"spec": {"storage": {"s3": {"bucket": "old", "regionEndpoint": "https://old"}}}}`, `{}`, nil, stops,
			`spec.storage of ` + config + ` names bucket "old" at "https://old" (s3).`,
		},
		"another bucket, allowed": {
			`{"spec": {"storage": {"s3": {"bucket": "old"}}}}`, `{}`, []string{"ALLOW_STORAGE_SWITCH=true"}, passes,
			`Switching all the same`,
		},
		"only status names it": {
			`{"status": {"storage": {"s3": {"bucket": "old"}}}}`, `{}`, nil, stops,
			`status.storage of ` + config + ` names bucket "old"`,
		},
		"a volume": {
			`{"spec": {"storage": {"pvc": {"claim": "mine"}}}}`, `{}`, nil, stops,
			`names PersistentVolumeClaim "mine" (pvc).`,
		},
		"the operator's volume": {
			`{"spec": {"storage": {"pvc": {}}}}`, `{}`, nil, stops,
			`names PersistentVolumeClaim "image-registry-storage" (pvc).`,
		},
		"another cloud": {
			`{"spec": {"storage": {"azure": {"container": "x"}}}}`, `{}`, nil, stops, `names a store of kind azure.`,
		},
		"no bucket yet": {
			`{"spec": {"storage": {"s3": {"region": "x"}}}, "status": {"storage": {"emptyDir": {}}}}`, `{}`, nil,
			passes, ``,
		},
		"generated name": {
			`{"spec": {"storage": {"s3": {"bucket": "` + bucket + `", "regionEndpoint": "http://older"}}}}`, `{}`,
			nil, passes, ``,
		},
		"fixed name, same host": {
			`{"spec": {"storage": {"s3": {"bucket": "images", "regionEndpoint": "http://RGW.apps.example.com:80/"}}}}`,
			fixed, nil, passes, ``,
		},
		"fixed name, claim's host": {
			`{"spec": {"storage": {"s3": {"bucket": "images", 
				"regionEndpoint": "https://rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc:443"}}}}`,
			fixed, nil, passes, ``,
		},
		"fixed name, another host": {
			`{"spec": {"storage": {"s3": {"bucket": "images", "regionEndpoint": "https://minio"}}}}`, fixed, nil,
			stops, `bucket "images" at "https://minio" (s3)`,
		},
		"fixed name, AWS": {
			`{"spec": {"storage": {"s3": {"bucket": "images"}}}}`, fixed, nil, stops, `bucket "images" at "" (s3)`,
		},
		"from a bucket to a volume": {
			`{"spec": {"storage": {"s3": {"bucket": "` + bucket + `"}}}}`, `{}`, onVolume, stops,
			`The profile wants PersistentVolumeClaim "image-registry-storage" (pvc).`,
		},
		"no quoting gets out of it": {
			`{"spec": {"storage": {"s3": {"bucket": "a\"\nb=c"}}}}`, `{}`, nil, stops,
			`names bucket "a\"\u000Ab\u003Dc" at`,
		},
		"in spec and in status both": {
			`{"spec": {"storage": {"gcs": {"bucket": "x"}}}, "status": {"storage": {"swift": {}}}}`, `{}`, nil, stops,
			`status.storage of ` + config + ` names a store of kind swift.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(config, test.config).with(claimMap, test.claimMap).set(test.parameters...)
			l.run()
			if test.says != "" {
				l.says(test.says)
			}
			if test.status == passes {
				l.ends(0, "Done")
				return
			}
			l.ends(3, "spec.bootstrap.allowStorageSwitch: true").writes()
			l.says("image streams would keep references to images that are only in the old storage")
		})
	}
}

// Somebody else's change between the guard's look and the patch makes the patch
// fail, and the guard look again.
func TestGuardHoldsWhenThePatchLands(t *testing.T) {
	l := newLab(t).plan(&incident{On: "patch", Times: 1, Change: map[string]object{
		config: {"spec": object{"storage": object{"s3": object{"bucket": "theirs"}}}},
	}})
	l.run().ends(3, "allowStorageSwitch").says("the object has been modified", `names bucket "theirs"`)
	assert.Contains(t, text(l.Objects[config]), `"storage":{"s3":{"bucket":"theirs"}}`)
}

func TestDrift(t *testing.T) {
	const same, mended = false, true
	for name, test := range map[string]struct {
		config string
		mended bool
	}{
		"other replicas":             {`{"spec": {"replicas": 5, "disableRedirect": true, "defaultRoute": true}}`, same},
		"written out":                {`{"spec": {"storage": {"s3": {"encrypt": false, "keyID": ""}}}}`, same},
		"Removed":                    {`{"spec": {"managementState": "Removed"}}`, mended},
		"storage Managed":            {`{"spec": {"storage": {"managementState": "Managed"}}}`, mended},
		"storage lost":               {`{"spec": {"storage": null}}`, mended},
		"emptyDir as well":           {`{"spec": {"storage": {"emptyDir": {}}}}`, mended},
		"other region":               {`{"spec": {"storage": {"s3": {"region": "x"}}}}`, mended},
		"other endpoint":             {`{"spec": {"storage": {"s3": {"regionEndpoint": "https://x"}}}}`, mended},
		"other CA":                   {`{"spec": {"storage": {"s3": {"trustedCA": null}}}}`, mended},
		"other chunks":               {`{"spec": {"storage": {"s3": {"chunkSizeMiB": 10}}}}`, mended},
		"encrypt":                    {`{"spec": {"storage": {"s3": {"encrypt": true}}}}`, mended},
		"virtual hosted style":       {`{"spec": {"storage": {"s3": {"virtualHostedStyle": true}}}}`, mended},
		"a key":                      {`{"spec": {"storage": {"s3": {"keyID": "x"}}}}`, mended},
		"a content delivery network": {`{"spec": {"storage": {"s3": {"cloudFront": {"baseURL": "x"}}}}}`, mended},
	} {
		t.Run(name, func(t *testing.T) {
			l := settledLab(t)
			wanted := text(l.Objects[config]["spec"].(object)["storage"])
			l.with(config, test.config).run().ends(0, "Done")
			if !test.mended {
				l.writes()
				return
			}
			spec := l.Objects[config]["spec"].(object)
			assert.JSONEq(t, wanted, text(spec["storage"]))
			assert.Equal(t, "Managed", spec["managementState"])
		})
	}
}

func TestDriftLeavesReplicasToGit(t *testing.T) {
	l := newLab(t).set("DISABLE_REDIRECT=true").run().ends(0, "Done")
	l.with(config, `{"spec": {"replicas": 5, "disableRedirect": false}}`).run().ends(0, "Done")
	assert.Contains(t, text(l.Objects[config]), `"disableRedirect":true`)
	assert.Contains(t, text(l.Objects[config]), `"replicas":5`)
}

func TestRotatedCredentialsAndCA(t *testing.T) {
	l := settledLab(t)
	l.with(credentials, `{"data": {"REGISTRY_STORAGE_S3_SECRETKEY": "b2xk"}}`)
	l.with(copiedCA, `{"data": {"ca-bundle.crt": "old"}}`)
	l.run().ends(0, "Done").writes(appliedCA, appliedCredentials)
}

// Whatever the shell is told to do by its environment, it prints no credential and
// passes none on. Each of these would, if the script did not turn it off.
func TestOptionsFromOutside(t *testing.T) {
	options := filepath.Join(t.TempDir(), "options.sh")
	require.NoError(t, os.WriteFile(options, []byte("set -o allexport -o verbose -o xtrace\n"), 0o600))
	for _, shell := range [][]string{
		{"SHELLOPTS=xtrace"},
		{"SHELLOPTS=allexport"},
		{"SHELLOPTS=allexport:verbose:xtrace", "BASHOPTS=extdebug:nocasematch:xpg_echo", "PS4=+ $access_key $secret_key "},
		{"BASH_ENV=" + options},
	} {
		t.Run(strings.Join(shell, " "), func(t *testing.T) {
			l := newLab(t).with(config, appliedBefore)
			l.shell = shell
			l.run().ends(0, "Done")
			assert.Len(t, l.Objects[credentials]["data"], 2)
		})
	}
}

// An API server that takes a call and never answers it must not stop the run.
func TestCallWithoutAnAnswer(t *testing.T) {
	l := newLab(t).set("CALL_SECONDS=1")
	l.plan(&incident{On: "get --ignore-not-found -n openshift-storage", Times: 1, Signal: hang})
	l.run().ends(0, "Done").says("oc has had no answer for 1 seconds")
}

// Short of memory, the kernel kills whatever it finds.
func TestCallWhoseStatusIsLost(t *testing.T) {
	l := newLab(t)
	l.plan(&incident{On: "get --ignore-not-found -n openshift-storage", Times: 1, Stdout: "Warning: old", Signal: orphan})
	l.run().ends(0, "Done").says("oc ended with status unknown")
}

// The operator writes back a whole Config that it read before the patch.
func TestLostPatchIsWrittenAgain(t *testing.T) {
	stale := object{"managementState": "Managed", "replicas": 1.0, "storage": object{"s3": nil, "emptyDir": object{}}}
	good := []any{object{"type": "Available", "status": "True"}, object{"type": "Degraded", "status": "False"}}
	reports := func(skip int, conditions ...any) *incident {
		change := map[string]object{operator: {"status": object{"conditions": conditions}}}
		return &incident{On: "get clusteroperators", Skip: skip, Times: 1, Change: change}
	}
	undo := &incident{On: "get clusteroperators", Times: 1, Change: map[string]object{config: {"spec": stale}}}
	l := newLab(t).plan(undo, reports(0), reports(1, good...))
	l.run().ends(0, "Done")
	spec := l.Objects[config]["spec"].(object)
	assert.Equal(t, 2.0, spec["replicas"])
	assert.Equal(t, bucket, spec["storage"].(object)["s3"].(object)["bucket"])
	assert.NotContains(t, spec["storage"], "emptyDir")
}

// appliedBefore is a Config whose storage an old client-side apply wrote, recorded
// from a real API server.
const appliedBefore = `{
	"metadata": {
		"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"spec\":{\"httpSecret\":\"x\",\"storage\":{\"s3\":{}}}}\n"},
		"managedFields": [{"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsV1": {
			"f:metadata": {"f:annotations": {}}, "f:spec": {"f:httpSecret": {}, "f:storage": {"f:s3": {}}}}}]
	},
	"spec": {"storage": {"s3": {"bucket": "` + bucket + `", "regionEndpoint": "http://older", "encrypt": true}}}}`

// coOwned is the apply by which the script becomes a second owner.
func coOwned(resourceVersion, storage string) string {
	return `apply {"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
		"metadata": {"name": "cluster", "resourceVersion": "` + resourceVersion + `"},
		"spec": {"managementState": "Managed", "storage": {"managementState": "Unmanaged", ` + storage + `}}}`
}

// lastApplied is a Config that a client-side apply has annotated.
func lastApplied(manifest string) string {
	return `{"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": ` + text(manifest) + `}}}`
}

// appliedBy is a Config of which a manager has applied these fields of the spec.
func appliedBy(manager, fields string) string {
	return `{"metadata": {"managedFields": [
		{"manager": "` + manager + `", "operation": "Apply", "fieldsV1": {"f:spec": ` + fields + `}}]}}`
}

func TestOwnership(t *testing.T) {
	const (
		owned = `"s3": {"bucket": "` + bucket + `", "region": "us-east-1", "regionEndpoint": "https://rgw.apps.example.com",
			"virtualHostedStyle": false, "trustedCA": {"name": "registry-s3-ca"}}`
		forget = `"annotations": {"kubectl.kubernetes.io/last-applied-configuration": null}`
	)
	forgotten := `patch {"metadata": {"resourceVersion": "VERSION", ` + forget + `}}`
	for name, test := range map[string]struct {
		config string
		writes []string
	}{
		"last applied storage":         {lastApplied(`{"spec":{"storage":{}}}`), []string{forgotten}},
		"last applied managementState": {lastApplied(`{"spec":{"managementState":"Managed"}}`), []string{forgotten}},
		"last applied something else":  {lastApplied(`{"spec":{"replicas":2}}`), nil},
		"Argo CD": {
			appliedBy("argocd-controller", `{"f:storage": {"f:s3": {}}}`), []string{coOwned("VERSION", owned)},
		},
		// It was Managed before the switch, so that the patch has made nobody its owner.
		"Flux, managementState alone": {
			appliedBy("kustomize-controller", `{"f:managementState": {}}`), []string{coOwned("VERSION", owned)},
		},
		// What Argo CD's first sync of the profile's own Config leaves.
		"Argo CD, managementState that is ours too": {`{"metadata": {"managedFields": [
			{"manager": "argocd-controller", "operation": "Apply",
				"fieldsV1": {"f:spec": {"f:managementState": {}, "f:replicas": {}}}},
			{"manager": "registry-profile", "operation": "Update",
				"fieldsV1": {"f:spec": {"f:managementState": {}, "f:storage": {"f:s3": {}}}}}]}}`, nil},
		"Argo CD, and an oc apply": {`{"metadata": {
			"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
			"managedFields": [
				{"manager": "argocd-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:storage": {}}}}]}}`,
			[]string{forgotten, coOwned("NEXT", owned)}},
		"an applier of other fields": {`{"metadata": {"managedFields": [
			{"manager": "argocd-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
			{"manager": "x", "operation": "Update"}]}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := settledLab(t).with(config, test.config)
			version := l.Version
			var writes []string
			for _, w := range test.writes {
				writes = append(writes, strings.NewReplacer("VERSION", fmt.Sprint(version), "NEXT", fmt.Sprint(version+1)).Replace(w))
			}
			l.run().ends(0, "Done").writes(writes...)
			l.run().ends(0, "Done").writes()
		})
	}
	t.Run("with the switch itself", func(t *testing.T) {
		l := newLab(t).with(config, appliedBefore)
		version := l.Version
		// The operator drops encrypt: false between the two writes.
		l.run().ends(0, "Done").writes(appliedCA, appliedCredentials,
			strings.Replace(switched(fmt.Sprint(version)), `"}, "spec"`, `", `+forget+`}, "spec"`, 1),
			coOwned(fmt.Sprint(version+5), owned))
	})
	t.Run("volume", func(t *testing.T) {
		l := newLab(t).set(onVolume...).run().ends(0, "Done")
		l.with(config, appliedBy("argocd-controller", `{"f:storage": {}}`))
		l.run().ends(0, "Done").writes(coOwned(fmt.Sprint(l.Version-1), `"pvc": {"claim": "image-registry-storage"}`))
		l.run().ends(0, "Done").writes()
	})
	t.Run("every field there is", func(t *testing.T) {
		l := newLab(t).set("CHUNK_SIZE_MIB=64").run().ends(0, "Done")
		l.with(config, appliedBy("argocd-controller", `{"f:storage": {}}`))
		every := strings.Replace(owned, `"trustedCA"`, `"chunkSizeMiB": 64, "trustedCA"`, 1)
		l.run().ends(0, "Done").writes(coOwned(fmt.Sprint(l.Version-1), every))
		l.run().ends(0, "Done").writes()
	})
	t.Run("somebody applies again just then", func(t *testing.T) {
		annotations := object{"kubectl.kubernetes.io/last-applied-configuration": "{}"}
		apply := afterSwitch(object{"metadata": object{"annotations": annotations}})
		apply.Times = 1
		l := newLab(t).with(config, appliedBefore).plan(apply)
		l.run().ends(0, "Done")
		assert.NotContains(t, text(l.Objects[config]), "last-applied")
	})
}

// Whatever is not there yet, or goes wrong for a while, is waited for; each
// fault is told once.
func TestWaits(t *testing.T) {
	gone := func(key string) map[string]object { return map[string]object{key: nil} }
	for name, test := range map[string]struct {
		key, at string // this object is only as it should be when asked for the third time
		like    string
		says    string
	}{
		"no claim": {
			claim, "get --ignore-not-found -n openshift-image-registry objectbucketclaims", ``,
			"Waiting for ObjectBucketClaim",
		},
		"pending claim":       {claim, "objectbucketclaims", `{"status": {"phase": "Pending"}}`, "Waiting for ObjectBucketClaim"},
		"claim without phase": {claim, "objectbucketclaims", `{"status": null}`, "Waiting for ObjectBucketClaim"},
		"no ConfigMap":        {claimMap, "-n openshift-image-registry configmaps", ``, "Waiting for ObjectBucketClaim"},
		"no port": {
			claimMap, "-n openshift-image-registry configmaps", `{"data": {"BUCKET_PORT": ""}}`,
			"Waiting for ObjectBucketClaim",
		},
		"no Secret": {claimSecret, "secrets image-registry -o", ``, "Waiting for ObjectBucketClaim"},
		"half a Secret": {
			claimSecret, "secrets image-registry -o", `{"data": {"AWS_SECRET_ACCESS_KEY": ""}}`,
			"Waiting for ObjectBucketClaim",
		},
		"no Route": {
			route, "routes", ``,
			"Waiting for Route openshift-storage/ocs-storagecluster-cephobjectstore-secure to have a host",
		},
		"Route without host": {route, "routes", `{"spec": {"host": ""}}`, "Waiting for Route"},
		"no CA": {
			ingressCA, "default-ingress-cert", ``,
			"Waiting for a CA certificate in ConfigMap openshift-config-managed/default-ingress-cert, key ca-bundle.crt",
		},
		"no certificate": {
			ingressCA, "default-ingress-cert", `{"data": {"ca-bundle.crt": "nothing"}}`,
			"Waiting for a CA certificate",
		},
		"no Config": {config, "get --ignore-not-found configs", ``, "Waiting for the registry's configuration"},
		"Config goes away": {
			config, "get --ignore-not-found configs", `{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}`,
			"Waiting for the registry's configuration",
		},
		"no ClusterOperator": {operator, "clusteroperators", ``, "Waiting for the image registry operator to report"},
		"it is degraded": {
			operator, "clusteroperators",
			`{"status": {"conditions": [{"type": "Available", "status": "True"}, {"type": "Degraded", "status": "True"}]}}`,
			"Waiting for the image registry operator to report",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			if name == "no port" {
				l.set("ENDPOINT=service")
			}
			whole := merge(l.Objects[test.key], object{}).(object)
			if test.like == "" {
				l.change(gone(test.key))
			} else {
				l.with(test.key, test.like)
				for _, key := range slices.Collect(maps.Keys(l.Objects[test.key])) {
					if whole[key] == nil {
						whole[key] = nil
					}
				}
			}
			if m, ok := whole["metadata"].(object); ok {
				whole["metadata"] = merge(m, object{"deletionTimestamp": "x"})
				whole["metadata"].(object)["deletionTimestamp"] = nil
			}
			l.plan(&incident{On: test.at, Skip: 2, Times: 1, Change: map[string]object{test.key: whole}})
			l.run().ends(0, "Done").says(test.says)
		})
	}
}

func TestPassingFaults(t *testing.T) {
	forbidden := `Error from server (Forbidden): %s is forbidden: User "system:serviceaccount:x:y" cannot %s` + "\n"
	for name, test := range map[string]struct {
		incident incident
		says     string
	}{
		"RBAC has not landed": {
			incident{On: "get", Times: 3, Stderr: fmt.Sprintf(forbidden, "objectbucketclaims", "get")},
			"is forbidden",
		},
		"no server": {
			incident{
				On: "get", Times: 3,
				Stderr: "E0101 10:00:00.1 1 memcache.go:265] couldn't get current server API group list\n" +
					"The connection to the server was refused\n",
			},
			"The connection to the server was refused",
		},
		"no such kind": {
			incident{On: "routes", Times: 2, Stderr: "error: the server doesn't have a resource type \"routes\"\n"},
			"doesn't have a resource type",
		},
		"CA not written": {
			incident{
				On: "-n openshift-config -f", Times: 2,
				Stderr: "Warning: old\n" + fmt.Sprintf(forbidden, "configmaps", "patch"),
			},
			"is forbidden",
		},
		"CA source unreadable": {
			incident{On: "default-ingress-cert", Times: 2, Stderr: fmt.Sprintf(forbidden, "configmaps", "get")},
			"is forbidden",
		},
		"CA unreadable": {
			incident{On: "registry-s3-ca", Times: 2, Stderr: fmt.Sprintf(forbidden, "configmaps", "get")},
			"is forbidden",
		},
		"claim's map unreadable": {
			incident{On: "configmaps image-registry ", Times: 2, Stderr: fmt.Sprintf(forbidden, "configmaps", "get")},
			"is forbidden",
		},
		"claim's keys unreadable": {
			incident{On: "secrets image-registry ", Times: 2, Stderr: fmt.Sprintf(forbidden, "secrets", "get")},
			"is forbidden",
		},
		"Secret unreadable": {
			incident{
				On: "get --ignore-not-found -n openshift-image-registry secrets image-registry-private", Times: 2,
				Stderr: fmt.Sprintf(forbidden, "secrets", "get"),
			},
			"is forbidden",
		},
		"Secret not written": {
			incident{
				On: "-n openshift-image-registry -f", Times: 2,
				Stderr: "The Secret is invalid: \n* data: QUNDRVNTS0VZ and c2VjcmV0K2tleS8x\n",
			},
			"The Secret is invalid: * data: (hidden) and (hidden)",
		},
		"an answer that broke off": {
			incident{
				On: "secrets image-registry ", Times: 2,
				Stdout: "registry-profile reads:\nAWS_ACCESS_KEY_ID=QUNDRVNTS0VZ\n", Stderr: "unexpected EOF",
			},
			"oc broke off in the middle of its answer",
		},
		"no word": {incident{On: "get", Times: 1, Stderr: "\n"}, "oc ended with status 1"},
		"Config unreadable": {
			incident{
				On: "get --ignore-not-found configs", Times: 2, Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config not read again": {
			incident{
				On: "get --ignore-not-found configs", Skip: 1, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config not read back": {
			incident{
				On: "get --ignore-not-found configs", Skip: 2, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config conflict": {
			incident{On: "patch", Times: 2, Stderr: "Error from server (Conflict): Operation cannot be fulfilled\n"},
			"Conflict",
		},
		"second owner conflict": {
			incident{
				On: "apply --server-side", Skip: 2, Times: 1,
				Stderr: "error: Operation cannot be fulfilled\nPlease review the fields above\n",
			},
			"error: Operation cannot be fulfilled",
		},
		"second owner not read back": {
			incident{
				On: "get --ignore-not-found configs", Skip: 3, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"operator unreadable": {
			incident{On: "clusteroperators", Times: 2, Stderr: fmt.Sprintf(forbidden, "clusteroperators", "get")},
			"is forbidden",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(config, appliedBefore).plan(&test.incident)
			l.run().ends(0, "Done").says(test.says)
			assert.Equal(t, 1, strings.Count(l.output, "Waiting for"), l.output)
			assert.NotContains(t, l.output, "Warning:")
		})
	}
	t.Run("warnings are not the answer", func(t *testing.T) {
		l := newLab(t).plan(&incident{On: "get", Stdout: "Warning: phase=Lost\n"})
		l.run().ends(0, "Done")
		assert.NotContains(t, l.output, "Warning")
	})
}

func TestTimeIsUp(t *testing.T) {
	for name, test := range map[string]struct {
		key, like  string
		parameters []string
		says       []string
		lastLine   string
	}{
		"claim": {claim, `{"status": {"phase": "Pending"}}`, nil, []string{
			"Time is up after ", "ObjectBucketClaim openshift-image-registry/image-registry: phase Pending, " +
				"storage class ocs-storagecluster-ceph-rgw.",
			"Its events: MissingBucketClass: no such class", "StorageCluster openshift-storage/ocs-storagecluster: phase Ready.",
		}, "Check that StorageCluster openshift-storage/ocs-storagecluster is Ready"},
		"claim, nothing known": {
			claim, `{"status": null, "spec": null}`, []string{"STORAGE_NAMESPACE=", "STORAGE_CLUSTER="},
			[]string{"phase none, storage class none."}, "Check that StorageCluster",
		},
		"degraded operator": {
			operator, `{"status": {"conditions": [
				{"type": "Degraded", "status": "True", "reason": "Unavailable", "message": "exactly one storage type"}]}}`, nil,
			[]string{
				"Conditions of ClusterOperator image-registry: Degraded=True Unavailable: exactly one storage type",
				"Its conditions: Available=True Ready: The registry is ready\nDegraded=False : \n",
			},
			"oc logs -n openshift-image-registry deployment/cluster-image-registry-operator",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(test.key, test.like).set("TIMEOUT_SECONDS=0").set(test.parameters...)
			l.Objects["events"] = object{"items": []any{object{"reason": "MissingBucketClass", "message": "no such class"}}}
			l.run().ends(1, test.lastLine).says(test.says...)
		})
	}
	t.Run("volume", func(t *testing.T) {
		l := newLab(t).set(onVolume...).set("TIMEOUT_SECONDS=0")
		l.Operator = false
		l.plan(status(2, object{"pvc": object{"claim": "x"}}))
		l.run().ends(3, "allowStorageSwitch")
	})
	t.Run("the cluster does not answer", func(t *testing.T) {
		l := newLab(t).set("TIMEOUT_SECONDS=1").plan(&incident{On: "get", Stderr: "Unable to connect to the server: EOF\n"})
		l.run().ends(1, "Find out why the Job's pod does not reach the API server").says("Its events: none")
	})
	t.Run("an operator that is not asked", func(t *testing.T) {
		l := newLab(t).set("TIMEOUT_SECONDS=0").plan(
			&incident{On: "clusteroperators", Stderr: "Error\n"},
			&incident{On: "get --ignore-not-found configs", Skip: 4, Stderr: "Error of the diagnosis\n"})
		l.run().ends(1, "Then start the Job again").says("Not yet: Error\n", "No answer: Error of the diagnosis\n")
		l.says("managementState none", "Conditions of ClusterOperator image-registry: none")
	})
	t.Run("a switch that does not stay", func(t *testing.T) {
		l := newLab(t).set("TIMEOUT_SECONDS=0").plan(afterSwitch(object{"spec": object{"managementState": "Removed"}}))
		l.run().ends(1, "Something else keeps writing that")
		l.says("Waiting for " + config + " to name the new storage")
		l.says("managementState Removed, spec.storage s3, status.storage none,")
	})
}

func TestStopped(t *testing.T) {
	const forbidden = "Error from server (Forbidden): routes is forbidden"
	stop := func(call string) *incident { return &incident{On: call, Signal: syscall.SIGTERM} }
	for name, test := range map[string]struct {
		incidents []*incident
		advice    string
		says      string
	}{
		"in a call": {
			[]*incident{stop("routes")},
			"Nothing, if the Job starts another pod: it goes on from here. Otherwise: Check the Route's name.",
			"Stopped while waiting for Route openshift-storage/ocs-storagecluster-cephobjectstore-secure to have a host.",
		},
		"by hand": {
			[]*incident{{On: "objectbucketclaims", Signal: syscall.SIGINT}}, "Check that StorageCluster",
			"Stopped while waiting for ObjectBucketClaim",
		},
		"in the first call": {[]*incident{stop("get")}, "Check that StorageCluster", "Stopped while waiting for"},
		"after a fault": {
			[]*incident{{On: "routes", Times: 1, Stderr: forbidden + "\n"}, stop("routes")},
			"Mend what the last reason says", "The last reason was: " + forbidden,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).plan(test.incidents...)
			began := time.Now()
			l.run().ends(1, test.advice).says(test.says)
			assert.Less(t, time.Since(began), 10*time.Second)
		})
	}
}

func TestParameters(t *testing.T) {
	t.Run("all missing", func(t *testing.T) {
		l := newLab(t)
		l.parameters = map[string]string{}
		l.run().ends(2, "Correct the profile").writes()
		for _, name := range []string{
			"BACKEND", "CLAIM_NAME", "REPLICAS", "ROLLOUT_STRATEGY", "ALLOW_STORAGE_SWITCH", "TIMEOUT_SECONDS",
		} {
			l.says("Parameter " + name + " is missing: ")
		}
	})
	for _, missing := range []string{
		"CLAIM_NAMESPACE", "REGION", "ENDPOINT", "ENDPOINT_SCHEME", "ROUTE_NAMESPACE", "ROUTE_NAME",
		"CA_SOURCE_NAMESPACE", "CA_SOURCE_KEY",
	} {
		t.Run("no "+missing, func(t *testing.T) {
			l := newLab(t).set(missing).run().ends(2, "Correct the profile").says("Parameter " + missing + " is missing: ")
			assert.Empty(t, l.Calls)
		})
	}
	t.Run("no ENDPOINT_HOST", func(t *testing.T) {
		newLab(t).set("ENDPOINT=host").run().ends(2, "Correct").says("Parameter ENDPOINT_HOST is missing: ")
	})
	t.Run("the default pace", func(t *testing.T) {
		l := newLab(t)
		delete(l.parameters, "POLL_SECONDS")
		l.run().ends(0, "Done")
	})
	t.Run("no oc", func(t *testing.T) {
		l := newLab(t)
		l.path = t.TempDir()
		l.run().ends(2, "Correct the profile").says("There is no oc in this image.")
	})
	for _, wrong := range []string{
		"BACKEND=azure", "CLAIM_NAME=Name", "CLAIM_NAMESPACE=", `REGION=us"east`, "REGION=",
		"CHUNK_SIZE_MIB=4", "CHUNK_SIZE_MIB=5121", "ENDPOINT=", "ENDPOINT_SCHEME=ftp",
		"ROUTE_NAME=", "ROUTE_NAMESPACE=a b", "CA_SOURCE_NAMESPACE=", "CA_SOURCE_NAME=A", `CA_SOURCE_KEY=a"}}`,
		"TRUSTED_CA=", "TRUSTED_CA=-", "REPLICAS=0", "ROLLOUT_STRATEGY=", "DISABLE_REDIRECT=yes",
		"ALLOW_STORAGE_SWITCH=", "TIMEOUT_SECONDS=30m", "TIMEOUT_SECONDS=08", "POLL_SECONDS=x",
		"STORAGE_NAMESPACE=a\nb", "STORAGE_CLUSTER=*",
	} {
		t.Run(wrong, func(t *testing.T) {
			name, value, _ := strings.Cut(wrong, "=")
			l := newLab(t).set(wrong).run().ends(2, "Correct the profile").writes()
			assert.Contains(t, l.output, fmt.Sprintf("Parameter %s: \"%s\" is not ", name, value))
			assert.Empty(t, l.Calls)
		})
	}
	t.Run("host", func(t *testing.T) {
		l := newLab(t).set("ENDPOINT=host", "ENDPOINT_HOST=https://x").run().ends(2, "Correct the profile")
		l.says(`Parameter ENDPOINT_HOST: "https://x" is not a host, or host:port.`)
	})
}

// Values of the cluster that could break out of a patch, or never work.
func TestValuesThatCanNeverWork(t *testing.T) {
	for name, test := range map[string]struct{ key, like, parameter, says string }{
		"bucket": {
			claimMap, `{"data": {"BUCKET_NAME": "a\"}}"}}`, "",
			`BUCKET_NAME in ConfigMap openshift-image-registry/image-registry is "a\"}}", which is not the name of a bucket.`,
		},
		"bucket, lines": {claimMap, `{"data": {"BUCKET_NAME": "a\nBUCKET_HOST=b"}}`, "", `is "a\u000ABUCKET_HOST\u003Db"`},
		"route": {
			route, `{"spec": {"host": "a b"}}`, "",
			`spec.host of Route openshift-storage/ocs-storagecluster-cephobjectstore-secure is "a b"`,
		},
		"service's host": {
			claimMap, `{"data": {"BUCKET_HOST": "http://x"}}`, "ENDPOINT=service",
			`BUCKET_HOST in ConfigMap openshift-image-registry/image-registry is "http://x"`,
		},
		"service's port": {
			claimMap, `{"data": {"BUCKET_PORT": "0"}}`, "ENDPOINT=service",
			`BUCKET_PORT in ConfigMap openshift-image-registry/image-registry is "0"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(test.key, test.like).set("ENDPOINT=route").set(test.parameter)
			l.run().ends(2, "Find out who wrote that value").says(test.says).writes()
		})
	}
	t.Run("resourceVersion", func(t *testing.T) {
		l := newLab(t)
		l.Objects[config]["metadata"].(object)["resourceVersion"] = `1"`
		l.run().ends(2, "Find out").writes()
	})
	t.Run("credentials", func(t *testing.T) {
		l := newLab(t).with(claimSecret, `{"data": {"AWS_ACCESS_KEY_ID": "a\"b"}}`).set("TIMEOUT_SECONDS=0")
		l.run().ends(1, "its log says why not yet").writes()
	})
}

func TestOnlyCertificatesAreCopied(t *testing.T) {
	const begin, end = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"
	source := ""
	for _, part := range []string{
		"# text around, and other line ends\r\n" + begin + "MIIBAAAA\r\nBBB=\n\n" + end + "trailing\n",
		"-----BEGIN PRIVATE KEY-----\nMIIBAAAA\n-----END PRIVATE KEY-----\n",
		begin + "not\"base64\n" + end,
		begin + "MIIBA\n" + end, // base64 that was cut
		begin + end,
		end,
		begin + "MIIB\n" + certificate, // begun twice
		begin + "MIIBcut",
	} {
		source += part
	}
	l := newLab(t).with(ingressCA, `{"data": {"ca-bundle.crt": `+text(source)+`}}`)
	l.run().ends(0, "Done")
	assert.Equal(t, certificate+certificate, l.Objects[copiedCA]["data"].(object)["ca-bundle.crt"])
	l.run().ends(0, "Done").writes()
}

// ACM and Helm evaluate what stands in double braces, wherever it is in a manifest.
func TestNoDoubleBraces(t *testing.T) {
	for n, line := range strings.Split(Script, "\n") {
		assert.NotRegexp(t, `\{\{|\}\}`, line, "line %d: write templates with < and >, and JSON with a space: } }", n+1)
	}
}

// The embedded script is the one that is tested.
func TestScript(t *testing.T) {
	data, err := os.ReadFile("bootstrap.sh")
	require.NoError(t, err)
	assert.Equal(t, string(data), Script)
}
