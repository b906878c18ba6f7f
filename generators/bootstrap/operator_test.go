package bootstrap

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestClusterOperatorIsANote: what the pruner and node-ca report is not the registry's.
func TestClusterOperatorIsANote(t *testing.T) {
	l := newLab(t).with(operator, `{"status": {"conditions": [
		{"type": "Available", "status": "False", "reason": "NodeCADaemon", "message": "0 nodes"},
		{"type": "Degraded", "status": "True", "reason": "ImagePrunerJobFailed", "message": "last night"}]}}`)
	l.run().ends(0, "Done")
	l.says("Note: ClusterOperator image-registry says Degraded=True ImagePrunerJobFailed: last night.",
		"Note: ClusterOperator image-registry says Available=False NodeCADaemon: 0 nodes.")
	assert.NotContains(t, l.output, "Not yet")
	t.Run("not there", func(t *testing.T) {
		l := newLab(t)
		l.change(map[string]object{operator: nil})
		l.run().ends(0, "Done")
		assert.NotContains(t, l.output, "Note:")
	})
	t.Run("not to be read", func(t *testing.T) {
		newLab(t).plan(&incident{On: "clusteroperators", Stderr: "Error\n"}).run().ends(0, "Done").says("No answer: Error\n")
	})
}

// TestStoreErrors: an error of the store that a condition shows is the reason at once,
// whatever else is missing, and has advice of its own.
func TestStoreErrors(t *testing.T) {
	const sync = "Unable to apply resources: unable to sync storage configuration: "
	for message, advice := range map[string]string{
		"tls: failed to verify certificate: x509: certificate signed by unknown authority": "Give the profile the CA that signed " +
			"the certificate of https://rgw.apps.example.com (trustedCA).",
		"Forbidden: Forbidden\n\tstatus code: 403, request id: x": "refuses the credentials of Secret " +
			"openshift-image-registry/image-registry",
		"SignatureDoesNotMatch: ":                                "refuses the credentials",
		"InvalidAccessKeyId: ":                                   "refuses the credentials",
		"AccessDenied: Access Denied":                            "refuses the credentials",
		"NoSuchBucket: ":                                         "has no bucket " + bucket,
		"TooManyBuckets: status code: 400":                       "has no bucket",
		"dial tcp: lookup s3.example.com: no such host":          "cannot resolve the host of https://rgw.apps.example.com",
		"dial tcp 10.0.0.1:443: connect: connection refused":     "nothing answers at https://rgw.apps.example.com",
		"Head https://x: dial tcp 10.0.0.1:443: i/o timeout":     "nothing answers at",
		`secrets "x" is forbidden: User "y" cannot`:              "Mend what the conditions above say",
		"exactly one storage type should be configured, got two": "Mend what the conditions above say",
	} {
		t.Run(message, func(t *testing.T) {
			l := newLab(t).set("TIMEOUT_SECONDS=0")
			l.Operator = false
			l.plan(status(2, object{}, condition("Available", "False", "DeploymentNotFound", "no deployment"),
				condition("Progressing", "True", "Error", sync+message))).run()
			l.ends(1, advice)
			if advice == "Mend what the conditions above say" {
				l.says("Not yet: status.storage of " + config + " names nothing and not s3\n")
				return
			}
			l.says("Not yet: " + config + " says Progressing=True Error: " + sync)
		})
	}
	t.Run("of a registry that goes on as before", func(t *testing.T) {
		good := []any{condition("Available", "True", "Ready", ""), condition("Degraded", "False", "", "")}
		for _, before := range []string{
			`{"regionEndpoint": "http://rgw.apps.example.com"}`, `{"trustedCA": {"name": "old"}}`,
		} {
			l := settledLabAgain(t).with(config, `{"spec": {"storage": {"s3": `+before+`}}}`)
			l.Operator = false
			l.with(config, `{"status": {"storage": {"s3": `+before+`}}}`)
			failed := append(good, condition("Progressing", "True", "Error", "x509: unknown"))
			l.plan(afterSwitch(object{"status": object{"observedGeneration": generation(l) + 1, "conditions": failed}}))
			l.set("TIMEOUT_SECONDS=0").run().ends(1, "Give the profile the CA").says("Not yet: " + config + " says Progressing=True")
		}
	})
	t.Run("of a volume", func(t *testing.T) {
		l := newLab(t).set(onVolume...).set("TIMEOUT_SECONDS=0")
		l.Operator = false
		l.plan(status(2, object{}, condition("Progressing", "True", "Error", "dial tcp: connection refused")))
		l.run().ends(1, "Mend what the conditions above say").says("Not yet: status.storage of " + config)
	})
	t.Run("a registry that is fine again", func(t *testing.T) {
		l := newLab(t)
		l.Operator = false
		l.plan(status(2, ours, condition("StorageExists", "Unknown", "x", "x509: old"),
			object{"type": "Available", "status": "True"}, object{"type": "Degraded", "status": "False"}))
		l.run().ends(0, "Done")
	})
}

// TestTrustedCAIsEmptied: the profile now trusts the CAs of the system.
func TestTrustedCAIsEmptied(t *testing.T) {
	l := settledLab(t).set("TRUSTED_CA", "CA_SOURCE_NAME", "CA_SOURCE_NAMESPACE", "CA_SOURCE_KEY")
	l.run().ends(0, "Done")
	assert.Equal(t, object{"name": ""}, l.Objects[config]["spec"].(object)["storage"].(object)["s3"].(object)["trustedCA"])
	l.run().ends(0, "Done").writes()
}

// TestExternal: the claim's port is part of the endpoint, unless the scheme implies it.
func TestExternal(t *testing.T) {
	for _, test := range []struct{ scheme, host, port, endpoint string }{
		{"https", "s3.example.com", "443", "https://s3.example.com"},
		{"https", "s3.example.com", "8443", "https://s3.example.com:8443"},
		{"http", "10.1.2.3", "80", "http://10.1.2.3"},
		{"http", "10.1.2.3", "8080", "http://10.1.2.3:8080"},
	} {
		t.Run(test.endpoint, func(t *testing.T) {
			l := newLab(t).set("ENDPOINT=external", "ENDPOINT_SCHEME="+test.scheme, "STORAGE_NAMESPACE", "STORAGE_CLUSTER")
			l.with(claimMap, `{"data": {"BUCKET_HOST": "`+test.host+`", "BUCKET_PORT": "`+test.port+`"}}`)
			l.run().ends(0, "Done").says("The endpoint is " + test.endpoint + ".\n")
			l.run().ends(0, "Done").writes()
		})
	}
}

func generation(l *lab) float64 {
	return l.Objects[config]["metadata"].(object)["generation"].(float64)
}
