package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	reader "github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/process"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/inspect"
)

// stranger is an account without any rights.
var stranger = client.ObjectKey{Namespace: "reader", Name: "stranger"}

// liveReader returns a Reader that calls the real kubectl, with flags. Its home is a new folder.
func liveReader(s *runner.Scenario, home string, flags ...string) reader.Reader {
	call := func(ctx context.Context, arguments ...string) ([]byte, []byte, error) {
		cmd := exec.CommandContext(ctx, filepath.Join(s.Programs, "kubectl"), append(arguments, flags...)...)
		cmd.Env = append(os.Environ(), "HOME="+home)
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		err := cmd.Run()
		return out.Bytes(), said.Bytes(), err
	}
	return reader.Live(call, time.Minute)
}

// adminReader returns a Reader that may read everything.
func adminReader(s *runner.Scenario, flags ...string) reader.Reader {
	s.Helper()
	kubeconfig, err := s.ControlPlane.Kubeconfig()
	require.NoError(s, err)
	return liveReader(s, s.TempDir(), append(flags, "--kubeconfig="+kubeconfig)...)
}

// TestReaderStates: the words of the real API server, through the real kubectl, are taken
// for what they are, and no call writes: neither to the cluster nor to the disk.
func TestReaderStates(t *testing.T) {
	s := runner.Start(t)
	account := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, controlplane.WriteAccountKubeconfig(s.Ctx, s.Config, s.Client, stranger, account))
	nobody, err := process.FreeAddress()
	require.NoError(t, err)
	home := t.TempDir()
	began := time.Now()
	kubeconfig, err := s.ControlPlane.Kubeconfig()
	require.NoError(t, err)
	admin, other := liveReader(s, home, "--kubeconfig="+kubeconfig), liveReader(s, home, "--kubeconfig="+account)
	down := liveReader(s, home, "--kubeconfig="+kubeconfig, "--server=https://"+nobody)
	for _, c := range []struct {
		reader          reader.Reader
		kind            reader.Kind
		namespace, name string
		state           reader.State
		why             string
	}{
		{admin, reader.Configs, "", "cluster", reader.Present, ""},
		{admin, reader.Routes, cluster.StorageNamespace, cluster.RouteSecure, reader.Present, ""},
		{admin, reader.StorageClusters, cluster.StorageNamespace, "ocs-storagecluster", reader.Present, ""},
		{admin, reader.StorageClusters, cluster.StorageNamespace, "other", reader.Absent, ""},
		{admin, reader.StorageClasses, "", "other", reader.Absent, ""},
		{admin, reader.ConfigMaps, "no-such-namespace", "any", reader.Absent, ""},
		{admin, reader.AdmissionPolicies, "", "any", reader.Absent, ""},
		{admin, reader.NooBaas, cluster.StorageNamespace, "noobaa", reader.NoKind, ""},
		{admin, reader.ClusterVersions, "", "version", reader.NoKind, ""}, // a group that serves other kinds
		{other, reader.Configs, "", "cluster", reader.Forbidden, `"system:serviceaccount:reader:stranger" cannot get resource`},
		{other, reader.Secrets, cluster.RegistryNamespace, "any", reader.Forbidden, "cannot get resource"},
		{other, reader.NooBaas, cluster.StorageNamespace, "noobaa", reader.NoKind, ""},
		{down, reader.Configs, "", "cluster", reader.Failed, nobody},
		{adminReader(s, "--context=nowhere"), reader.Configs, "", "cluster", reader.Failed, `context "nowhere" does not exist`},
		{liveReader(s, home, "--kubeconfig="+home+"/none"), reader.Configs, "", "cluster", reader.Failed, "no such file or directory"},
		{adminReader(s, "--as=stranger"), reader.Configs, "", "cluster", reader.Forbidden, `User "stranger" cannot get`},
		{adminReader(s, "--request-timeout=1ns"), reader.Configs, "", "cluster", reader.Failed, "deadline"},
	} {
		answer := c.reader.Get(s.Ctx, c.kind, c.namespace, c.name)
		require.Equal(t, c.state, answer.State, "%s %s/%s: %s", c.kind, c.namespace, c.name, answer.Why)
		require.Contains(t, strings.ToLower(answer.Why), strings.ToLower(c.why))
		require.Equal(t, c.why == "", answer.Why == "", answer.Why)
	}
	require.Equal(t, reader.Forbidden, other.List(s.Ctx, reader.Pods, "").State)
	require.Equal(t, reader.NoKind, other.List(s.Ctx, reader.NooBaas, "").State)
	require.Equal(t, reader.Absent, admin.List(s.Ctx, reader.Pods, "no-such-namespace").State)
	require.Equal(t, reader.Absent, admin.Logs(s.Ctx, cluster.RegistryNamespace, "none", "registry", 5).State)
	require.Equal(t, reader.Forbidden, other.Logs(s.Ctx, cluster.RegistryNamespace, "none", "registry", 5).State)

	left, err := os.ReadDir(home)
	require.NoError(t, err)
	require.Empty(t, left, "kubectl has left something on the disk")
	requireReadsOnly(s, began)
}

// requireReadsOnly looks into the audit log for what kubectl has asked the API server.
func requireReadsOnly(s *runner.Scenario, began time.Time) {
	s.Helper()
	asked := 0
	_, err := s.ControlPlane.Audit(func(e *auditv1.Event) bool {
		if strings.HasPrefix(e.UserAgent, "kubectl/") && e.RequestReceivedTimestamp.After(began) {
			asked++
			require.Contains(s, []string{"get", "list"}, e.Verb, e.RequestURI)
		}
		return false
	})
	require.NoError(s, err)
	require.Greater(s, asked, 10)
}

// TestReaderPages reads a list that has two pages.
func TestReaderPages(t *testing.T) {
	s := runner.Start(t)
	const many = 501
	for i := range many {
		require.NoError(t, s.Client.Create(s.Ctx, configMapNamed(cluster.ConfigNamespace, fmt.Sprintf("page-%d", i))))
	}
	answers := adminReader(s).List(s.Ctx, reader.ConfigMaps, cluster.ConfigNamespace)
	require.Equal(t, reader.Present, answers.State, answers.Why)
	require.True(t, answers.Complete)
	seen := map[string]bool{}
	for _, object := range answers.Objects {
		require.False(t, seen[object.Metadata.Name], object)
		seen[object.Metadata.Name] = true
	}
	for i := range many {
		require.True(t, seen[fmt.Sprintf("page-%d", i)])
	}
}

// TestReaderKinds holds the table of kinds to what the API server says of those that it
// serves: the kinds of Kubernetes, and those whose definitions are upstream's.
func TestReaderKinds(t *testing.T) {
	s := runner.Start(t)
	server, err := discovery.NewDiscoveryClientForConfig(s.Config)
	require.NoError(t, err)
	_, lists, err := server.ServerGroupsAndResources()
	require.NoError(t, err)
	served := map[string]reader.Kind{}
	for _, list := range lists {
		for _, resource := range list.APIResources {
			kind, ok := reader.KindOf(list.GroupVersion, resource.Kind)
			if ok && !strings.Contains(resource.Name, "/") {
				require.Equal(t, kind.Resource, resource.Name)
				require.Equal(t, kind.Namespaced, resource.Namespaced, kind)
				served[kind.String()] = kind
			}
		}
	}
	admin := adminReader(s)
	unknown := 0
	for _, kind := range reader.Kinds() {
		if _, ok := served[kind.String()]; !ok {
			unknown++
			require.Equal(t, reader.NoKind, admin.List(s.Ctx, kind, "").State, kind)
			continue
		}
		answers := admin.List(s.Ctx, kind, "")
		require.True(t, answers.Complete, "%s: %s", kind, answers.Why)
	}
	require.Greater(t, len(served), 25)
	s.Note("%d kinds served, %d not", len(served), unknown)
}

// TestReaderDump writes a cluster as must-gather does, and reads the same from it; of the
// Secrets, what is left of them.
func TestReaderDump(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	dir := t.TempDir()
	writeDump(s, dir, objects.Job().GetNamespace())
	dump, faults := reader.Dump(reader.Folder{Name: dir, Files: os.DirFS(dir)})
	require.Empty(t, faults)
	live := adminReader(s)
	for _, c := range []struct {
		kind            reader.Kind
		namespace, name string
	}{
		{reader.Configs, "", "cluster"},
		{reader.ImagePruners, "", "cluster"},
		{reader.BucketClaims, cluster.RegistryNamespace, claimName},
		{reader.Routes, cluster.StorageNamespace, cluster.RouteSecure},
		{reader.Jobs, objects.Job().GetNamespace(), objects.Job().GetName()},
		{reader.Secrets, cluster.RegistryNamespace, imageregistry.CredentialsName},
		{reader.Secrets, cluster.RegistryNamespace, claimName},
	} {
		was, is := dump.Get(s.Ctx, c.kind, c.namespace, c.name), live.Get(s.Ctx, c.kind, c.namespace, c.name)
		require.Equal(t, reader.Present, was.State, "%s %s: %s", c.kind, c.name, was.Why)
		require.Equal(t, reader.Present, is.State, "%s %s: %s", c.kind, c.name, is.Why)
		require.Equal(t, is.Metadata.UID, was.Metadata.UID)
		require.Equal(t, len(is.Values), len(was.Values))
	}
	requireSameCredentials(s, live, dump)
}

// writeDump writes into a folder what must-gather collects: the namespaces of the registry,
// of the storage and of the Job, and what has no namespace.
func writeDump(s *runner.Scenario, dir, jobNamespace string) {
	s.Helper()
	contents, err := s.Contents(s.Ctx)
	require.NoError(s, err)
	var all, scopeless []inspect.Object
	for _, object := range contents {
		kind, ok := reader.KindOf(object.GetAPIVersion(), object.GetKind())
		switch {
		case !ok:
		case kind.Namespaced:
			all = append(all, object.Object)
		default:
			scopeless = append(scopeless, object.Object)
		}
	}
	require.NoError(s, inspect.Resources(dir, scopeless...))
	require.NoError(s, inspect.Resources(filepath.Join(dir, "namespaces", "all"), objectsOfKind(all, "ObjectBucketClaim")...))
	for _, namespace := range []string{
		cluster.RegistryNamespace, cluster.StorageNamespace, cluster.ConfigNamespace, cluster.ManagedNamespace, jobNamespace,
	} {
		require.NoError(s, inspect.Namespace(dir, namespace, all, nil))
	}
}

func objectsOfKind(objects []inspect.Object, kind string) []inspect.Object {
	var some []inspect.Object
	for _, object := range objects {
		if object["kind"] == kind {
			some = append(some, object)
		}
	}
	return some
}

// requireSameCredentials compares the registry's credentials with the claim's, as a doctor
// does: the cluster knows that they are the same, a dump only that they may be. No value can
// be printed.
func requireSameCredentials(s *runner.Scenario, live, dump reader.Reader) {
	s.Helper()
	for _, keys := range [][2]string{
		{"REGISTRY_STORAGE_S3_ACCESSKEY", "AWS_ACCESS_KEY_ID"}, {"REGISTRY_STORAGE_S3_SECRETKEY", "AWS_SECRET_ACCESS_KEY"},
	} {
		for certain, from := range map[bool]reader.Reader{true: live, false: dump} {
			registry := from.Get(s.Ctx, reader.Secrets, cluster.RegistryNamespace, imageregistry.CredentialsName)
			claim := from.Get(s.Ctx, reader.Secrets, cluster.RegistryNamespace, claimName)
			same, known := registry.Values[keys[0]].Same(claim.Values[keys[1]])
			require.Equal(s, certain, known)
			require.Equal(s, certain, same)
			secret := secretNamed(cluster.RegistryNamespace, claimName)
			require.NoError(s, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(secret), secret))
			require.NotContains(s, fmt.Sprintf("%+v", claim), string(secret.Data[keys[1]]))
		}
	}
}
