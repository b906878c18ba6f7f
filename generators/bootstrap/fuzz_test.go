package bootstrap

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A placeholder is a value that every parameter and every value of the cluster
// below may have, and that stands nowhere else.
const placeholder = "zz-placeholder-zz"

// profileParameters carry a string of the profile into the script. object is the
// key, up to the name, of what the cluster calls by it.
var profileParameters = []struct{ name, object string }{
	{"CLAIM_NAME", "openshift-image-registry/image-registry"},
	{"CLAIM_CLASS", ""},
	{"STORAGE_NAMESPACE", ""},
	{"STORAGE_CLUSTER", ""},
	{"REGION", ""},
	{"ENDPOINT_HOST", ""},
	{"ROUTE_NAME", "openshift-storage/ocs-storagecluster-cephobjectstore-secure"},
	{"TRUSTED_CA", ""},
}

// hostile are values that mean something to a shell, to JSON, to a go-template, to
// oc, or to a person who reads the log.
var hostile = []string{
	"", "a", "-a", "--all", "a b", "a,b", `a"b`, `a\`, `a"}}`, "a\nb", "a\r", "a'b", "a`id`", "$(id)", "${HOME}", "$0",
	"*", "~", "a;b", "a|b", "a&b", "{{.}}",
	"=x", "a=b", "\u2028", "\x1b[2J", "null", "0", strings.Repeat("a", 300), "a.b-c",
	"h:443", "h:80", "h:0", "[::1]:443", "[", "]", "a/b", "..", "é", "%s", "%n", "!", "#", "a#b",
}

// FuzzParameters: whatever a string of the profile is, the script refuses it before
// its first call, or each of its calls is what it is for the placeholder.
func FuzzParameters(f *testing.F) {
	addHostile(f, len(profileParameters))
	harmless := map[int][]call{}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		p := int(which) % len(profileParameters)
		if strings.Contains(value, "\x00") { // no environment can hold it
			return
		}
		if harmless[p] == nil {
			harmless[p] = withParameter(t, p, placeholder).ends(0, "Done").Calls
		}
		l := withParameter(t, p, value)
		requireNoShellError(t, l)
		if l.status == 2 {
			require.Empty(t, l.Calls)
			return
		}
		require.Equal(t, 0, l.status, l.output)
		require.Len(t, l.Calls, len(harmless[p]))
		shown := value
		if profileParameters[p].name == "ENDPOINT_HOST" {
			shown = strings.TrimSuffix(value, ":443")
		}
		for i, call := range l.Calls {
			requireReplaced(t, harmless[p][i], call, shown)
		}
	})
}

// addHostile pairs each hostile value with one of the places, and each place with
// what breaks out of JSON and out of a line; the fuzzer finds the other pairs.
func addHostile(f *testing.F, places int) {
	for i, value := range hostile {
		f.Add(uint8(i%places), value)
	}
	for place := range places {
		f.Add(uint8(place), `a","b":"c`)
		f.Add(uint8(place), "a\nBUCKET_NAME=b")
	}
}

func withParameter(t *testing.T, p int, value string) *lab {
	t.Helper()
	l := anotherLab(t).set("TIMEOUT_SECONDS=0")
	parameter := profileParameters[p]
	switch parameter.name {
	case "ENDPOINT_HOST":
		l.set("ENDPOINT=host")
	case "CLAIM_CLASS":
		l.Objects["storageclasses.storage.k8s.io/"+value] = l.Objects[class]
		l.with(claim, `{"spec": {"storageClassName": `+text(value)+`}}`)
	}
	l.parameters[parameter.name] = value
	for key, o := range l.Objects {
		if kind, found := strings.CutSuffix(key, "/"+parameter.object); found {
			namespace, _, _ := strings.Cut(parameter.object, "/")
			l.Objects[kind+"/"+namespace+"/"+value] = o
		}
	}
	return l.run()
}

// requireReplaced requires a call to be the harmless one with the value in the place
// of the placeholder, in what it means as in how it is written.
func requireReplaced(t *testing.T, harmless, call call, value string) {
	t.Helper()
	replace := func(text string) string { return strings.ReplaceAll(text, placeholder, value) }
	var args []string
	for _, arg := range harmless.Args {
		args = append(args, replace(arg))
	}
	require.Equal(t, args, call.Args)
	require.Equal(t, replace(harmless.Stdin), call.Stdin)
	before, after := documents(t, harmless), documents(t, call)
	require.Len(t, after, len(before))
	for i := range before {
		require.Equal(t, replaceIn(before[i], replace), after[i])
	}
}

// documents are what a call writes.
func documents(t *testing.T, c call) []any {
	t.Helper()
	texts := []string{c.Stdin}
	if i := slices.Index(c.Args, "-p"); i > 0 {
		texts = append(texts, c.Args[i+1])
	}
	var all []any
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			var document any
			require.NoError(t, json.Unmarshal([]byte(text), &document), text)
			all = append(all, document)
		}
	}
	return all
}

func replaceIn(value any, replace func(string) string) any {
	switch v := value.(type) {
	case string:
		return replace(v)
	case object:
		replaced := object{}
		for key, item := range v {
			replaced[replace(key)] = replaceIn(item, replace)
		}
		return replaced
	default:
		return value
	}
}

// clusterValues are patches that put a value, which is %s, where somebody else
// writes it.
var clusterValues = []struct{ key, patch string }{
	{claim, `{"status": {"phase": %s}}`},
	{claim, `{"metadata": {"labels": {"bucket-provisioner": %s}}}`},
	{claim, `{"spec": {"storageClassName": %s}}`},
	{claim, `{"spec": {"generateBucketName": %s}}`},
	{class, `{"provisioner": %s}`},
	{route, `{"spec": {"to": {"kind": "Service", "name": %s}}}`},
	{claimMap, `{"data": {"BUCKET_NAME": %s}}`},
	{claimMap, `{"data": {"BUCKET_HOST": %s}}`},
	{claimMap, `{"data": {"BUCKET_PORT": %s}}`},
	{claimSecret, `{"data": {"AWS_ACCESS_KEY_ID": %s}}`},
	{claimSecret, `{"data": {"AWS_SECRET_ACCESS_KEY": %s}}`},
	{route, `{"spec": {"host": %s}}`},
	{ingressCA, `{"data": {"ca-bundle.crt": %s}}`},
	{config, `{"metadata": {"resourceVersion": %s}}`},
	{config, `{"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": %s}}}`},
	{config, `{"metadata": {"managedFields": [{"manager": %s, "operation": "Apply", "fieldsV1": {"f:spec": {"f:storage": {}}}}]}}`},
	{config, `{"metadata": {"annotations": {"registryprofile.dev/left-storage": %s}}, "spec": {"storage": {"swift": {}}}}`},
	{config, `{"spec": {"managementState": %s}}`},
	{config, `{"spec": {"storage": {"s3": {"bucket": %s}}}}`},
	{config, `{"spec": {"storage": {"s3": {"bucket": "` + bucket + `", "regionEndpoint": %s}}}}`},
	{config, `{"status": {"storage": {"pvc": {"claim": %s}}}}`},
	{config, `{"status": {"conditions": [{"type": %[1]s, "status": %[1]s, "message": %[1]s}]}}`},
	{operator, `{"status": {"conditions": [{"type": "Degraded", "status": "True", "message": %s}]}}`},
}

// FuzzClusterValues: whatever the cluster says, the script ends as its contract
// has it, and what it writes is JSON with the fields that it writes, and no others.
func FuzzClusterValues(f *testing.F) {
	addHostile(f, len(clusterValues))
	known := map[string]bool{
		"/spec/disableRedirect": true, "/metadata/annotations/registryprofile.dev/left-storage": true,
	}
	for _, written := range []string{
		appliedCA, appliedCredentials, switched("1"), coOwned("1", s3),
		`patch {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": null}}}`,
	} {
		_, text, _ := strings.Cut(written, " ")
		var document any
		require.NoError(f, json.Unmarshal([]byte(text), &document))
		addPaths(document, "", known)
	}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		at := clusterValues[int(which)%len(clusterValues)]
		l := anotherLab(t).set("TIMEOUT_SECONDS=0", "LEAVE_STORAGE=backend=swift")
		if strings.Contains(at.patch, "BUCKET_HOST") || strings.Contains(at.patch, "BUCKET_PORT") {
			l.set("ENDPOINT=service", "DISABLE_REDIRECT=true")
		}
		l.with(at.key, fmt.Sprintf(at.patch, text(value))).run()
		requireNoShellError(t, l)
		require.Contains(t, []int{0, 1, 2, 3}, l.status, l.output)
		for _, c := range l.Calls {
			for _, document := range documents(t, c) {
				paths := map[string]bool{}
				addPaths(document, "", paths)
				for path := range paths {
					assert.True(t, known[path], "%s is written", path)
				}
			}
		}
	})
}

func addPaths(value any, path string, paths map[string]bool) {
	m, ok := value.(object)
	if !ok {
		paths[path] = true
		return
	}
	for key, item := range m {
		addPaths(item, path+"/"+key, paths)
	}
}

// requireNoShellError: bash names the line of a command that went wrong.
func requireNoShellError(t *testing.T, l *lab) {
	t.Helper()
	require.NotContains(t, l.output, "bootstrap.sh: line ")
}
