package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaks are texts in which others quote credentials, each with what must not get any further.
// Only the first two are values of Secrets of the registry.
var leaks = map[string]string{
	"the claim's key is two-point-five-and-a-half here":                      "two-point-five-and-a-half",
	"the registry's key is short, alas":                                      "short",
	"AKIAIOSFODNN7EXAMPLE was refused":                                       "AKIAIOSFODNN7EXAMPLE",
	"key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY":                           "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"AWS_SECRET_ACCESS_KEY=abcdefghij":                                       "abcdefghij",
	`{"secretKey":"klmnop"}`:                                                 "klmnop",
	"aws_secret_access_key = qrstuv":                                         "qrstuv",
	"password: hunter2":                                                      "hunter2",
	"https://user:passphrase@s3.example.com/bucket":                          "passphrase",
	"GET /b?X-Amz-Signature=0a1b2c3d4e&x=1":                                  "0a1b2c3d4e",
	"Authorization: Bearer sha256~abcdefghijklmnopqrst":                      "abcdefghijklmnopqrst",
	"token eyJhbGciOiJSUzI1NiIs.eyJpc3Mi.sig":                                "eyJpc3Mi",
	"-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----": "MIIabc",
}

// places are where the words of others get into a finding: a condition, the last words of a
// pod, an event, the refusal of a Route, and a value of a ConfigMap.
var places = map[string]string{
	"condition": theConfig + "status: {conditions: [{type: Degraded, status: 'True', reason: Error, message: %q}]}",
	"pod": "kind: Job\nmetadata: {name: bootstrap, namespace: registry-profile}\n" +
		"status: {conditions: [{type: Failed, status: 'True', reason: PodFailurePolicy}]}\n---\n" + jobPod +
		"status: {containerStatuses: [{state: {terminated: {exitCode: 1, message: %q}}}]}",
	"event": theClaim + "status: {phase: Pending}\n---\napiVersion: v1\nkind: Event\n" +
		"metadata: {name: e, namespace: openshift-image-registry}\ntype: Warning\nreason: Failed\nmessage: %q\n" +
		"involvedObject: {kind: ObjectBucketClaim, name: images}",
	"route":  theRoute + "status: {ingress: [{conditions: [{type: Admitted, status: 'False', reason: Refused, message: %q}]}]}",
	"bucket": theConfig + "spec: {storage: {s3: {bucket: %q}}}",
}

// TestSecrecy: no credential gets into a finding, whoever has written it where.
func TestSecrecy(t *testing.T) {
	const values = "kind: Secret\nmetadata: {name: images, namespace: openshift-image-registry}\n" +
		"stringData: {AWS_SECRET_ACCESS_KEY: two-point-five-and-a-half}\n---\n" +
		"kind: Secret\nmetadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}\n" +
		"stringData: {REGISTRY_STORAGE_S3_SECRETKEY: short}\n---\n"
	for place, document := range places {
		for text, credential := range leaks {
			w := healthy(t)
			w.change(t, values+fmt.Sprintf(document, text))
			var said strings.Builder
			for _, f := range w.examine(t, w.reader(t)).Findings {
				said.WriteString(f.Message)
			}
			assert.NotContains(t, said.String(), credential, place)
			require.Contains(t, said.String(), "(hidden)", "%s: nothing was said: %s", place, text)
		}
	}
}

// TestWordsStay: what looks a little like a credential, and is none, is told.
func TestWordsStay(t *testing.T) {
	const words = "image-registry-0b7e6a3c-1f2d-4c5b-8a9e-001122334455 at rook-ceph-rgw-ocs-storagecluster-cephobjectstore." +
		"openshift-storage.svc, sha256:0123456789abcdef0123456789abcdef, PersistentVolumeClaim REGISTRY_STORAGE_S3_SECRETKEY"
	w := healthy(t)
	w.change(t, degraded(words))
	found := lines(w.examine(t, w.reader(t)), "registry-condition")
	require.Len(t, found, 1)
	assert.Contains(t, found[0], words)
}
