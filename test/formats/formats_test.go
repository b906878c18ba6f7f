// Package formats holds what the program writes for machines to the machines' own
// definitions: reports to the schema of SARIF and to a reader of JUnit, and the schema of a
// profile to an implementation of JSON Schema. It is a module of its own, so that the
// program does not depend on those.
package formats

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// report is a run of the program over files of testdata.
type report struct {
	name string
	args []string
}

// reports are one of no finding, one of every case of profiles and final streams alone, and
// one of all profiles.
func reports(t *testing.T) []report {
	t.Helper()
	dir := t.TempDir()
	var all []report
	var files []string
	for _, c := range cases.All(t) {
		if c.Profile == nil {
			continue
		}
		file := filepath.Join(dir, c.Name+".yaml")
		require.NoError(t, os.WriteFile(file, []byte(c.Profile.MustString()), 0o600))
		files = append(files, file)
		all = append(all, report{c.Name, []string{"validate", file}})
	}
	streams, err := filepath.Glob(filepath.Join(cases.Root(t), "testdata", "*", "stream.yaml"))
	require.NoError(t, err)
	require.Greater(t, len(streams), 20)
	for _, file := range streams {
		all = append(all, report{filepath.Base(filepath.Dir(file)), []string{"check", file}})
	}
	broken := filepath.Join(dir, "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("a: [\n\x01"), 0o600))
	return append(all, report{"all", append([]string{"validate", broken}, files...)})
}

// findings is what the report has as JSON.
type findings struct {
	Files    []string
	Errors   int
	Warnings int
	Findings []struct {
		Severity, Code, Message, File, Path string
		Line                                int
	}
}

// as runs the program. Its exit code says whether there are errors.
func (r report) as(t *testing.T, format string, errors int) []byte {
	t.Helper()
	var out, err bytes.Buffer
	code := cli.Main(append(slices.Clone(r.args), "--output", format), strings.NewReader(""), &out, &err)
	assert.Empty(t, err.String())
	assert.Equal(t, min(errors, 1), code)
	return out.Bytes()
}

// found returns the report as JSON.
func (r report) found(t *testing.T) findings {
	t.Helper()
	var out, discard bytes.Buffer
	cli.Main(append(slices.Clone(r.args), "-o", "json"), strings.NewReader(""), &out, &discard)
	var found findings
	require.NoError(t, json.Unmarshal(out.Bytes(), &found))
	return found
}

func TestSARIF(t *testing.T) {
	schema := sarifSchema(t)
	for _, r := range reports(t) {
		t.Run(r.name, func(t *testing.T) {
			found := r.found(t)
			content := r.as(t, "sarif", found.Errors)
			require.NoError(t, validate(schema, content))
			log, err := sarif.FromBytes(content)
			require.NoError(t, err)
			require.Len(t, log.Runs, 1)
			run := log.Runs[0]
			require.Len(t, run.Results, len(found.Findings))
			for i, result := range run.Results {
				f := found.Findings[i]
				rule := run.Tool.Driver.Rules[result.RuleIndex]
				assert.Equal(t, f.Code, *rule.ID)
				assert.Equal(t, f.Code, *result.RuleID)
				assert.NotEmpty(t, *rule.Help.Text)
				assert.Contains(t, *result.Message.Text, strings.Join(strings.Fields(f.Message), " "))
				at := result.Locations[0].PhysicalLocation
				assert.NotEmpty(t, *at.ArtifactLocation.URI)
				assert.Equal(t, max(1, f.Line), *at.Region.StartLine)
			}
		})
	}
}

// TestPlan: what "plan" finds is written in the same formats.
func TestPlan(t *testing.T) {
	profile := filepath.Join(cases.Root(t), "examples/minimal/profile.yaml")
	const elsewhere = "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}, " +
		"spec: {managementState: Managed, storage: {pvc: {claim: old}}}}"
	as := func(format string) []byte {
		var out, err bytes.Buffer
		code := cli.Main([]string{"plan", profile, "--from", "-", "-o", format}, strings.NewReader(elsewhere), &out, &err)
		assert.Equal(t, 1, code)
		assert.Empty(t, err.String())
		return out.Bytes()
	}
	log := as("sarif")
	require.NoError(t, validate(sarifSchema(t), log))
	assert.Contains(t, string(log), "plan-job-stops")
	suites, err := junit.Ingest(as("junit"))
	require.NoError(t, err)
	require.Len(t, suites, 1)
	assert.Equal(t, 1, suites[0].Totals.Failed)
}

// TestSARIFSchemaFindsFaults tests the test.
func TestSARIFSchemaFindsFaults(t *testing.T) {
	schema := sarifSchema(t)
	const good = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}, "results": []}]}`
	require.NoError(t, validate(schema, []byte(good)))
	for from, to := range map[string]string{
		`"2.1.0"`: `"2.2"`, `"name": "a"`: `"title": "a"`, `"results": []`: `"results": [{}]`, `"runs"`: `"run"`,
	} {
		assert.Error(t, validate(schema, []byte(strings.Replace(good, from, to, 1))), to)
	}
}

// sarifSchema returns the schema of OASIS, which go-sarif has as a constant of its own.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	require.NoError(t, err)
	path := filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	require.NoError(t, err)
	constant := file.Scope.Lookup("schema").Decl.(*ast.ValueSpec).Values[0].(*ast.BasicLit)
	text, err := strconv.Unquote(constant.Value)
	require.NoError(t, err)
	return compile(t, []byte(text))
}

// TestJUnit reads reports as a CI system does. There is no schema that CI systems share;
// go-junit reads what they do.
func TestJUnit(t *testing.T) {
	for _, r := range reports(t) {
		t.Run(r.name, func(t *testing.T) {
			found := r.found(t)
			content := r.as(t, "junit", found.Errors)
			suites, err := junit.Ingest(content)
			require.NoError(t, err)
			failed, passed, names := 0, 0, map[string]bool{}
			for _, suite := range suites {
				assert.NotEmpty(t, suite.Name)
				for _, test := range suite.Tests {
					name := test.Classname + " " + test.Name
					assert.False(t, names[name], "two tests are %s", name)
					names[name] = true
					switch test.Status {
					case junit.StatusFailed:
						failed++
						assert.NotEmpty(t, test.Error.(junit.Error).Message)
						assert.NotEmpty(t, test.Error.(junit.Error).Type)
					case junit.StatusPassed:
						passed++
					}
				}
			}
			assert.Equal(t, found.Errors, failed)
			assert.GreaterOrEqual(t, passed, found.Warnings)
			for _, file := range found.Files {
				assert.True(t, slices.ContainsFunc(suites, func(s junit.Suite) bool { return s.Name == file }), file)
			}
			assertTotals(t, content, len(names), failed)
		})
	}
}

// assertTotals compares the counts that the document itself gives.
func assertTotals(t *testing.T, content []byte, tests, failures int) {
	t.Helper()
	var root struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
	}
	require.NoError(t, xml.Unmarshal(content, &root))
	assert.Equal(t, tests, root.Tests)
	assert.Equal(t, failures, root.Failures)
}
