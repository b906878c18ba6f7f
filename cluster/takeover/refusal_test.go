package takeover_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/takeover"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// configWith is a Config with a spec.
func configWith(spec string) string {
	return "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}, spec: " + spec + "}"
}

// without leaves out the document of a kind and name.
func without(content, kind, name string) string {
	documents := strings.Split(content, "\n---\n")
	return strings.Join(slices.DeleteFunc(documents, func(d string) bool {
		return strings.Contains(d, "kind: "+kind+"\n") && strings.Contains(d, "{name: "+name)
	}), "\n---\n")
}

// TestNothingIsMadeUp: where the cluster does not say where the images are, there is no
// profile, and a finding says why and what to do.
func TestNothingIsMadeUp(t *testing.T) {
	guide, cephfs, common := testdata(t, "guide"), testdata(t, "cephfs"), testdata(t, "common")
	const second = "\n---\n{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: {name: other, namespace: elsewhere}, " +
		"spec: {bucketName: rgw-bucket-0fd3c6de-4c9e-4d4b-9a6e-1f6d4e4a9d10}}"
	for name, c := range map[string]struct{ objects, code, says string }{
		"no Config": {"", "import-no-registry", "Config/cluster: is not there"},
		"Config goes": {
			strings.Replace(configWith("{}"), "name: cluster", "name: cluster, deletionTimestamp: \"2026-01-01T00:00:00Z\"", 1),
			"import-no-registry", "is being deleted",
		},
		"Removed": {configWith("{managementState: Removed}"), "import-not-managed", `is "Removed", and not "Managed"`},
		"by hand": {
			configWith("{managementState: Unmanaged, storage: {pvc: {claim: x}}}"), "import-not-managed",
			"set spec.managementState to Managed first",
		},
		"none":     {configWith("{managementState: Managed, storage: {managementState: Unmanaged}}"), "import-no-storage", "names none"},
		"emptyDir": {configWith("{managementState: Managed, storage: {emptyDir: {}}}"), "import-no-storage", "lost with its pod"},
		"two": {
			configWith("{managementState: Managed, storage: {emptyDir: {}, s3: {bucket: b}}}"), "import-two-storages",
			"names emptyDir and s3",
		},
		"swift":       {configWith("{managementState: Managed, storage: {swift: {container: c}}}"), "import-other-storage", "names swift"},
		"azure":       {configWith("{managementState: Managed, storage: {azure: {}}}"), "import-other-storage", "names azure"},
		"gcs":         {configWith("{managementState: Managed, storage: {gcs: {bucket: b}}}"), "import-other-storage", "names gcs"},
		"one to come": {configWith("{managementState: Managed, storage: {future: {}}}"), "import-other-storage", "names future"},
		"Amazon": {
			configWith("{managementState: Managed, storage: {s3: {bucket: b, region: eu-west-1}}}"),
			"import-other-storage", "Amazon's S3",
		},
		"no bucket yet": {configWith("{managementState: Managed, storage: {s3: {}}}"), "import-no-storage", "bucket: is empty"},
		"no claim":      {without(guide, "ObjectBucketClaim", "rgw-bucket"), "import-claim", "which no ObjectBucketClaim has"},
		"two claims": {
			guide + second, "import-claim",
			"which 2 claims have: ObjectBucketClaim elsewhere/other, ObjectBucketClaim " +
				"openshift-image-registry/rgw-bucket",
		},
		"claim goes": {
			strings.Replace(
				guide, "{name: rgw-bucket, namespace: openshift-image-registry, labels",
				"{name: rgw-bucket, deletionTimestamp: \"2026-01-01T00:00:00Z\", "+
					"namespace: openshift-image-registry, labels", 1,
			),
			"import-claim", "is being deleted, and every image with it. Copy the images",
		},
		"no volume": {without(cephfs, "PersistentVolumeClaim", "registry-storage-pvc"), "import-claim", "which is not there"},
		"volume goes": {
			strings.Replace(cephfs, "{name: registry-storage-pvc,", "{name: registry-storage-pvc, deletionTimestamp: \"2026-01-01T00:00:00Z\",", 1),
			"import-claim", "is being deleted",
		},
		"NFS": {
			strings.Replace(cephfs, "storageClassName: ocs-storagecluster-cephfs", "storageClassName: nfs", 1) +
				"\n---\n{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: nfs}, provisioner: " +
				"nfs.csi.k8s.io}",
			"import-other-storage", "is not CephFS or Ceph RBD",
		},
		"class gone": {
			strings.Replace(cephfs, "storageClassName: ocs-storagecluster-cephfs", "storageClassName: gone", 1),
			"import-claim", "whose provisioner could not be seen",
		},
		"no scheme": {strings.Replace(guide, "http://rgw.apps", "rgw.apps", 1), "import-not-alike", "has no scheme"},
		"IPv6":      {strings.Replace(guide, "http://rgw.apps.example.com", "http://[fd00::1]", 1), "import-not-alike", "it is an IPv6 address"},
		"path":      {strings.Replace(guide, "http://rgw.apps.example.com", "http://rgw.apps.example.com/s3", 1), "import-not-alike", "is not a host"},
		"not followed": {
			strings.Replace(guide, "\n---", "\nstatus: {storage: {pvc: {claim: old}}}\n---", 1), "import-not-alike",
			"status.storage of configs.imageregistry.operator.openshift.io/cluster names PersistentVolumeClaim " +
				"\"old\"",
		},
		"password in it": {strings.Replace(guide, "http://rgw.apps", "http://me:a-password@rgw.apps", 1), "import-not-alike", ""},
	} {
		t.Run(name, func(t *testing.T) {
			found := imported(t, files(t, c.objects, common))
			require.Nil(t, found.YAML, string(found.YAML))
			require.Empty(t, found.Blind)
			require.NotEmpty(t, found.Findings)
			assert.Equal(t, c.code, finding.CodeOf(found.Findings[0]))
			assert.Equal(t, kptfn.Error, found.Findings[0].Severity)
			line := finding.Line(found.Findings[0], "", "")
			assert.Contains(t, line, c.says)
			assert.NotContains(t, line, "a-password")
			assert.NotContains(t, line, "..")
		})
	}
}

// TestLongNameOfAService: it is the same Service with and without the cluster's domain.
func TestLongNameOfAService(t *testing.T) {
	long := strings.Replace(testdata(t, "service"), "openshift-storage.svc\"", "openshift-storage.svc.cluster.local:443\"", 1)
	found := imported(t, files(t, long, testdata(t, "common")))
	require.Empty(t, found.Findings)
	assert.Contains(t, string(found.YAML), "\n        service:")
}

// TestTypes: a Config that nobody can read gives no profile.
func TestTypes(t *testing.T) {
	for _, spec := range []string{
		"{managementState: [], storage: {}}", "{managementState: Managed, storage: []}", "{managementState: Managed, storage: {s3: []}}",
		"{managementState: Managed, storage: {s3: {bucket: {}}}}", "{managementState: Managed, storage: {pvc: {claim: 1}}}",
	} {
		found := imported(t, files(t, configWith(spec)))
		assert.Contains(t, found.Blind, "Config cluster cannot be read", spec)
		assert.Nil(t, found.YAML)
	}
	// A field that a profile can say in part only is not said at all.
	partly := strings.Replace(testdata(t, "guide"), "  replicas: 2\n", "  tolerations: [{operator: Exists, future: 1}]\n", 1)
	content := string(imported(t, files(t, partly, testdata(t, "common"))).YAML)
	assert.NotContains(t, content, "\n    tolerations:")
	assert.Contains(t, content, "\n# - Config cluster, spec.tolerations[].future\n")
	// A field that no rule lets pass stays in the cluster.
	for spec, says := range map[string]string{
		"replicas: two":             "spec.replicas, since spec.registry.replicas:",
		"tolerations: 1":            "spec.tolerations, since spec.registry.tolerations:",
		"nodeSelector: {a: [b]}":    "spec.nodeSelector, since spec.registry.nodeSelector",
		`routes: [{name: "a\nb"}]`:  "spec.routes, since spec.registry.routes",
		`routes: [{name: "{{x}}"}]`: "spec.routes, since spec.registry.routes",
	} {
		guide := strings.Replace(testdata(t, "guide"), "  replicas: 2\n", "  "+spec+"\n", 1)
		found := imported(t, files(t, guide, testdata(t, "common")))
		require.NotNil(t, found.YAML, spec)
		assert.Contains(t, string(found.YAML), "\n# - Config cluster, "+says, spec)
		decode(t, string(found.YAML))
	}
}

// TestWords: texts that look like values of another type stay texts, and what is hostile in
// a name stays in its comment.
func TestWords(t *testing.T) {
	guide := strings.Replace(testdata(t, "guide"), "  replicas: 2\n",
		`  nodeSelector: {a: "yes", b: "1e3", c: "0x1", d: "null", e: "2026-01-01", f: "0o17", g: ""}
  resources: {requests: {cpu: "1", memory: 1073741824}}
`, 1)
	r := files(t, guide, testdata(t, "common"))
	p := decode(t, string(imported(t, r).YAML))
	assert.Equal(
		t,
		map[string]string{"a": "yes", "b": "1e3", "c": "0x1", "d": "null", "e": "2026-01-01", "f": "0o17", "g": ""},
		p.Spec.Registry.NodeSelector,
	)
	assert.Equal(t, map[string]string{"cpu": "1", "memory": "1073741824"}, p.Spec.Registry.Resources.Requests)

	hostile := strings.Replace(
		testdata(t, "settings"), `"registry:imageregistry`,
		`"x\nspec: {storage: {rbd: {}}}\u0085y\u2028z\u001b[2J # :imageregistry`, 1,
	)
	hostile = strings.Replace(hostile, "  readOnly: true\n", "  readOnly: true\n  \"a\\nspec: 1\": 5\n  \"b\\u001b[31m\": 5\n", 1)
	content := string(imported(t, files(t, hostile, testdata(t, "common"))).YAML)
	decode(t, content)
	assert.NotContains(t, content, "\x1b")
	assert.NotContains(t, content, "\nspec: {storage: {rbd")
	for line := range strings.Lines(content) {
		assert.False(t, strings.HasPrefix(line, "spec: 1"), line)
	}
}

// TestKeyInARefusal: what a server, or a plugin of kubectl, says of a request may quote a key that
// is nowhere in the cluster.
func TestKeyInARefusal(t *testing.T) {
	const key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	said := 0
	for _, kind := range []cluster.Kind{
		cluster.Configs, cluster.ImagePruners, cluster.BucketClaims, cluster.StorageClasses, cluster.Routes, cluster.ClusterVersions,
	} {
		found := imported(t, partial{files(t, testdata(t, "guide"), testdata(t, "common")), kind, " with key " + key})
		content, err := json.Marshal(found)
		require.NoError(t, err)
		all := string(content) + string(found.YAML)
		assert.NotContains(t, all, key, kind)
		said += strings.Count(all, "(hidden)")
	}
	assert.Greater(t, said, 5)
}

// partial is a Reader that may not read one kind.
type partial struct {
	cluster.Reader
	kind cluster.Kind
	// quotes is what the refusal quotes of what was sent.
	quotes string
}

func (p partial) hides(kind cluster.Kind) bool { return kind.String() == p.kind.String() }

func (p partial) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	if p.hides(kind) {
		return cluster.Answer{Outcome: cluster.Outcome{State: cluster.Forbidden, Why: "User cannot get it" + p.quotes}}
	}
	return p.Reader.Get(ctx, kind, namespace, name)
}

func (p partial) List(ctx context.Context, kind cluster.Kind, namespace string) cluster.Answers {
	if p.hides(kind) {
		return cluster.Answers{Outcome: cluster.Outcome{State: cluster.Forbidden, Why: "User cannot list it" + p.quotes}}
	}
	return p.Reader.List(ctx, kind, namespace)
}

// asking is a Reader that remembers which kinds it was asked for.
type asking struct {
	cluster.Reader
	mutex *sync.Mutex
	kinds map[string]cluster.Kind
}

func (a asking) remember(kind cluster.Kind) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.kinds[kind.String()] = kind
}

func (a asking) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	a.remember(kind)
	return a.Reader.Get(ctx, kind, namespace, name)
}

func (a asking) List(ctx context.Context, kind cluster.Kind, namespace string) cluster.Answers {
	a.remember(kind)
	return a.Reader.List(ctx, kind, namespace)
}

// TestForbidden: whichever kind may not be read, nothing is guessed. There is no profile, or
// one that names the same storage as with all rights, and what could not be seen is told.
func TestForbidden(t *testing.T) {
	for _, form := range []string{"route-with-ca", "red-hat-noobaa", "service", "external", "literal-host", "cephfs", "rbd"} {
		all := asking{files(t, testdata(t, form), testdata(t, "common")), &sync.Mutex{}, map[string]cluster.Kind{}}
		content := string(imported(t, all).YAML)
		whole := decode(t, content).Spec.Storage
		require.Greater(t, len(all.kinds), 8)
		for _, kind := range all.kinds {
			found := imported(t, partial{all.Reader, kind, ""})
			about := fmt.Sprintf("%s without %s: %s", form, kind, found.YAML)
			if kind.String() == cluster.Configs.String() {
				assert.Contains(t, found.Blind, "Config cluster may not be read: User cannot get it")
				assert.Nil(t, found.YAML)
				continue
			}
			if found.YAML == nil {
				require.NotEmpty(t, found.Findings, about)
				last := found.Findings[len(found.Findings)-1]
				assert.Equal(t, "import-unseen", finding.CodeOf(last), about)
				continue
			}
			if string(found.YAML) == content { // the kind only adds to what others say
				continue
			}
			assert.Contains(t, string(found.YAML), "could not be seen", about)
			is := decode(t, string(found.YAML)).Spec.Storage
			assert.Equal(t, whole.ClassName(), is.ClassName(), about)
			if b := is.Object(); b != nil {
				assert.Equal(t, whole.Object().Claim(), b.Claim(), about)
				continue
			}
			assert.Equal(t, whole.Volume().Claim(), is.Volume().Claim(), about)
		}
	}
}

// TestManyObjects: a cluster with ten thousand claims and Routes is no other cluster.
func TestManyObjects(t *testing.T) {
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(
			&many,
			"\n---\n{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim, metadata: {name: c%d, "+
				"namespace: elsewhere}, spec: {bucketName: b%d}}",
			i, i,
		)
		fmt.Fprintf(
			&many,
			"\n---\n{apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: r%d, namespace: "+
				"elsewhere}, spec: {host: h%d}}",
			i, i,
		)
	}
	few := imported(t, files(t, testdata(t, "guide"), testdata(t, "common")))
	found := imported(t, files(t, testdata(t, "guide"), testdata(t, "common"), many.String()))
	assert.Equal(t, string(few.YAML), string(found.YAML))
}

// TestReasons: each has a case above.
func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range takeover.Reasons() {
		assert.False(t, seen[r.Code], r.Code)
		seen[r.Code] = true
		for _, words := range []string{r.Looks, r.Why, r.Fix} {
			assert.NotEmpty(t, words, r.Code)
		}
	}
}
