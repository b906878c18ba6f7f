package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const removedConfig = `{"apiVersion":"imageregistry.operator.openshift.io/v1","kind":"Config",` +
	`"metadata":{"name":"cluster"},"spec":{"managementState":"Removed"}}`

func TestDoctor(t *testing.T) {
	found := run(removedConfig, "doctor", "--from", "-")
	assert.Equal(t, 1, found.code)
	assert.Contains(t, found.err, "error: Config/cluster: spec.managementState: is Removed. If a registry is wanted, let the Job run")
	assert.Regexp(t, `\n\d+ checks: 1 error, 0 warnings, 0 for information, \d\d could not be seen\n$`, found.err)

	asJSON := run(removedConfig, "doctor", "--from", "-", "-o", "json")
	assert.Equal(t, 1, asJSON.code)
	assert.Contains(t, asJSON.out, `"code": "registry-removed"`)
	assert.Contains(t, asJSON.out, `"code": "check-unseen"`)

	blind := run("", "doctor", "--from", "-")
	assert.Equal(t, 2, blind.code)
	assert.Contains(t, blind.err, "nothing can be said about the registry: Config cluster is not in the input")

	const suspended = `{"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner",
		"metadata": {"name": "cluster"}, "spec": {"suspend": true}}`
	half := run(suspended, "doctor", "--from", "-")
	assert.Contains(t, half.err, "[pruner-suspended]")
	assert.Equal(t, 2, half.code, "a warning about something else is no verdict about the registry")

	bucket := strings.Replace(removedConfig, `"Removed"`, `"Removed","storage":{"managementState":"Managed","s3":{}}`, 1)
	onAmazon := `{"apiVersion":"config.openshift.io/v1","kind":"Infrastructure","metadata":{"name":"cluster"},` +
		`"status":{"platformStatus":{"type":"AWS"}}}`
	assert.Contains(t, run(bucket+onAmazon, "doctor", "--from", "-").err, " 1 for information, ")

	assert.Equal(t, 2, run("", "doctor", "no-such-profile.yaml").code)
	assert.Equal(t, 2, run("", "doctor", "one.yaml", "two.yaml").code)
	assert.Contains(t, run("", "doctor", "-", "--from", "-").err, "stdin cannot be both")
}

const otherCredentials = `
apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata: {name: cluster}
spec: {managementState: Managed, storage: {s3: {bucket: images, regionEndpoint: https://rgw.openshift-storage.svc}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: image-registry-rgw, namespace: openshift-image-registry}
data: {BUCKET_NAME: images, BUCKET_HOST: rgw.openshift-storage.svc}
---
apiVersion: objectbucket.io/v1alpha1
kind: ObjectBucketClaim
metadata: {name: image-registry-rgw, namespace: openshift-image-registry}
spec: {bucketName: images}
status: {phase: Bound}
---
apiVersion: v1
kind: Secret
metadata: {name: image-registry-rgw, namespace: openshift-image-registry}
stringData: {AWS_ACCESS_KEY_ID: one, AWS_SECRET_ACCESS_KEY: two}
---
apiVersion: v1
kind: Secret
metadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}
stringData: {REGISTRY_STORAGE_S3_ACCESSKEY: one, REGISTRY_STORAGE_S3_SECRETKEY: another}
`

// TestDoctorOfReadme: what the README shows is what is said.
func TestDoctorOfReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	said := run(otherCredentials, "doctor", "--from", "-").err
	for line := range strings.Lines(said) {
		if strings.Contains(line, "[credentials-differ]") {
			assert.Contains(t, string(readme), "\n```text\n"+line+"```\n")
			return
		}
	}
	assert.Fail(t, "the credentials do not differ", said)
}

// TestDoctorOfProfile: with a profile the names are its own, and the Job is looked ahead at. A
// profile with errors is refused, and no cluster is read.
func TestDoctorOfProfile(t *testing.T) {
	onOther := strings.Replace(removedConfig, `"Removed"`, `"Managed","storage":{"pvc":{"claim":"old"}}`, 1)
	found := run(onOther, "doctor", filepath.Join(examples, "minimal", "profile.yaml"), "--from", "-")
	assert.Equal(t, 1, found.code)
	assert.Regexp(t, `error: Job/registry-bootstrap-\w{8}: would end with exit code 3, images could be lost: `+
		`.*leaveStorage.*\[job-would-stop\]`, found.err)

	refused := run(theProfileOf("{odf: 1}"), "doctor", "-", "--kubectl", "/none")
	assert.Equal(t, 1, refused.code)
	assert.Contains(t, refused.err, "[wrong-type]")
	assert.NotContains(t, refused.err, "/none")
}

func theProfileOf(spec string) string {
	return "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec: " + spec + "\n"
}

func TestDoctorList(t *testing.T) {
	listed := run("", "doctor", "--list")
	assert.Zero(t, listed.code)
	for _, c := range doctor.Checks() {
		assert.Contains(t, listed.out, "\n"+c.Code+" ")
		explained := run("", "explain", c.Code)
		assert.Contains(t, explained.out, c.Why)
		assert.Equal(t, explained, run("", "doctor", "--explain", c.Code))
	}
	assert.Equal(t, 2, run("", "doctor", "--explain", "no-such-code").code)
}

const doctorIntro = `# What doctor looks at

<!-- Written by "make update-golden" from the checks' own table. -->

` + "`registry-profile doctor`" + ` runs these checks on a running cluster, a must-gather or files. A
check that could not see what it needs gives no verdict: a warning ` + "`" + doctor.UnseenCode + "`" + ` says why.
The numbers are those of [traps.md](traps.md).

| code | severity | looks at | why it matters | what to do | trap |
|---|---|---|---|---|---|
`

// TestDoctorDoc holds docs/doctor.md to the table.
func TestDoctorDoc(t *testing.T) {
	var b strings.Builder
	b.WriteString(doctorIntro)
	traps, err := os.ReadFile(filepath.Join(root, "docs", "traps.md"))
	require.NoError(t, err)
	for _, c := range doctor.Checks() {
		if c.Trap != "" {
			assert.Contains(t, string(traps), "\n| "+c.Trap+" |", c.Code)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", c.Code, c.Severity, c.Looks, c.Why, c.Fix, c.Trap)
	}
	cases.Golden(t, filepath.Join(root, "docs", "doctor.md"), b.String())
}

// TestReportWithoutFiles: a run that looks at no file and finds nothing has passed.
func TestReportWithoutFiles(t *testing.T) {
	var out strings.Builder
	require.NoError(t, (&finding.Report{Command: "doctor"}).Write(&out, "junit"))
	assert.Contains(t, out.String(), `<testsuite name="doctor" tests="1" failures="0"`)
}
