package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/generators"
)

func profileOf(t *testing.T, spec string) *v1alpha1.RegistryProfile {
	t.Helper()
	p, results := v1alpha1.Decode(yaml.MustParse(
		"apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec: " + spec))
	require.NotNil(t, p, "%v", results)
	return p
}

// planOn returns the plan for a profile on a cluster that has these objects and no others,
// or, if not complete, perhaps others.
func planOn(t *testing.T, spec string, complete bool, objects ...string) *plan.Plan {
	t.Helper()
	return planOf(t, spec, readerOf(t, complete, objects...))
}

func planOf(t *testing.T, spec string, reader cluster.Reader) *plan.Plan {
	t.Helper()
	p, err := plan.Of(t.Context(), reader, profileOf(t, spec))
	require.NoError(t, err)
	return p
}

// readerOf reads these objects and, if there are no others, the namespaces of every cluster.
func readerOf(t *testing.T, complete bool, objects ...string) cluster.Reader {
	t.Helper()
	if complete {
		for _, name := range []string{"config", "config-managed", "image-registry", "monitoring", "storage"} {
			objects = append(objects, "{apiVersion: v1, kind: Namespace, metadata: {name: openshift-"+name+"}}")
		}
	}
	var documents []cluster.Document
	for _, object := range objects {
		documents = append(documents, cluster.Document{Name: "test", Content: []byte(object)})
	}
	reader, faults := cluster.Files(documents, complete)
	require.Empty(t, faults)
	return reader
}

// rendered are the objects of a profile, as text.
func rendered(t *testing.T, spec string) []string {
	t.Helper()
	var all []string
	for _, r := range generators.Expand(profileOf(t, spec)) {
		all = append(all, r.MustString())
	}
	return all
}

const (
	newConfig = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Removed, replicas: 1, storage: {}}}`
	route = `{apiVersion: route.openshift.io/v1, kind: Route,
metadata: {namespace: openshift-storage, name: ocs-storagecluster-cephobjectstore-secure}, spec: {host: rgw.example.com}}`
	ca = `{apiVersion: v1, kind: ConfigMap, metadata: {namespace: openshift-config-managed, name: default-ingress-cert},
data: {ca-bundle.crt: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}}`
	class = `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: ocs-storagecluster-ceph-rgw}, provisioner: p}`
)

func TestFirstDelivery(t *testing.T) {
	p := planOn(t, "{}", true, newConfig, route, ca, class)
	for _, object := range p.Objects {
		if object.Name != "Config cluster" {
			assert.Equal(t, plan.New, object.Action, object.Name)
			continue
		}
		assert.Contains(t, object.Changes, plan.Change{Path: "spec.replicas", Is: float64(1), Want: float64(2)})
	}
	assert.True(t, p.Job.Certain, "%v", p.Job.Unseen)
	assert.False(t, p.Job.Stops())
	require.Len(t, p.Job.Waits, 1)
	assert.Equal(t, "it is delivered with the profile", p.Job.Waits[0].Why)
	assert.Empty(t, p.Restarts, "there are no pods yet")
	assert.Contains(t, strings.Join(p.Job.Reasons, "\n"), "To keep it Removed, say so in the profile")
}

// TestClassMissing: a claim that comes with the profile waits for its class, too.
func TestClassMissing(t *testing.T) {
	p := planOn(t, "{}", true, newConfig, route, ca)
	require.Len(t, p.Job.Waits, 2)
	assert.Contains(t, p.Job.Waits[1].Why, "StorageClass ocs-storagecluster-ceph-rgw")
	assert.Contains(t, p.Job.Waits[1].Advice, "oc get storageclasses")
}

// TestBucketIsAdopted: a new claim for the bucket that the registry is on leads to no other
// store; one for another bucket does.
func TestBucketIsAdopted(t *testing.T) {
	for bucket, exit := range map[string]int{"images": 0, "others": 3} {
		spec := "{storage: {rgw: {claimName: adopted, bucket: {name: " + bucket + ", adoptExisting: true}}}}"
		p := planOn(t, spec, true, onBucket, route, ca, class)
		assert.True(t, p.Job.Certain, "%v", p.Job.Unseen)
		assert.Equal(t, exit, p.Job.Exit, "%s: %v", bucket, p.Job.Reasons)
	}
}

const onBucket = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {managementState: Unmanaged, s3: {bucket: images, region: us-east-1,
  regionEndpoint: "https://rgw.example.com", trustedCA: {name: registry-s3-ca}}}}}`

func TestImagesElsewhere(t *testing.T) {
	const elsewhere = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {pvc: {claim: old}}}}`
	p := planOn(t, "{}", true, elsewhere, route, ca)
	assert.Equal(t, 3, p.Job.Exit)
	assert.Contains(t, p.Job.Advice, "leaveStorage: [{claim: old}]")
	assert.Empty(t, p.Job.Writes)

	p = planOn(t, "{bootstrap: {leaveStorage: [{claim: old}]}}", true, elsewhere, route, ca)
	assert.Equal(t, 0, p.Job.Exit)
}

// TestSameOnItsOwnOutput: what is in the cluster as it was rendered is no change, whatever
// the API server adds.
func TestSameOnItsOwnOutput(t *testing.T) {
	const spec = "{storage: {cephfs: {}}}"
	p := planOn(t, spec, true, rendered(t, spec)...)
	for _, object := range p.Objects {
		assert.Equal(t, plan.Same, object.Action, "%+v", object)
	}
}

// TestSameInAList: an item of a list does not say its kind.
func TestSameInAList(t *testing.T) {
	namespace := strings.NewReplacer("apiVersion: v1\n", "", "kind: Namespace\n", "").Replace(rendered(t, "{}")[0])
	p := planOn(
		t, "{verify: {enabled: false}}", true,
		"apiVersion: v1\nkind: NamespaceList\nitems:\n- "+strings.ReplaceAll(namespace, "\n", "\n  "),
	)
	assert.Equal(t, plan.Same, p.Objects[0].Action, "%+v", p.Objects[0])
	diff, err := p.Diff()
	require.NoError(t, err)
	assert.NotContains(t, diff, "delivered/Namespace/")
}

// TestNothingIsSaidOfWhatIsNotSeen: a file that lacks an object says nothing about it.
func TestNothingIsSaidOfWhatIsNotSeen(t *testing.T) {
	p := planOn(t, "{}", false)
	for _, object := range p.Objects {
		assert.Equal(t, plan.Unseen, object.Action, object.Name)
	}
	assert.False(t, p.Job.Certain)
	assert.NotEmpty(t, p.Job.Unseen)
}

// TestNobodyKnowsWhoseBucket: without the claim, the bucket of Config may be the claim's.
func TestNobodyKnowsWhoseBucket(t *testing.T) {
	const onBucket = `{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster},
spec: {managementState: Managed, storage: {s3: {bucket: some-bucket, regionEndpoint: "https://rgw.example.com"}}}}`
	const claim = `{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim,
metadata: {namespace: openshift-image-registry, name: image-registry-rgw, labels: {bucket-provisioner: p}},
spec: {storageClassName: ocs-storagecluster-ceph-rgw}, status: {phase: Bound}}`
	const bucket = `{apiVersion: v1, kind: ConfigMap, metadata: {namespace: openshift-image-registry, name: image-registry-rgw},
data: {BUCKET_NAME: some-bucket, BUCKET_HOST: rgw.openshift-storage.svc, BUCKET_PORT: "443"}}`
	for name, objects := range map[string][]string{
		"no claim": {onBucket}, "no ConfigMap": {onBucket, claim, class}, "no Route": {onBucket, claim, class, bucket},
	} {
		p := planOn(t, "{}", false, objects...)
		assert.False(t, p.Job.Certain, name)
		assert.False(t, p.Job.Stops(), "%s: %v", name, p.Job.Reasons)
	}
	p := planOn(t, "{}", true, onBucket, route, ca)
	assert.Equal(t, 3, p.Job.Exit, "a claim that is made anew has another bucket")
}
