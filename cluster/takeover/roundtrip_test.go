package takeover_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/cluster/takeover"
	"github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
)

// object is one that stands in a cluster.
type object = map[string]any

func newObject(apiVersion, kind, namespace, name string, content object) object {
	metadata := object{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	o := object{"apiVersion": apiVersion, "kind": kind, "metadata": metadata}
	maps.Copy(o, content)
	return o
}

// reader returns a Reader of a cluster that has these objects and no others.
func reader(t testing.TB, objects ...object) cluster.Reader {
	t.Helper()
	var documents []cluster.Document
	for _, o := range objects {
		content, err := json.Marshal(o)
		require.NoError(t, err)
		documents = append(documents, cluster.Document{Name: "test", Content: content})
	}
	r, faults := cluster.Files(documents, true)
	require.Empty(t, faults)
	return r
}

func decode(t testing.TB, content string) *v1alpha1.RegistryProfile {
	t.Helper()
	p, results := v1alpha1.Decode(yaml.MustParse(content))
	require.NotNil(t, p, "%v\n%s", results, content)
	return p
}

// leftBy is the cluster as a profile leaves it: what is rendered, what provisioners make of
// it, and Config with the patch of the Job.
func leftBy(t testing.TB, p *v1alpha1.RegistryProfile) []object {
	t.Helper()
	objects := surroundings(p)
	var config object
	for _, r := range generators.Expand(p) {
		content, err := r.MarshalJSON()
		require.NoError(t, err)
		var o object
		require.NoError(t, json.Unmarshal(content, &o))
		switch o["kind"] {
		case "Config":
			config = o
			continue
		case "ObjectBucketClaim", "PersistentVolumeClaim":
			o = served(p, o)
		}
		objects = append(objects, o)
	}
	config["spec"].(map[string]any)["managementState"] = "Removed"
	before := reader(t, append(objects, config)...)
	v := verdict.Of(t.Context(), before, generators.Parameters(p), verdict.Delivery{})
	require.Equal(t, verdict.Done, v.Exit, "%v", v.Reasons)
	require.Empty(t, v.Waits)
	require.Empty(t, v.Unseen)
	return append(objects, patched(t, config, v.Writes[len(v.Writes)-1].Patch))
}

func patched(t testing.TB, o object, patch map[string]any) object {
	t.Helper()
	document, err := json.Marshal(o)
	require.NoError(t, err)
	change, err := json.Marshal(patch)
	require.NoError(t, err)
	document, err = jsonpatch.MergePatch(document, change)
	require.NoError(t, err)
	var after object
	require.NoError(t, json.Unmarshal(document, &after))
	return after
}

const uuid = "-0fd3c6de-4c9e-4d4b-9a6e-1f6d4e4a9d10"

// provisioners are those of ODF (facts of rook, noobaa-operator and ceph-csi).
func provisioner(s v1alpha1.Storage) string {
	switch {
	case s.RGW != nil:
		return "openshift-storage.ceph.rook.io/bucket"
	case s.NooBaa != nil:
		return "openshift-storage.noobaa.io/obc"
	case s.CephFS != nil:
		return "openshift-storage.cephfs.csi.ceph.com"
	}
	return "openshift-storage.rbd.csi.ceph.com"
}

// served is a claim with what its provisioner writes into it.
func served(p *v1alpha1.RegistryProfile, claim object) object {
	spec := claim["spec"].(map[string]any)
	claim["status"] = object{"phase": "Bound"}
	if p.Spec.Storage.Object() == nil {
		return claim
	}
	spec["bucketName"] = bucketOf(p)
	metadata := claim["metadata"].(map[string]any)
	labels, _ := metadata["labels"].(map[string]any)
	labels = maps.Clone(labels)
	if labels == nil {
		labels = map[string]any{}
	}
	labels["bucket-provisioner"] = strings.ReplaceAll(provisioner(p.Spec.Storage), "/", "-")
	metadata["labels"] = labels
	return claim
}

func bucketOf(p *v1alpha1.RegistryProfile) string {
	b := p.Spec.Storage.Object().Bucket
	if b.Name != "" {
		return b.Name
	}
	return cmp.Or(b.GenerateName, "images") + uuid
}

// pem is no certificate, but looks like one.
const pem = "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n"

// surroundings are what a cluster has beside what is rendered.
func surroundings(p *v1alpha1.RegistryProfile) []object {
	s := p.Spec.Storage
	class := newObject("storage.k8s.io/v1", "StorageClass", "", s.ClassName(), object{"provisioner": provisioner(s)})
	objects := []object{
		class,
		newObject("config.openshift.io/v1", "ClusterVersion", "", "version",
			object{"status": object{"desired": object{"version": p.Spec.OpenShiftVersion + ".7"}}}),
	}
	if !*p.Spec.Bootstrap.CreateNamespace {
		objects = append(objects, newObject("v1", "Namespace", "", p.Spec.Bootstrap.Namespace, nil))
	}
	if *p.Spec.Verify.Enabled && !*p.Spec.Verify.CreateNamespace {
		objects = append(objects, newObject("v1", "Namespace", "", p.Spec.Verify.Namespace, nil))
	}
	if v := s.Volume(); v != nil {
		if c := v.ExistingClaim; c != nil {
			mode := map[bool]string{true: "ReadWriteOnce", false: "ReadWriteMany"}[s.RBD != nil]
			objects = append(objects, served(p, newObject("v1", "PersistentVolumeClaim", c.Namespace, c.Name,
				object{"spec": map[string]any{"accessModes": []string{mode}, "storageClassName": v.StorageClassName}})))
		}
		return objects
	}
	return append(objects, bucketSurroundings(p)...)
}

func bucketSurroundings(p *v1alpha1.RegistryProfile) []object {
	b, odf := p.Spec.Storage.Object(), p.Spec.ODF.Namespace
	service, claim := "rook-ceph-rgw-store", b.Claim()
	host := service + "." + odf + ".svc"
	if b.Endpoint.External != nil {
		host = "rgw.example.com"
	}
	objects := []object{
		newObject("v1", "ConfigMap", claim.Namespace, claim.Name,
			object{"data": object{"BUCKET_NAME": bucketOf(p), "BUCKET_HOST": host, "BUCKET_PORT": "443"}}),
		newObject("v1", "Secret", claim.Namespace, claim.Name,
			object{"stringData": object{"AWS_ACCESS_KEY_ID": "one", "AWS_SECRET_ACCESS_KEY": "two"}}),
		newObject("v1", "Secret", v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret, object{"stringData": object{
			v1alpha1.CredentialsAccessKey: "one", v1alpha1.CredentialsSecretKey: "two"}}),
	}
	if b.ExistingClaim != nil {
		objects = append(objects, served(p, newObject("objectbucket.io/v1alpha1", "ObjectBucketClaim", claim.Namespace, claim.Name,
			object{"spec": map[string]any{"storageClassName": b.StorageClassName, "generateBucketName": "images"}})))
	}
	if r := b.Endpoint.Route; r != nil && r.Host == "" {
		objects = append(objects, newObject("route.openshift.io/v1", "Route", odf, r.Name,
			object{"spec": object{"host": r.Name + ".example.com", "to": object{"kind": "Service", "name": service}}}))
	}
	parameters := generators.Parameters(p)
	trusted := parameters[generators.TrustedCAVariable]
	if source := parameters[generators.CASourceVariable]; source != "" {
		objects = append(objects, newObject("v1", "ConfigMap", parameters["CA_SOURCE_NAMESPACE"], source,
			object{"data": object{parameters["CA_SOURCE_KEY"]: pem}}))
	}
	if trusted != "" {
		objects = append(objects, newObject("v1", "ConfigMap", v1alpha1.CANamespace, trusted, object{"data": object{v1alpha1.CAKey: pem}}))
	}
	return objects
}

// asTheClusterTells takes out of a profile what leaves no trace in a cluster, or looks like
// what the API server writes by itself.
func asTheClusterTells(p *v1alpha1.RegistryProfile) *v1alpha1.RegistryProfile {
	told := *p
	told.Spec.Bootstrap.LeaveStorage = nil
	for _, level := range []*string{&told.Spec.Registry.LogLevel, &told.Spec.Registry.OperatorLogLevel, &told.Spec.Pruner.LogLevel} {
		if *level == "Normal" {
			*level = ""
		}
	}
	if p := &told.Spec.Pruner; p.KeepYoungerThan != nil && p.KeepYoungerThanDuration == "" {
		p.KeepYoungerThan, p.KeepYoungerThanDuration = nil, "720h"
	}
	if requests := told.Spec.Registry.Requests; requests != nil {
		for _, limits := range []*v1alpha1.RequestLimits{requests.Read, requests.Write} {
			if limits != nil && limits.MaxWaitInQueue == "0s" {
				limits.MaxWaitInQueue = ""
			}
		}
	}
	return &told
}

func text(p *v1alpha1.RegistryProfile) string {
	var all strings.Builder
	for _, r := range generators.Expand(p) {
		all.WriteString(r.MustString() + "---\n")
	}
	return all.String()
}

// requireRoundTrip imports the cluster that a profile leaves: the same is rendered, and
// delivering that writes nothing.
func requireRoundTrip(t *testing.T, p *v1alpha1.RegistryProfile) {
	t.Helper()
	told := asTheClusterTells(p)
	r := reader(t, leftBy(t, told)...)
	found, err := takeover.Of(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, found.Findings)
	imported := decode(t, string(found.YAML))
	require.Equal(t, text(told), text(imported), string(found.YAML))
	planned, err := plan.Of(t.Context(), r, imported)
	require.NoError(t, err)
	require.Zero(t, planned.Job.Exit)
	require.True(t, planned.Job.Certain)
	require.Empty(t, planned.Job.Writes)
	for _, o := range planned.Objects {
		assert.Equal(t, plan.Same, o.Action, "%+v", o)
	}
}

// TestSmokeTestThatIsRepeated: people delete its Job to have it again; the CronJob still says
// that there is a smoke test.
func TestSmokeTestThatIsRepeated(t *testing.T) {
	p := decode(t, profileWith("{verify: {schedule: 0 5 * * *, nodes: {count: 2}}}"))
	left := slices.DeleteFunc(leftBy(t, asTheClusterTells(p)), func(o object) bool {
		metadata, _ := o["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		return o["kind"] == "Job" && strings.Contains(name, "-smoke-test-")
	})
	found, err := takeover.Of(t.Context(), reader(t, left...))
	require.NoError(t, err)
	verify := decode(t, string(found.YAML)).Spec.Verify
	assert.True(t, *verify.Enabled, string(found.YAML))
	assert.Equal(t, "0 5 * * *", verify.Schedule)
	assert.Equal(t, 2, *verify.Nodes.Count)
}

func profileWith(spec string) string {
	return "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec: " + spec
}

func TestRoundTripOfCases(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, p *v1alpha1.RegistryProfile, _ []generators.Resource) { requireRoundTrip(t, p) })
}

func TestRoundTripOfExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases.Root(t), "examples", "*", "profile.yaml"))
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			requireRoundTrip(t, decode(t, string(content)))
		})
	}
}
