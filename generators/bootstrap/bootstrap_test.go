package bootstrap

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
	for _, c := range l.Calls { // which a CronJob can do every night
		assert.Equal(t, "get", c.Args[0])
	}
	assert.Less(t, len(l.Calls), 25)
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
		{"https", "443", "https://s3.ns.svc"}, {"https", "50443", "https://s3.ns.svc:50443"}, {"https", "8443", "https://s3.ns.svc:8443"},
		{"http", "443", "http://s3.ns.svc"}, {"http", "50443", "http://s3.ns.svc:50080"},
		{"http", "80", "http://s3.ns.svc"}, {"http", "8080", "http://s3.ns.svc:8080"},
	} {
		t.Run(test.scheme+"/"+test.port, func(t *testing.T) {
			l := newLab(t).set("ENDPOINT=service", "ENDPOINT_SCHEME="+test.scheme, "DISABLE_REDIRECT=true")
			l.with(claimMap, `{"data": {"BUCKET_HOST": "s3.ns.svc", "BUCKET_PORT": "`+test.port+`"}}`)
			l.run().ends(0, "Done").says("The endpoint is " + test.endpoint + ".\n")
		})
	}
}

const nulls = `"azure": null, "emptyDir": null, "gcs": null, "ibmcos": null, "oss": null, "s3": null, "swift": null`

// onVolume are the parameters of a volume for one pod at a time.
var onVolume = []string{
	"BACKEND=pvc", "CLAIM_NAME=image-registry-storage", "CLAIM_CLASS=ocs-storagecluster-ceph-rbd",
	"ACCESS_MODE=ReadWriteOnce", "REPLICAS=1", "ROLLOUT_STRATEGY=Recreate",
	"STORAGE_NAMESPACE", "STORAGE_CLUSTER", "REGION", "ENDPOINT", "ENDPOINT_SCHEME",
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

func TestParameters(t *testing.T) {
	t.Run("all missing", func(t *testing.T) {
		l := newLab(t)
		l.parameters = map[string]string{}
		l.run().ends(2, "Correct the profile").writes()
		for _, name := range []string{
			"BACKEND", "CLAIM_NAMESPACE", "CLAIM_NAME", "CLAIM_CLASS", "REPLICAS", "ROLLOUT_STRATEGY", "TIMEOUT_SECONDS",
		} {
			l.says("Parameter " + name + " is missing: ")
		}
	})
	for _, missing := range []string{
		"CLAIM_NAMESPACE", "CLAIM_CLASS", "REGION", "ENDPOINT", "ENDPOINT_SCHEME", "ROUTE_NAMESPACE", "ROUTE_NAME",
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
		"CLAIM_CLASS=a b", "LEAVE_STORAGE=old", "LEAVE_STORAGE=bucket=a\"b", "LEAVE_STORAGE=claim=a  claim=b",
		"LEAVE_STORAGE=backend=", "LEAVE_STORAGE=bucket=abc ", "TIMEOUT_SECONDS=30m", "TIMEOUT_SECONDS=08", "POLL_SECONDS=x",
		"STORAGE_NAMESPACE=a\nb", "STORAGE_CLUSTER=*",
	} {
		t.Run(wrong, func(t *testing.T) {
			name, value, _ := strings.Cut(wrong, "=")
			l := newLab(t).set(wrong).run().ends(2, "Correct the profile").writes()
			assert.Contains(t, l.output, fmt.Sprintf("Parameter %s: \"%s\" is not ", name, value))
			assert.Empty(t, l.Calls)
		})
	}
	t.Run("a volume's access mode", func(t *testing.T) {
		newLab(t).set(onVolume...).set("ACCESS_MODE").run().ends(2, "Correct").says("Parameter ACCESS_MODE is missing: ")
		anotherLab(t).set(onVolume...).set("ACCESS_MODE=ReadWriteOncePod").run().ends(2, "Correct")
	})
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
	for n, line := range strings.Split(script, "\n") {
		assert.NotRegexp(t, `\{\{|\}\}`, line, "line %d: write templates with < and >, and JSON with a space: } }", n+1)
	}
}

// The embedded script is the one that is tested.
func TestScript(t *testing.T) {
	data, err := os.ReadFile("bootstrap.sh")
	require.NoError(t, err)
	assert.Equal(t, string(data), script)
}
