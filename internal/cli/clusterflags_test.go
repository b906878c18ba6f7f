package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/test/inspect"
)

// client writes a script that stands in for kubectl: it prints what the script says.
func client(t *testing.T, name, script string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755))
	return path
}

// open opens the Reader of a command line, and returns what was reported instead.
func open(t *testing.T, stdin string, arguments ...string) (cluster.Reader, string) {
	t.Helper()
	flags, cmd := &clusterFlags{}, &cobra.Command{}
	flags.add(cmd)
	require.NoError(t, cmd.ParseFlags(arguments))
	stderr := &bytes.Buffer{}
	s := &session{in: strings.NewReader(stdin), err: &messages{stream: stderr}}
	reader, faults := flags.open(s)
	s.textReporter().faults(faults)
	return reader, stderr.String()
}

// TestClientArguments: the client is called with the user's choice of cluster, with the
// environment, and without stdin.
func TestClientArguments(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://proxy")
	path := client(t, "oc", `read line && exit 9
case $3 in
/apis) echo '{"kind":"APIGroupList"}';;
*) printf '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a",'
   printf '"labels":{"was":"%s","proxy":"%s"}}}' "$*" "$HTTPS_PROXY";;
esac`)
	reader, said := open(t, "not for the client\n", "--kubectl", path,
		"--context", "c", "--kubeconfig", "k g", "--as", "joe", "--as-group", "a", "--as-group", "b", "--request-timeout", "20s")
	require.Empty(t, said)
	answer := reader.Get(t.Context(), cluster.ConfigMaps, "ns", "a")
	require.Equal(t, cluster.Present, answer.State, answer.Why)
	kubeconfig, err := filepath.Abs("k g") // s3-env prints it for a shell in any folder
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"proxy": "http://proxy", "was": "get --raw /api/v1/namespaces/ns/configmaps/a " +
		"--request-timeout=20s --kubeconfig=" + kubeconfig + " --context=c --as=joe --as-group=a --as-group=b"}, answer.Metadata.Labels)
}

// TestClientFaults: whatever a client does, the run goes on and says why.
func TestClientFaults(t *testing.T) {
	for name, c := range map[string]struct{ script, why string }{
		"refused":          {"echo 'Error from server (Forbidden): no' >&2; exit 1", "Error from server (Forbidden): no"},
		"fails in silence": {"exit 3", "exit status 3"},
		"half an answer":   {`printf '{"kind":"ConfigMap","meta'`, "it is no JSON that can be read: unexpected end of JSON input"},
		"no answer":        {"exit 0", "it is no JSON that can be read: unexpected end of JSON input"},
		"too much":         {"yes 2>&1", "prints more than 67108864 bytes"},
		"much on stderr":   {"yes xx | tr '\\n' ' ' | head -c 3000000 >&2; exit 1", "xx ..."},
		"hangs":            {"exec sleep 60", "no answer within 300ms"},
		"a plugin hangs":   {"sleep 60 & wait", "no answer within 300ms"},
		"no program":       {"exec /nonexistent/program", "not found"},
	} {
		t.Run(name, func(t *testing.T) {
			patience := 20 * time.Second
			if strings.Contains(c.why, "within") {
				patience = 300 * time.Millisecond
			}
			path := client(t, "kubectl", "[ $3 = /apis ] && echo '{}' && exit\n"+c.script)
			begin := time.Now()
			answer := cluster.Live(kubectl{path: path}.call, patience).Get(t.Context(), cluster.ConfigMaps, "ns", "a")
			assert.Less(t, time.Since(begin), 20*time.Second)
			assert.NotEqual(t, cluster.Present, answer.State)
			assert.Contains(t, answer.Why, c.why)
			assert.Less(t, len(answer.Why), 600)
		})
	}
}

// TestFindClient: oc is preferred, and what the user names is used.
func TestFindClient(t *testing.T) {
	oc, kubectl := client(t, "oc", ""), client(t, "kubectl", "")
	both := filepath.Dir(kubectl) + string(filepath.ListSeparator) + filepath.Dir(oc)
	for name, c := range map[string]struct{ path, named, found, why string }{
		"both":    {path: both, found: oc},
		"kubectl": {path: filepath.Dir(kubectl), found: kubectl},
		"named":   {path: both, named: "kubectl", found: kubectl},
		"a path":  {path: "", named: oc, found: oc},
		"none": {path: t.TempDir(), why: "neither oc nor kubectl is installed; name one with --kubectl, " +
			"or read files with --must-gather or --from"},
		"named, and none": {path: both, named: "kubelet", why: "--kubectl kubelet: executable file not found in $PATH"},
		"a missing path":  {path: both, named: "/nonexistent/oc", why: "--kubectl /nonexistent/oc: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", c.path)
			found, err := findKubectl(c.named)
			assert.Equal(t, c.found, found)
			if c.why != "" {
				assert.EqualError(t, err, c.why)
			}
		})
	}
}

// TestOpenFiles reads a must-gather, files, folders and stdin as one cluster.
func TestOpenFiles(t *testing.T) {
	dir := t.TempDir()
	dump, folder := filepath.Join(dir, "dump"), filepath.Join(dir, "folder")
	require.NoError(t, inspect.Resources(dump, inspect.Object{
		"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
		"metadata": inspect.Object{"name": "cluster"},
	}))
	require.NoError(t, os.Mkdir(folder, 0o755))
	one := "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: ns}}\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "one.yaml"), []byte(one), 0o644))
	reader, said := open(t, strings.ReplaceAll(one, "one", "two"), "--must-gather", dump, "--from", folder, "--from", "-")
	require.Empty(t, said)
	for name, answer := range map[string]cluster.Answer{
		"dump": reader.Get(context.Background(), cluster.Configs, "", "cluster"),
		"file": reader.Get(context.Background(), cluster.ConfigMaps, "ns", "one"),
		"-":    reader.Get(context.Background(), cluster.ConfigMaps, "ns", "two"),
	} {
		assert.Equal(t, cluster.Present, answer.State, name)
	}
}

// TestOpenFaults: each fault is a line that says what to give instead.
func TestOpenFaults(t *testing.T) {
	dir := t.TempDir()
	archive := filepath.Join(dir, "must-gather.tar.gz")
	require.NoError(t, os.WriteFile(archive, []byte("\x1f\x8b"), 0o644))
	for want, arguments := range map[string][]string{
		"error: --context is for a cluster, and files are to be read; leave it out\n": {"--from", "-", "--context", "c"},
		"error: --request-timeout must be longer than 0, such as 30s\n":               {"--request-timeout", "0"},
		"error: " + archive + ": is no folder; unpack the must-gather and name its folder\n" +
			"error: " + dir + "/none: no such file or directory\n" +
			"error: stdin: document 1: it is not of the type that it should be, but a JSON string\n": {
			"--must-gather", archive, "--must-gather", dir + "/none", "--from", "-",
		},
	} {
		_, said := open(t, "text", arguments...)
		assert.Equal(t, want, said)
	}
}
