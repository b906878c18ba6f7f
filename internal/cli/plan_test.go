package cli_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	onVolume = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, replicas: 1, storage: {pvc: {claim: "old"}}}}`
	onBucket = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {s3: {bucket: some-bucket}}}}`
)

// TestPlanExitCodes: 1 where the Job would stop, 2 where nobody can say.
func TestPlanExitCodes(t *testing.T) {
	profile := filepath.Join(examples, "minimal/profile.yaml")
	for name, c := range map[string]struct {
		objects string
		code    int
		says    string
	}{
		"images elsewhere": {onVolume, 1, "The Job stops with exit code 3.\nWhat to do: Copy the images"},
		"unknown bucket":   {onBucket, 2, "How the Job ends cannot be foreseen"},
		"nothing":          {"{apiVersion: v1, kind: Namespace, metadata: {name: x}}", 2, "Could not be seen: "},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "objects.yaml")
			require.NoError(t, os.WriteFile(file, []byte(c.objects), 0o644))
			r := run("", "plan", profile, "--from", file)
			assert.Equal(t, c.code, r.code, r.err)
			assert.Contains(t, r.out, c.says)

			r = run("", "plan", profile, "--from", file, "-o", "json")
			assert.Equal(t, c.code, r.code, r.err)
			assert.True(t, json.Valid([]byte(r.out)), r.out)
		})
	}
	assert.Equal(t, 2, run("", "plan", profile, "--from", "missing.yaml").code)
	assert.Equal(t, 2, run("", "plan", profile, profile).code)
	assert.Equal(t, 1, run("kind: RegistryProfile\n", "plan", "-", "--from", profile).code)
}

// TestPlanOfNoCluster: a server that has nothing, not even Namespaces, is no cluster of which
// something could be said.
func TestPlanOfNoCluster(t *testing.T) {
	client := filepath.Join(write(t, "oc", "#!/bin/sh\necho 'Error from server (NotFound): not found' >&2\nexit 1\n"), "oc")
	require.NoError(t, os.Chmod(client, 0o755))
	r := run("", "plan", filepath.Join(examples, "minimal/profile.yaml"), "--kubectl", client)
	assert.Equal(t, 2, r.code, r.out)
	assert.NotContains(t, r.out, "refused")
	assert.Contains(t, r.out, "what answers is no API server of a cluster: every cluster knows Namespace")
}

// TestPlanForPrograms: what somebody should know before a merge is a finding of its own, and the
// profile's own faults are told in the same document.
func TestPlanForPrograms(t *testing.T) {
	profile := filepath.Join(examples, "minimal/profile.yaml")
	const going = "---\n{apiVersion: v1, kind: Namespace, metadata: {name: registry-profile, deletionTimestamp: '2026-01-01T00:00:00Z'}}\n"
	type rule struct{ RuleID, Level string }
	var log struct{ Runs []struct{ Results []rule } }
	r := run(onVolume+"\n"+going, "plan", profile, "--from", "-", "-o", "sarif")
	assert.Equal(t, 1, r.code)
	assert.Empty(t, r.err)
	require.NoError(t, json.Unmarshal([]byte(r.out), &log))
	assert.Contains(t, log.Runs[0].Results, rule{"plan-job-stops", "error"})
	assert.Contains(t, log.Runs[0].Results, rule{"plan-going", "error"})

	var suites struct {
		Failures int `xml:"failures,attr"`
	}
	r = run(onBucket, "plan", profile, "--from", "-", "-o", "junit")
	assert.Equal(t, 2, r.code, "what decides was not seen")
	require.NoError(t, xml.Unmarshal([]byte(r.out), &suites))
	assert.Zero(t, suites.Failures)
	assert.Contains(t, r.out, "plan-unseen")

	r = run("kind: RegistryProfile\n", "plan", "-", "--from", profile, "-o", "junit")
	assert.Equal(t, 1, r.code)
	require.NoError(t, xml.Unmarshal([]byte(r.out), &suites))
	assert.NotZero(t, suites.Failures)
}

// TestPlanOfJobThatIsThere: one that is over does not run again, and only one that has failed
// is a fault.
func TestPlanOfJobThatIsThere(t *testing.T) {
	profile := filepath.Join(root, "testdata/reconcile-off/input.yaml") // or the CronJob runs it
	_, job, _ := strings.Cut(run("", "render", profile).out, "apiVersion: batch/v1\nkind: Job\n")
	job, _, _ = strings.Cut("apiVersion: batch/v1\nkind: Job\n"+job, "---\n")
	const status = "status: {conditions: [{type: %s, status: 'True', reason: BackoffLimitExceeded}]}\n"
	for condition, c := range map[string]struct {
		code int
		says string
	}{
		"Complete": {0, "\nThe Job is there and complete: it does not run again by itself.\nIf it did: spec.storage of "},
		"Failed": {1, "\nThe Job is there and has failed (BackoffLimitExceeded): it does not run again by itself. Mend what it " +
			"names, delete it, and deliver it again: oc delete job -n registry-profile registry-bootstrap-"},
		"Suspended": {1, "\nThe Job is running now.\nspec.storage of "},
	} {
		r := run(job+fmt.Sprintf(status, condition)+"---\n"+onVolume, "plan", profile, "--from", "-")
		assert.Equal(t, c.code, r.code, r.out)
		assert.Contains(t, r.out, c.says)
		assert.Equal(t, condition != "Suspended", strings.Contains(r.out, "\nIf it did: The Job stops with exit code 3.\n"), r.out)
	}
}

// TestPlanDiff: a reviewer's tools take the diff for one, and it has what the Job writes, too.
func TestPlanDiff(t *testing.T) {
	profile := filepath.Join(examples, "minimal/profile.yaml")
	r := run(removedConfig, "plan", profile, "--from", "-", "-o", "diff")
	assert.Contains(t, r.out, "--- live/Config/cluster.yaml\n+++ delivered/Config/cluster.yaml\n@@ -1,")
	dir := t.TempDir()
	apply := exec.Command("git", "apply", "--stat", "--allow-empty", "-")
	apply.Dir, apply.Stdin = dir, strings.NewReader(r.out)
	said, err := apply.CombinedOutput()
	require.NoError(t, err, "%s\n%s", said, r.out)
	assert.Contains(t, string(said), "Config/cluster.yaml")
}

// hostile is a text that a terminal, a browser or a merge request would obey.
const hostile = "\x1b[2J\u202e<img src=x onerror=alert(1)>|`x` [a](javascript:b) </style> {{.}} *b* _c_ @d"

// TestPlanOfHostileCluster: what a cluster says stays text, in every format for people.
func TestPlanOfHostileCluster(t *testing.T) {
	config, err := json.Marshal(map[string]any{
		"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
		"metadata": map[string]any{"name": "cluster", "annotations": map[string]any{"registryprofile.dev/profile": hostile}},
		"spec": map[string]any{
			"managementState": hostile, "rolloutStrategy": hostile,
			"storage": map[string]any{hostile: map[string]any{}, "s3": map[string]any{"bucket": hostile}, "pvc": map[string]any{"claim": hostile}},
		},
	})
	require.NoError(t, err)
	claim, err := json.Marshal(map[string]any{
		"apiVersion": "objectbucket.io/v1alpha1", "kind": "ObjectBucketClaim", "metadata": map[string]any{
			"name": hostile, "namespace": hostile, "labels": map[string]any{"app.kubernetes.io/managed-by": "registry-profile"},
			"annotations": map[string]any{"registryprofile.dev/profile": "registry"},
		},
	})
	require.NoError(t, err)
	for format, never := range map[string][]string{
		"text": nil, "diff": nil, "markdown": {"<img", "`", "[a](", "*b*", " _c_"}, "html": {"<img", "<script", "</style> "},
	} {
		r := run(string(config)+string(claim), "plan", filepath.Join(examples, "minimal/profile.yaml"), "--from", "-", "-o", format)
		assert.Equal(t, 1, r.code, r.err)
		for _, text := range append(never, "\x1b", "\u202e") {
			assert.NotContains(t, r.out, text, format)
		}
		assert.Contains(t, r.out, `u202e`, "%s: it is told", format)
	}
}

// TestPlanPage: the page is well-formed, needs nothing beside it and runs nothing, whatever the
// cluster says; and it shows the waves, the registry before and after, and what to do.
func TestPlanPage(t *testing.T) {
	for name, c := range map[string]struct {
		objects string
		shows   []string
	}{
		"stops": {onVolume, []string{
			"The Job stops with exit code 3, and changes nothing", `PersistentVolumeClaim "old" (pvc), Managed`, "stays as it is",
			"What a person has to do first", "Copy the images", "Wave 0", "what the Job needs", "Wave 2", "once the Job is complete",
		}},
		"unknown": {onBucket, []string{"What decides could not be seen", "cannot be foreseen"}},
		"hostile": {strings.ReplaceAll(onVolume, `"old"`, `"</dd></main><script src=//x>"`), []string{`\u003C/dd\u003E`}},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(c.objects, "plan", filepath.Join(examples, "minimal/profile.yaml"), "--from", "-", "-o", "html")
			decoder := xml.NewDecoder(strings.NewReader(r.out))
			decoder.Entity = xml.HTMLEntity
			var text strings.Builder
			for {
				token, err := decoder.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				switch token := token.(type) {
				case xml.CharData:
					text.Write(token)
				case xml.StartElement:
					assert.NotContains(t, []string{"script", "link", "img", "iframe", "object", "base", "form"}, token.Name.Local)
					for _, a := range token.Attr {
						assert.NotRegexp(t, "^(src|href|on.*|srcset|action)$", a.Name.Local)
					}
				}
			}
			assert.NotRegexp(t, `url\(|@import`, r.out)
			for _, want := range c.shows {
				assert.Contains(t, strings.Join(strings.Fields(text.String()), " "), want)
			}
		})
	}
}

// TestPlanSecrecy: no format quotes a credential that Config quotes.
func TestPlanSecrecy(t *testing.T) {
	const key = "two-point-five-and-a-half"
	cluster := `{apiVersion: v1, kind: Secret, metadata: {name: image-registry-private-configuration-user,
namespace: openshift-image-registry}, stringData: {REGISTRY_STORAGE_S3_SECRETKEY: ` + key + `}}
---
{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, rolloutStrategy: ` + key + `, storage: {s3: {bucket: ` + key + `,
regionEndpoint: "https://user:another@rgw.example.com"}}}}
`
	for _, format := range []string{"text", "markdown", "json", "diff", "html"} {
		r := run(cluster, "plan", filepath.Join(examples, "minimal/profile.yaml"), "--from", "-", "-o", format)
		assert.Contains(t, r.out, "(hidden)", format)
		assert.NotContains(t, r.out+r.err, key, format)
		assert.NotContains(t, r.out+r.err, "another", format)
	}
}

// TestStdinTwice, and files without objects, for every command that reads a cluster.
func TestStdinTwice(t *testing.T) {
	empty := t.TempDir()
	twice := filepath.Join(t.TempDir(), "twice.yaml")
	require.NoError(t, os.WriteFile(twice, []byte("kind: Secret\nkind: Config\n"), 0o600))
	profile := filepath.Join(examples, "minimal/profile.yaml")
	for _, command := range []string{"plan", "doctor", "s3-env"} {
		for want, arguments := range map[string][]string{
			"error: stdin cannot be both the profile and the cluster's objects\n": {"-", "--from", "-"},
			"error: --from - is given twice, and stdin can be read once\n":        {profile, "--from", "-", "--from", "-"},
			"error: " + empty + ": has no *.yaml, *.yml or *.json in it; name a folder or file with objects\n": {
				profile, "--from", empty,
			},
			"error: " + twice + `: document 1: it cannot be read: yaml: unmarshal errors: line 2: key "kind" already set in map` + "\n": {
				profile, "--from", twice,
			},
		} {
			r := run("", append([]string{command}, arguments...)...)
			assert.Equal(t, 2, r.code)
			assert.True(t, strings.HasPrefix(r.err, want), "%s: %s", command, r.err)
		}
	}
}
