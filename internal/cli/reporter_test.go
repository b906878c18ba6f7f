package cli_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reportFiles are a good profile, one with an error and a warning, and one that is no YAML.
func reportFiles(t *testing.T) {
	t.Helper()
	const bad = `{storage: {rbd: {}}, registry: {proxy: {http: "http://user:hunter2@proxy:3128"}},
  pruner: {keepYoungerThanDuration: 30d}}`
	t.Chdir(write(t, "good one.yaml", profile("good", "{}"), "bad.yaml", profile("bad", bad), "no.yaml", "a: [\n"))
}

// version stands in goldens for the version of the build.
var version = regexp.MustCompile(`("version": )"(\(devel\)|v[^"]+)"`)

// TestReportFormats shows every format whole.
func TestReportFormats(t *testing.T) {
	testdata, err := filepath.Abs("testdata")
	require.NoError(t, err)
	reportFiles(t)
	text := run("", "validate", "good one.yaml", "bad.yaml", "no.yaml")
	for _, format := range []string{"json", "sarif", "junit"} {
		r := run("", "validate", "-o", format, "good one.yaml", "bad.yaml", "no.yaml", "absent.yaml")
		assert.Equal(t, 2, r.code)
		assert.Equal(t, "error: absent.yaml: no such file or directory\n", r.err, "what is no finding stays on stderr")
		cases.Golden(t, filepath.Join(testdata, "report."+format), version.ReplaceAllString(r.out, `$1"VERSION"`))

		some := run("", "validate", "--output", format, "bad.yaml")
		assert.Equal(t, 1, some.code)
		assert.Empty(t, some.err)
		none := run("", "validate", "--output", format, "good one.yaml")
		assert.Zero(t, none.code)
		assert.Empty(t, none.err)
		cases.Golden(t, filepath.Join(testdata, "no-finding."+format), version.ReplaceAllString(none.out, `$1"VERSION"`))
		strict := run("", "validate", "--strict", "-o", format, "bad.yaml")
		assert.NotRegexp(t, `"(warning|note)"|warning: `, strict.out)
	}
	assert.Equal(t, text, run("", "validate", "-o", "text", "good one.yaml", "bad.yaml", "no.yaml"))
}

// TestReportsHideSecrets: a password that a profile or a manifest holds is in no format.
func TestReportsHideSecrets(t *testing.T) {
	const secret = "hunter2hunter2"
	manifest := `apiVersion: v1
kind: Secret
metadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}
stringData: {REGISTRY_STORAGE_S3_SECRETKEY: ` + secret + `}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: mine}
data: {AWS_SECRET_ACCESS_KEY: ` + secret + `, url: "https://user:` + secret + `@host/"}
---
apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata: {name: cluster}
spec: {httpSecret: ` + secret + `, proxy: {http: "http://user:` + secret + `@host:1"}}
`
	t.Chdir(write(t, "stream.yaml", manifest, "profile.yaml", profile("one", `{registry: {httpSecret: `+secret+
		`, replicas: "http://user:`+secret+`@host", proxy: {https: "http://user:`+secret+`@host:1"}}}`)))
	for _, format := range []string{"text", "json", "sarif", "junit"} {
		for _, command := range [][]string{{"validate", "profile.yaml"}, {"check", "stream.yaml"}} {
			r := run("", append(command, "-o", format)...)
			assert.Equal(t, 1, r.code)
			assert.NotContains(t, r.out+r.err, secret, "%s as %s", command, format)
		}
	}
}

// TestReportOfAStream: all files of a stream are in the report, and what is about the
// stream as a whole as well.
func TestReportOfAStream(t *testing.T) {
	t.Chdir(write(t, "a/config.yaml", wrongConfig, "a/values.yaml", "x: y\n", "b.yaml", usersConfigMap))
	type report struct {
		Command  string
		Files    []string
		Errors   int
		Findings []struct {
			Code, File, Path string
			Line             int
			Object           struct{ Kind, Name string }
		}
	}
	var found report
	require.NoError(t, json.Unmarshal([]byte(run("", "check", "-o", "json", "a").out), &found))
	assert.Equal(t, "check", found.Command)
	assert.Equal(t, []string{"a/config.yaml", "a/values.yaml"}, found.Files)
	assert.Equal(t, 1, found.Errors)
	require.Len(t, found.Findings, 1)
	assert.Equal(t, "config-storage a/config.yaml 6 spec.storage Config/cluster", strings.Join([]string{
		found.Findings[0].Code, found.Findings[0].File, "6", found.Findings[0].Path,
		found.Findings[0].Object.Kind + "/" + found.Findings[0].Object.Name}, " "))
	assert.Equal(t, 6, found.Findings[0].Line)

	whole := run("", "check", "-o", "sarif", "b.yaml")
	assert.Contains(t, whole.out, `"ruleId": "nothing-of-ours"`)
	assert.Contains(t, whole.out, `"uri": "b.yaml"`, "GitHub refuses a result without a place")
	whole = run("", "check", "-o", "junit", "b.yaml")
	assert.Contains(t, whole.out, `<testsuite name="check" tests="1" failures="1" errors="0" skipped="0">`)

	found = report{}
	require.NoError(t, json.Unmarshal([]byte(run(wrongConfig, "check", "-o", "json", "-").out), &found))
	assert.Equal(t, []string{"stdin"}, found.Files)
}

// TestReportNamesFilesRelatively: a CI system finds the file in the repository, also where
// the name was absolute.
func TestReportNamesFilesRelatively(t *testing.T) {
	dir := write(t, "here/my profile.yaml", "a: b\n", "there.yaml", "a: b\n")
	t.Chdir(filepath.Join(dir, "here"))
	for name, uri := range map[string]string{
		"my profile.yaml":                     "my%20profile.yaml",
		"./my profile.yaml":                   "my%20profile.yaml",
		dir + "/here/my profile.yaml":         "my%20profile.yaml",
		dir + "/there.yaml":                   "file://" + dir + "/there.yaml",
		"../there.yaml":                       "../there.yaml",
		dir + "/here/../here/my profile.yaml": "my%20profile.yaml",
	} {
		assert.Contains(t, run("", "validate", "-o", "sarif", name).out, `"uri": "`+uri+`"`, name)
	}
}
