package cluster_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/test/inspect"
)

// objects returns the objects of YAML documents.
func objects(t *testing.T, documents string) []inspect.Object {
	t.Helper()
	var all []inspect.Object
	for _, document := range strings.Split(documents, "\n---\n") {
		object := inspect.Object{}
		require.NoError(t, yaml.Unmarshal([]byte(document), &object))
		all = append(all, object)
	}
	return all
}

const (
	registryNamespace = "openshift-image-registry"
	storageNamespace  = "openshift-storage"
)

// registryObjects are what the namespace of the registry holds.
const registryObjects = `
{apiVersion: v1, kind: Secret,
 metadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry},
 data: {REGISTRY_STORAGE_S3_SECRETKEY: c2VjcmV0, tls.crt: Y2VydA==}}
---
{apiVersion: v1, kind: Pod, metadata: {name: image-registry-1, namespace: openshift-image-registry}, spec: {nodeName: a}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: image-pruner-1, namespace: openshift-image-registry}}`

// writeDumps writes the must-gathers of OpenShift and of ODF into one folder, as "oc adm
// must-gather" names their folders.
func writeDumps(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	openshift := filepath.Join(dir, "must-gather.local.1", "quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-1")
	require.NoError(t, inspect.Namespace(openshift, registryNamespace, objects(t, registryObjects),
		map[string]string{"image-registry-1/registry": "2026-01-02T03:04:05.678901234Z first\n2026-01-02T03:04:06Z last\n"}))
	require.NoError(t, inspect.Resources(openshift, objects(t, `
{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}, spec: {replicas: 2}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: ocs-storagecluster-ceph-rgw}}`)...))
	require.NoError(t, inspect.List(filepath.Join(openshift, "cluster-scoped-resources"), cluster.DigestMirrorSets, nil))
	require.NoError(t, inspect.Discovery(openshift, cluster.Configs, cluster.ImagePruners, cluster.DigestMirrorSets,
		cluster.StorageClasses, cluster.BucketClaims, cluster.StorageClusters))

	odf := filepath.Join(dir, "must-gather.local.2", "registry-redhat-io-odf4-odf-must-gather-rhel9-sha256-2")
	claims := objects(t, `{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim,
 metadata: {name: image-registry-rgw, namespace: openshift-image-registry}, status: {phase: Bound}}`)
	require.NoError(t, inspect.Resources(filepath.Join(odf, "namespaces", "all"), claims...))
	require.NoError(t, inspect.Resources(filepath.Join(odf, "noobaa"), claims...))
	require.NoError(t, inspect.Namespace(odf, storageNamespace, objects(t, `
{apiVersion: route.openshift.io/v1, kind: Route,
 metadata: {name: s3, namespace: openshift-storage}, spec: {to: {kind: Service, name: s3}}}`), nil))
	require.NoError(t, inspect.Output(odf, storageNamespace, "storagecluster.yaml", objects(t, `
{apiVersion: ocs.openshift.io/v1, kind: StorageCluster,
 metadata: {name: ocs-storagecluster, namespace: openshift-storage}, status: {phase: Ready}}`)...))
	return dir
}

// openDump opens folders as the program does: no link leads out of them.
func openDump(t *testing.T, dirs ...string) (cluster.Reader, []error) {
	t.Helper()
	var folders []cluster.Folder
	for _, dir := range dirs {
		root, err := os.OpenRoot(dir)
		require.NoError(t, err)
		t.Cleanup(func() { _ = root.Close() })
		folders = append(folders, cluster.Folder{Name: dir, Files: root.FS()})
	}
	return cluster.Dump(folders...)
}

// TestDumpStates asks two must-gathers that were given as one folder, as two, and as the
// folders that "oc adm inspect" has written.
func TestDumpStates(t *testing.T) {
	dir := writeDumps(t)
	nested, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	require.NoError(t, err)
	for name, dirs := range map[string][]string{
		"one folder": {dir}, "two": {filepath.Join(dir, "must-gather.local.2"), filepath.Join(dir, "must-gather.local.1")},
		"the images'": nested,
	} {
		reader, faults := openDump(t, dirs...)
		require.Empty(t, faults)
		for _, c := range []struct {
			kind            cluster.Kind
			namespace, name string
			state           cluster.State
		}{
			{cluster.Configs, "", "cluster", cluster.Present},
			{cluster.StorageClasses, "", "ocs-storagecluster-ceph-rgw", cluster.Present},
			{cluster.BucketClaims, registryNamespace, "image-registry-rgw", cluster.Present},
			{cluster.StorageClusters, storageNamespace, "ocs-storagecluster", cluster.Present},
			{cluster.Namespaces, "", storageNamespace, cluster.Present},
			{cluster.Pods, registryNamespace, "image-registry-1", cluster.Present},
			{cluster.Routes, storageNamespace, "s3", cluster.Present},
			{cluster.Jobs, registryNamespace, "image-pruner-1", cluster.Present},

			{cluster.Routes, storageNamespace, "other", cluster.Absent},
			{cluster.StorageClusters, storageNamespace, "other", cluster.Absent},
			{cluster.DigestMirrorSets, "", "other", cluster.Absent},
			{cluster.VolumeClaims, registryNamespace, "any", cluster.Absent},

			{cluster.StorageClasses, "", "other", cluster.NotCollected},
			{cluster.ImagePruners, "", "cluster", cluster.NotCollected},
			{cluster.BucketClaims, registryNamespace, "other", cluster.NotCollected},
			{cluster.ConfigMaps, "openshift-config", "any", cluster.NotCollected},

			{cluster.NooBaas, storageNamespace, "noobaa", cluster.NoKind},
			{cluster.ContentSourcePolicies, "", "any", cluster.NoKind},

			{cluster.Configs, "", "../configs/cluster", cluster.Failed},
			{cluster.Pods, "..", "x", cluster.Failed},
		} {
			answer := reader.Get(t.Context(), c.kind, c.namespace, c.name)
			assert.Equal(t, c.state, answer.State, "%s: %s %s/%s: %s", name, c.kind, c.namespace, c.name, answer.Why)
			if answer.State == cluster.Present {
				assert.FileExists(t, answer.Source)
			}
		}
	}
}

func TestDumpLists(t *testing.T) {
	reader, faults := openDump(t, writeDumps(t))
	require.Empty(t, faults)
	for _, c := range []struct {
		kind      cluster.Kind
		namespace string
		state     cluster.State
		complete  bool
		names     []string
	}{
		{cluster.Pods, registryNamespace, cluster.Present, true, []string{"image-registry-1"}},
		{cluster.Pods, storageNamespace, cluster.Absent, true, nil},
		{cluster.Pods, "other", cluster.NotCollected, false, nil},
		{cluster.Pods, "", cluster.Present, false, []string{"image-registry-1"}},
		{cluster.BucketClaims, "", cluster.Present, false, []string{"image-registry-rgw"}},
		{cluster.StorageClusters, "", cluster.Present, false, []string{"ocs-storagecluster"}},
		{cluster.StorageClasses, "", cluster.Present, false, []string{"ocs-storagecluster-ceph-rgw"}},
		{cluster.DigestMirrorSets, "", cluster.Absent, true, nil},
		{cluster.Namespaces, "", cluster.Present, false, []string{registryNamespace, storageNamespace}},
		{cluster.NooBaas, "", cluster.NoKind, false, nil},
		{cluster.ResourceQuotas, "", cluster.NotCollected, false, nil},
	} {
		answers := reader.List(t.Context(), c.kind, c.namespace)
		assert.Equal(t, c.state, answers.State, "%s of %q: %s", c.kind, c.namespace, answers.Why)
		assert.Equal(t, c.complete, answers.Complete, "%s of %q", c.kind, c.namespace)
		assert.Equal(t, c.names, namesOf(answers), "%s of %q", c.kind, c.namespace)
	}
}

func TestDumpSecretsAndLogs(t *testing.T) {
	reader, _ := openDump(t, writeDumps(t))
	secret := reader.Get(t.Context(), cluster.Secrets, registryNamespace, "image-registry-private-configuration-user")
	require.Equal(t, cluster.Present, secret.State, secret.Why)
	assert.Equal(t, 6, secret.Values["REGISTRY_STORAGE_S3_SECRETKEY"].Size)
	assert.True(t, secret.Values["REGISTRY_STORAGE_S3_SECRETKEY"].SizeOnly())
	assert.False(t, secret.Values["tls.crt"].SizeOnly(), "a certificate is public, and stays")

	log := reader.Logs(t.Context(), registryNamespace, "image-registry-1", "registry", 1)
	assert.Equal(t, cluster.Log{Outcome: cluster.Outcome{State: cluster.Present}, Text: "last\n"}, log)
	assert.Equal(t, "first\nlast\n", reader.Logs(t.Context(), registryNamespace, "image-registry-1", "registry", 10).Text)
	assert.Equal(t, cluster.NotCollected, reader.Logs(t.Context(), registryNamespace, "other", "registry", 1).State)
	assert.Equal(t, cluster.Failed, reader.Logs(t.Context(), "..", "other", "registry", 1).State)
}

// TestCutDiscovery: a list of kinds that ends early says nothing about those that are not in it.
func TestCutDiscovery(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, inspect.Resources(dir, objects(t, "{apiVersion: v1, kind: Node, metadata: {name: a}}")...))
	require.NoError(t, inspect.CutDiscovery(dir, cluster.Deployments))
	reader, faults := openDump(t, dir)
	require.Empty(t, faults)
	assert.Equal(t, cluster.NotCollected, reader.Get(t.Context(), cluster.Configs, "", "cluster").State)
	assert.Equal(t, cluster.NotCollected, reader.List(t.Context(), cluster.NooBaas, "").State)
}

// TestDumpWithAClosedFolder: what may not be read is no reason to read nothing.
func TestDumpWithAClosedFolder(t *testing.T) {
	reader, faults := cluster.Dump(cluster.Folder{Name: "dump", Files: closed{fstest.MapFS{
		"closed/x.log": {}, "cluster-scoped-resources/core/nodes/a.yaml": {Data: []byte("{apiVersion: v1, kind: Node, metadata: {name: a}}")},
	}}})
	require.Empty(t, faults)
	assert.Equal(t, cluster.Present, reader.Get(t.Context(), cluster.Nodes, "", "a").State)
}

// closed has a folder that may not be read.
type closed struct{ fstest.MapFS }

func (c closed) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "closed" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return c.MapFS.ReadDir(name)
}

// TestDumpIsNone: a folder that is no dump is refused; so is one with more folders than
// somebody would wait for.
func TestDumpIsNone(t *testing.T) {
	dir := t.TempDir()
	_, faults := openDump(t, dir)
	require.Len(t, faults, 1)
	assert.EqualError(t, faults[0],
		dir+": is no must-gather: no folder in it has the folder cluster-scoped-resources or namespaces")

	_, faults = cluster.Dump(cluster.Folder{Name: "disk", Files: disk{}})
	require.Len(t, faults, 1)
	assert.EqualError(t, faults[0], "disk: has more than 10000 folders; name the must-gather in it")
}

// disk has twenty folders in every folder.
type disk struct{ fstest.MapFS }

func (disk) ReadDir(string) ([]fs.DirEntry, error) {
	folders := fstest.MapFS{}
	for i := range 20 {
		folders[strconv.Itoa(i)] = &fstest.MapFile{Mode: fs.ModeDir}
	}
	return folders.ReadDir(".")
}

// TestHostileDumps: what somebody has put into a dump is refused in words, and nothing
// outside of it is read.
func TestHostileDumps(t *testing.T) {
	const config = "cluster-scoped-resources/imageregistry.operator.openshift.io/configs/cluster.yaml"
	outside := filepath.Join(t.TempDir(), "cluster.yaml")
	require.NoError(t, os.WriteFile(outside, []byte(`{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config,
 metadata: {name: cluster}}`), 0o644))
	text := func(content string) func(path string) error {
		return func(path string) error { return os.WriteFile(path, []byte(content), 0o644) }
	}
	const head = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\n"
	bomb := head + "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += string(i) + ": &" + string(i) + " [" + strings.Repeat("*"+string(i-1)+",", 9) + "*" + string(i-1) + "]\n"
	}
	for name, c := range map[string]struct {
		put func(path string) error
		why string
	}{
		"a link out":       {func(path string) error { return os.Symlink(outside, path) }, "path escapes from parent"},
		"a link up":        {func(path string) error { return os.Symlink("../../../../../etc/passwd", path) }, "path escapes from parent"},
		"a link to itself": {func(path string) error { return os.Symlink(path, path) }, "escapes"},
		"a pipe":           {func(path string) error { return syscall.Mkfifo(path, 0o644) }, "is no file"},
		"a folder":         {func(path string) error { return os.Mkdir(path, 0o755) }, "is no file"},
		"a large file":     {func(path string) error { return errors.Join(text(head)(path), os.Truncate(path, 1<<27)) }, "134217728 bytes"},
		"no YAML":          {text("{"), "cannot be read"},
		"bytes":            {text("\x00\xff\xfe"), "cannot be read"},
		"another object":   {text(strings.Replace(head, "Config", "ConfigMap", 1)), ""},
		"aliases":          {text(bomb), "excessive aliasing"},
		"deep":             {text(head + "spec: " + strings.Repeat("[", 20000)), "cannot be read"},
		"its own ancestor": {text(head + "spec: &x [*x]"), "contains itself"},
		"fields of a type": {
			text(strings.Replace(head, "{name: cluster}", "[name, cluster]", 1)), "document 1: metadata: it is not of the type",
		},
		"labels of a type":   {text(strings.Replace(head, "name: cluster", "name: cluster, labels: {a: 7}", 1)), "metadata.labels is not"},
		"an item that's a 7": {text("{apiVersion: v1, kind: List, items: [7]}"), "document 1: item 0: it is not"},
		"empty":              {text(""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(config)), 0o755))
			require.NoError(t, c.put(filepath.Join(dir, config)))
			reader, faults := openDump(t, dir)
			require.Empty(t, faults)
			answer := reader.Get(t.Context(), cluster.Configs, "", "cluster")
			listed := reader.List(t.Context(), cluster.Configs, "")
			if c.why == "" {
				assert.Equal(t, cluster.NotCollected, answer.State)
				assert.Equal(t, cluster.NotCollected, listed.State)
				return
			}
			for _, outcome := range []cluster.Outcome{answer.Outcome, listed.Outcome} {
				assert.Equal(t, cluster.Failed, outcome.State)
				assert.Contains(t, outcome.Why, c.why)
				assert.Contains(t, outcome.Why, config, "the file is named")
				assert.NotContains(t, outcome.Why, "\n")
			}
		})
	}
}

// TestDumpReadsWhatIsAsked: a broken file is nobody's business who does not ask for it.
func TestDumpReadsWhatIsAsked(t *testing.T) {
	dir := writeDumps(t)
	events, err := filepath.Glob(filepath.Join(dir, "*", "*", "namespaces", registryNamespace, "core", "events.yaml"))
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.NoError(t, os.WriteFile(events[0], []byte("{"), 0o644))
	reader, _ := openDump(t, dir)
	assert.Equal(t, cluster.Present, reader.Get(t.Context(), cluster.Pods, registryNamespace, "image-registry-1").State)
	assert.Equal(t, cluster.Failed, reader.List(t.Context(), cluster.Events, registryNamespace).State)
}

// TestDumpLargeLog reads the end of a log, not all of it.
func TestDumpLargeLog(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, inspect.Namespace(dir, "ns", nil, map[string]string{"p/c": "start\n"}))
	log := filepath.Join(dir, "namespaces/ns/pods/p/c/c/logs/current.log")
	file, err := os.OpenFile(log, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteAt([]byte("\n2026-01-02T03:04:05Z last\n"), 1<<32)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	reader, _ := openDump(t, dir)
	answer := reader.Logs(t.Context(), "ns", "p", "c", 1)
	assert.Equal(t, "last\n", answer.Text, answer.Why)
}

// TestDumpCutOff: a Config whose file ends early is none that could be seen, wherever it ends. By
// hand it is written without a status.
func TestDumpCutOff(t *testing.T) {
	const path = "cluster-scoped-resources/imageregistry.operator.openshift.io/configs/cluster.yaml"
	const whole = `---
apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata:
  annotations:
    a: b
  creationTimestamp: "2026-01-02T03:04:05Z"
  name: cluster
  resourceVersion: "7"
  uid: 5f2d3c1e-8f1b-4f0a-9c37-1f2e3d4c5b6a
spec:
  managementState: Managed
  replicas: 2
  storage:
    managementState: Unmanaged
    pvc:
      claim: emergency
status:
  conditions:
  - status: "True"
    type: Available
  storage:
    pvc:
      claim: emergency
  storageManaged: true
`
	get := func(content string) cluster.State {
		reader, faults := cluster.Dump(cluster.Folder{Name: "dump", Files: fstest.MapFS{
			path: {Data: []byte(content)}, "version": {Data: []byte("openshift/must-gather")},
		}})
		require.Empty(t, faults)
		return reader.Get(t.Context(), cluster.Configs, "", "cluster").State
	}
	require.Equal(t, cluster.Present, get(whole))
	require.Equal(t, cluster.Present, get("{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}}"))
	end := strings.LastIndex(whole, "true\n")
	for at := range end {
		state := get(whole[:at])
		require.Contains(t, []cluster.State{cluster.Failed, cluster.NotCollected}, state, "%q", whole[:at])
	}
}
