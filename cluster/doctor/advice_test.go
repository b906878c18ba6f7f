package doctor_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/generators/bootstrap"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// storeAdvice is what the Job advises about an error of the store: the script's own function.
func storeAdvice(t *testing.T, message string) string {
	t.Helper()
	_, body, ok := strings.Cut(bootstrap.Script(), "\nstore_advice() {")
	require.True(t, ok)
	body, _, ok = strings.Cut(body, "\n}\n")
	require.True(t, ok)
	script := "BACKEND=s3 endpoint=E bucket=B claim=C\nstore_advice() {" + body + "\n}\nstore_advice \"$1\""
	out, err := exec.Command("bash", "-euc", script, "bash", message).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// TestErrorsOfTheStoreAsTheJobKnowsThem: doctor and the Job tell the same errors of the store
// apart. Two errors have the same code if, and only if, the Job has the same advice.
func TestErrorsOfTheStoreAsTheJobKnowsThem(t *testing.T) {
	codes := map[string]string{}
	for _, message := range []string{
		"x509: certificate has expired", "tls: certificate signed by unknown authority", "NoSuchBucket: none",
		"TooManyBuckets: 1", "SignatureDoesNotMatch: no", "InvalidAccessKeyId: no", "AccessDenied: no", "Forbidden: Forbidden",
		"status code: 403", "dial tcp: lookup rgw.apps.example.com: no such host", "dial tcp: connect: connection refused",
		"dial tcp 192.0.2.1:443: i/o timeout", "configs is forbidden: User x cannot get x509: 403", "something else",
	} {
		w := healthy(t)
		w.change(t, refused(message))
		code := ""
		for _, f := range w.examine(t, w.reader(t, true)).Findings {
			if strings.HasPrefix(finding.CodeOf(f), "store-") {
				code = finding.CodeOf(f)
			}
		}
		advice := storeAdvice(t, message)
		assert.Equal(t, advice == "", code == "", message)
		if before, ok := codes[advice]; ok {
			assert.Equal(t, before, code, message)
		}
		codes[advice] = code
	}
	of := 0
	for _, c := range doctor.Checks() {
		if strings.HasPrefix(c.Code, "store-") && c.Looks == "the conditions of Config" {
			of++
		}
	}
	assert.Len(t, codes, of+1, "each error of the table, and none")
}
