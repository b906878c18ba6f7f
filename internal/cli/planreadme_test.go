package cli

import (
	"os"
	"regexp"
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

// TestPlanOfReadme: what the README shows is what is said of a cluster that has an earlier
// version of the minimal profile, and whose registry somebody has moved to a volume.
// The smoke test is left out, to keep it short.
func TestPlanOfReadme(t *testing.T) {
	profile := func(spec string) *v1alpha1.RegistryProfile {
		p, findings := v1alpha1.Decode(yaml.MustParse(
			"apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec: " + spec))
		require.NotNil(t, p, "%v", findings)
		return p
	}
	documents := []cluster.Document{{Content: []byte(`
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata: {name: ocs-storagecluster-ceph-rgw}
provisioner: rgw
---
apiVersion: v1
kind: ConfigMap
metadata: {name: image-registry-rgw, namespace: openshift-image-registry}
data: {BUCKET_NAME: image-registry-1, BUCKET_HOST: rgw.openshift-storage.svc, BUCKET_PORT: "443"}
---
apiVersion: v1
kind: Secret
metadata: {name: image-registry-rgw, namespace: openshift-image-registry}
stringData: {AWS_ACCESS_KEY_ID: id-of-claim, AWS_SECRET_ACCESS_KEY: key-of-claim}
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: ocs-storagecluster-cephobjectstore-secure, namespace: openshift-storage}
spec: {host: rgw.apps.example.com, to: {kind: Service, name: rgw}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: default-ingress-cert, namespace: openshift-config-managed}
data: {ca-bundle.crt: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}
`)}}
	for _, r := range generators.Expand(
		profile("{bootstrap: {timeout: 31m, reconcile: {enabled: false}}, alerts: {enabled: false}, verify: {enabled: false}}"),
	) {
		switch r.GetKind() {
		case "Config":
			require.NoError(t, r.SetMapField(yaml.MustParse("1"), "spec", "replicas"))
			require.NoError(t, r.SetMapField(yaml.MustParse("{pvc: {claim: emergency}}"), "spec", "storage"))
		case "ObjectBucketClaim":
			require.NoError(t, r.SetMapField(yaml.MustParse("{phase: Bound}"), "status"))
			require.NoError(t, r.PipeE(yaml.SetLabel("bucket-provisioner", "rgw")))
		}
		documents = append(documents, cluster.Document{Content: []byte(r.MustString())})
	}
	reader, faults := cluster.Files(documents, true)
	require.Empty(t, faults)
	p, err := plan.Of(
		t.Context(), reader,
		profile("{bootstrap: {reconcile: {enabled: false}}, alerts: {enabled: false}, verify: {enabled: false}}"),
	)
	require.NoError(t, err)
	said, err := planText(p)
	require.NoError(t, err)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	withoutHash := func(text string) string {
		return regexp.MustCompile(`(bootstrap)-[0-9a-f]{8}\b`).ReplaceAllString(text, "$1-HASH")
	}
	assert.True(t, strings.Contains(withoutHash(string(readme)), "\n```text\n"+withoutHash(said)+"```\n"), said)
}
