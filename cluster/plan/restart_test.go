package plan_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/registryprofile/registry-profile/cluster"
)

// The claim of a profile with all that its provisioner has written, and the registry's own
// credentials, which are the same.
const claimed = `{apiVersion: objectbucket.io/v1alpha1, kind: ObjectBucketClaim,
metadata: {namespace: openshift-image-registry, name: image-registry-rgw, labels: {bucket-provisioner: p}},
spec: {storageClassName: ocs-storagecluster-ceph-rgw}, status: {phase: Bound}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {namespace: openshift-image-registry, name: image-registry-rgw},
data: {BUCKET_NAME: images, BUCKET_HOST: rgw.openshift-storage.svc, BUCKET_PORT: "443"}}
---
{apiVersion: v1, kind: Secret, metadata: {namespace: openshift-image-registry, name: image-registry-rgw},
stringData: {AWS_ACCESS_KEY_ID: one-of-many, AWS_SECRET_ACCESS_KEY: another-of-many}}
---
{apiVersion: v1, kind: Secret, metadata: {namespace: openshift-image-registry, name: image-registry-private-configuration-user},
stringData: {REGISTRY_STORAGE_S3_ACCESSKEY: one-of-many, REGISTRY_STORAGE_S3_SECRETKEY: another-of-many}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {namespace: openshift-config, name: registry-s3-ca},
data: {ca-bundle.crt: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}}
---
` + class + "\n---\n" + `{apiVersion: route.openshift.io/v1, kind: Route,
metadata: {namespace: openshift-storage, name: ocs-storagecluster-cephobjectstore-secure},
spec: {host: rgw.example.com, to: {kind: Service, name: rgw}}}`

// TestRestarts: pods restart where something changes that stands in them, and there are some.
func TestRestarts(t *testing.T) {
	running := strings.Replace(onBucket, "managementState: Managed,", "managementState: Managed, replicas: 2,", 1)
	for name, c := range map[string]struct{ spec, config, restarts string }{
		"nothing to do":        {"{}", running, ""},
		"more of them":         {"{registry: {replicas: 3}}", running, ""},
		"who looks after it":   {"{}", strings.Replace(running, "Unmanaged", "Managed", 1), ""},
		"another region":       {"{}", strings.Replace(running, "us-east-1", "other", 1), "the Job writes Config cluster"},
		"no redirects":         {"{registry: {disableRedirect: true}}", running, "the Job writes Config cluster"},
		"where they run":       {"{registry: {nodeSelector: {a: b}}}", running, "Config cluster changes spec.nodeSelector"},
		"removed before":       {"{}", strings.Replace(running, "managementState: Managed,", "managementState: Removed,", 1), ""},
		"removed by a profile": {"{registry: {managementState: Removed}}", running, ""},
	} {
		p := planOn(t, c.spec, true, c.config, ca, claimed)
		assert.Zero(t, p.Job.Exit, "%s: %v", name, p.Job.Reasons)
		assert.Empty(t, p.Job.Waits, name)
		assert.Equal(t, c.restarts, p.Restarts, "%s: %v", name, p.Job.Writes)
	}
}

// TestRemovedByTheProfile: a plan says that it takes the registry down.
func TestRemovedByTheProfile(t *testing.T) {
	const store = `bucket "images" at "https://rgw.example.com" (s3)`
	p := planOn(t, "{registry: {managementState: Removed}}", true, onBucket, ca, claimed)
	assert.Equal(t, store+", Managed", p.Before)
	assert.Equal(t, store+", Removed", p.After)
	assert.True(t, p.Job.Removes)
	assert.Contains(t, p.Job.Reasons, "Removing the registry, as the profile says. Its storage stays: "+store+".")
	assert.Equal(t, p.Before, planOn(t, "{}", true, onBucket, ca, claimed).After)
}

// blindTo reads a cluster in which the user may not read one object.
type blindTo struct {
	cluster.Reader
	kind, name string
}

func (r blindTo) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	if kind.Name == r.kind && name == r.name {
		return cluster.Answer{Outcome: cluster.Outcome{State: cluster.Forbidden}}
	}
	return r.Reader.Get(ctx, kind, namespace, name)
}

// TestWriteThatIsNotForeseen: what could not be read is not written for that. Only what
// decides makes the end uncertain.
func TestWriteThatIsNotForeseen(t *testing.T) {
	const ours = "image-registry-private-configuration-user"
	for object, certain := range map[blindTo]bool{
		{kind: "StorageClass", name: "ocs-storagecluster-ceph-rgw"}:        false,
		{kind: "ObjectBucketClaim", name: "image-registry-rgw"}:            false,
		{kind: "ConfigMap", name: "image-registry-rgw"}:                    false,
		{kind: "Secret", name: "image-registry-rgw"}:                       false,
		{kind: "Secret", name: ours}:                                       true,
		{kind: "ConfigMap", name: "registry-s3-ca"}:                        true,
		{kind: "Route", name: "ocs-storagecluster-cephobjectstore-secure"}: false,
	} {
		reader := blindTo{readerOf(t, true, onBucket, ca, claimed), object.kind, object.name}
		p := planOf(t, "{}", reader)
		assert.Empty(t, p.Job.Writes, "%s %s", object.kind, object.name)
		assert.Empty(t, p.Restarts)
		assert.Zero(t, p.Job.Exit, "%v", p.Job.Reasons)
		assert.Equal(t, certain, p.Certain(), "%s %s: %v", object.kind, object.name, p.Job.Unseen)
		assert.NotEmpty(t, append(p.Job.Unseen, p.Job.Doubts...))
	}
}

// TestSizesOnly: a must-gather has the sizes of a Secret's values, as "oc adm inspect" writes
// them, and they say nothing about the end of a run.
func TestSizesOnly(t *testing.T) {
	sizes := strings.NewReplacer("one-of-many", "11 bytes long", "another-of-many", "15 bytes long").Replace(claimed)
	p := planOn(t, "{}", true, onBucket, ca, sizes)
	assert.True(t, p.Certain(), "%v", p.Job.Unseen)
	assert.Zero(t, p.Job.Exit, "%v", p.Job.Reasons)
	assert.Empty(t, p.Job.Writes)
	assert.Contains(t, strings.Join(p.Job.Doubts, " "), "the input has only their sizes")
}

// TestLeftoverWithACredential: no credential is in the name of a leftover.
func TestLeftoverWithACredential(t *testing.T) {
	leftover := strings.NewReplacer("name: registry-reconcile", "name: old-another-of-many").Replace(
		changed(t, "{}", "CronJob", set("true", "spec", "suspend")))
	p := planOn(t, "{}", true, onBucket, ca, claimed, leftover)
	if assert.Len(t, p.Leftovers, 1) {
		assert.Equal(t, "CronJob registry-profile/old-(hidden)", p.Leftovers[0].Name)
	}
}
