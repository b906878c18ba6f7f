package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/doctor"
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
	"two-point-\n  five-and-a-half":                                          "five-and-a-half",
	"two-point%2Dfive%2dand-a-half":                                          "a-half",
	`two-point\u002dfive-and\-a-half`:                                        "a-half",
	`two-point-\nfive-and-a-half`:                                            "five-and-a-half",
	"74776f2d706f696e742d666976652d616e642d612d68616c66":                     "74776f2d706f696e742d66697665",
	"dHdvLXBvaW50LWZpdmUtYW5kLWEtaGFsZg==":                                   "dHdvLXBvaW50LWZpdmUtYW5kLWEtaGFsZg",
	"https://user:abcd/ef@gh@s3.example.com/":                                "ef@gh",
	`{"name":"pw","value":"abcdefgh"}`:                                       "abcdefgh",
	"accesskey abcdefgh was refused":                                         "abcdefgh",
	"clientSecret: abcdefgh":                                                 "abcdefgh",
	"client_secret=abcdefgh":                                                 "abcdefgh",
	"secret: abcdefgh":                                                       "abcdefgh",
	"passphrase=abcdefgh":                                                    "abcdefgh",
	"api_key=abcdefgh":                                                       "abcdefgh",
	"X-Auth-Key: abcdefgh":                                                   "abcdefgh",
	"Cookie: session=abcdefgh; other=ijklmnop":                               "ijklmnop",
	"mc --secret-key abcdefgh --x":                                           "abcdefgh",
	"mc --password abcdefgh":                                                 "abcdefgh",
	"name: AWS_SECRET_ACCESS_KEY value: abcdefgh":                            "abcdefgh",
	`{"name":"AWS_SECRET_ACCESS_KEY","value":"abcd efgh"}`:                   "efgh",
	"SECRET_ACCESS_KEY is abcdefgh, and not missing":                         "abcdefgh",
	"the password is missing-abcdefgh":                                       "abcdefgh",
	"the password is abcdefgh":                                               "abcdefgh",
	`password="abcd efgh"`:                                                   "efgh",
	`{\"password\": \"abcd efgh\"}`:                                          "efgh",
	"get http://abcdefgh@s3.example.com/":                                    "abcdefgh",
	"0123456789abcdef0123456789abcdef01234567 is refused":                    "0123456789abcdef",
	"aB3-defghij_klmnop-qrstuv is refused":                                   "klmnop",
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
			for _, f := range w.examine(t, w.reader(t, true)).Findings {
				said.WriteString(f.Message)
			}
			assert.NotContains(t, said.String(), credential, place)
			require.Contains(t, said.String(), "(hidden)", "%s: nothing was said: %s", place, text)
		}
	}
}

// TestJSONStaysJSON: what is hidden takes no quotes with it.
func TestJSONStaysJSON(t *testing.T) {
	w := healthy(t)
	w.change(t, degraded(`{"AWS_SECRET_ACCESS_KEY":"ab\"cd","kept":"x"}`))
	found := lines(w.examine(t, w.reader(t, true)), "registry-condition")
	require.Len(t, found, 1)
	assert.Contains(t, found[0], `{"AWS_SECRET_ACCESS_KEY":"(hidden)","kept":"x"}`)
}

// TestSecrecyOfTheBlind: why nothing can be said at all is told without credentials, too.
func TestSecrecyOfTheBlind(t *testing.T) {
	reader := cluster.Live(func(context.Context, ...string) ([]byte, []byte, error) {
		return nil, []byte("error: You must be logged in; refresh failed for https://admin:abcdefgh@idp.example.com/" +
			"?client_secret=ijklmnop id-token sha256~qrstuvwxyzqrstuvwxyz0 password=hunter2"), errors.New("exit status 1")
	}, time.Second)
	report := doctor.Examine(t.Context(), reader, doctor.Input{Now: now})
	said := fmt.Sprint(report.Blind, report.Unseen)
	assert.Contains(t, report.Blind, "You must be logged in")
	for _, credential := range []string{"abcdefgh", "ijklmnop", "qrstuvwx", "hunter2"} {
		assert.NotContains(t, said, credential)
	}
}

// TestSecrecyHasAnEnd: a large value and long words of others are no reason to wait.
func TestSecrecyHasAnEnd(t *testing.T) {
	large := strings.Repeat("v", 500_000)
	w := healthy(t)
	w.change(t, "kind: Secret\nmetadata: {name: images, namespace: openshift-image-registry}\nstringData: {large: "+large+"}\n---\n"+
		degraded(strings.Repeat("words ", 200_000)))
	found := lines(w.examine(t, w.reader(t, true)), "registry-condition")
	require.Len(t, found, 1)
	assert.Less(t, len(found[0]), 5000)
}

// TestSecrecyOfClaimsElsewhere: the values of a claim in any namespace are known.
func TestSecrecyOfClaimsElsewhere(t *testing.T) {
	w := healthy(t)
	w.change(t, "apiVersion: objectbucket.io/v1alpha1\nkind: ObjectBucketClaim\nmetadata: {name: rgwbucket, namespace: openshift-storage}\n"+
		"---\napiVersion: v1\nkind: Secret\nmetadata: {name: rgwbucket, namespace: openshift-storage}\nstringData: {k: somebody-elses}\n---\n"+
		degraded("refused somebody-elses"))
	found := lines(w.examine(t, w.reader(t, true)), "registry-condition")
	require.Len(t, found, 1)
	assert.Contains(t, found[0], "refused (hidden)")
}

// TestWordsStay: what looks a little like a credential, and is none, is told.
func TestWordsStay(t *testing.T) {
	const words = "image-registry-0b7e6a3c-1f2d-4c5b-8a9e-001122334455 at rook-ceph-rgw-ocs-storagecluster-cephobjectstore." +
		"openshift-storage.svc, sha256:0123456789abcdef0123456789abcdef, PersistentVolumeClaim REGISTRY_STORAGE_S3_SECRETKEY, " +
		"with its ConfigMap and Secret: ObjectBucketClaim images, AWS_SECRET_ACCESS_KEY is missing or empty, " +
		"the password is not set, the access key is invalid. accesskey missing"
	w := healthy(t)
	w.change(t, degraded(words))
	found := lines(w.examine(t, w.reader(t, true)), "registry-condition")
	require.Len(t, found, 1)
	assert.Contains(t, found[0], words)
}
