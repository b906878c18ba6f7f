package plan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLeftovers: what an earlier version of the profile has brought is named, and what an
// engine that prunes would do with it.
func TestLeftovers(t *testing.T) {
	const before = "{storage: {rgw: {claimName: old}}, verify: {enabled: false}, " +
		"bootstrap: {timeout: 31m, reconcile: {schedule: '0 3 * * *'}}}"
	objects := rendered(t, before)
	objects = append(objects, strings.NewReplacer("name: registry-reconcile", "name: other-reconcile",
		"registryprofile.dev/profile: registry", "registryprofile.dev/profile: other").Replace(objects[len(objects)-1]))
	p := planOn(t, "{bootstrap: {reconcile: {enabled: false}}}", true, objects...)
	left := map[string]bool{}
	for _, l := range p.Leftovers {
		kind, _, _ := strings.Cut(l.Name, " ")
		left[kind] = l.Kept
		assert.Empty(t, l.Missing)
		assert.Equal(t, l.Kept, l.Holds)
	}
	assert.Equal(t, map[string]bool{"Job": false, "CronJob": false, "ObjectBucketClaim": true}, left)
	assert.Empty(t, p.LeftoversUnseen)
	assert.Empty(t, planOn(t, before, true, objects...).Leftovers)
}

// TestLeftoverWithoutMarks: an engine would remove the claim, and the images with it.
func TestLeftoverWithoutMarks(t *testing.T) {
	claim := changed(t, "{storage: {rgw: {claimName: old}}}", "ObjectBucketClaim",
		set("{registryprofile.dev/profile: registry, kustomize.toolkit.fluxcd.io/prune: disabled}", "metadata", "annotations"))
	p := planOn(t, "{}", true, claim)
	if assert.Len(t, p.Leftovers, 1) {
		assert.Equal(t, "ObjectBucketClaim openshift-image-registry/old", p.Leftovers[0].Name)
		assert.False(t, p.Leftovers[0].Kept)
		assert.True(t, p.Leftovers[0].Holds)
		assert.Contains(t, p.Leftovers[0].Missing, "argocd.argoproj.io/sync-options=Prune=false")
		assert.NotContains(t, p.Leftovers[0].Missing, "kustomize.toolkit.fluxcd.io/prune=disabled")
	}
}

// TestLeftoversUnseen: what cannot be listed is said.
func TestLeftoversUnseen(t *testing.T) {
	p := planOn(t, "{}", false, newConfig)
	assert.Empty(t, p.Leftovers)
	if assert.Len(t, p.LeftoversUnseen, 1) {
		assert.Contains(t, p.LeftoversUnseen[0], "RoleBinding")
		assert.Contains(t, p.LeftoversUnseen[0], "each list is not in the input")
	}
}

const key = "two-point-five-and-a-half"

// TestSecrecy: no credential is in a plan, in whichever field of Config it stands.
func TestSecrecy(t *testing.T) {
	const secret = `{apiVersion: v1, kind: Secret, metadata: {name: image-registry-private-configuration-user,
namespace: openshift-image-registry}, stringData: {REGISTRY_STORAGE_S3_SECRETKEY: ` + key + `}}`
	for name, storage := range map[string]string{
		"bucket":   fmt.Sprintf("s3: {bucket: %q}", key),
		"endpoint": fmt.Sprintf("s3: {bucket: bbb, regionEndpoint: %q}", "https://user:"+key+"@rgw.example.com"),
		"user":     `s3: {bucket: bbb, regionEndpoint: "https://user:` + "pass-of-nobody" + `@rgw.example.com"}`,
		"region":   fmt.Sprintf("s3: {bucket: bbb, region: %q}", key),
		"random":   `s3: {bucket: bbb, keyID: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}`,
		"claim":    fmt.Sprintf("pvc: {claim: %q}", key),
		"a kind":   fmt.Sprintf("%q: {}", key),
	} {
		t.Run(name, func(t *testing.T) {
			const spec = "{registry: {nodeSelector: {a: b}}, bootstrap: {leaveStorage: [{bucket: bbb}, {claim: " + key + "}]}}"
			p := planOn(t, spec, true, secret, route, ca, fmt.Sprintf(`{apiVersion: imageregistry.operator.openshift.io/v1,
kind: Config, metadata: {name: cluster, annotations: {registryprofile.dev/left-storage: bucket=%s}},
spec: {managementState: Managed, logLevel: %s, nodeSelector: {a: %s}, storage: {%s}}}`, key, key, key, storage))
			diff, err := p.Diff()
			require.NoError(t, err)
			content, err := json.Marshal(p)
			require.NoError(t, err)
			for _, text := range []string{diff, string(content)} {
				assert.Contains(t, text, "(hidden)")
				for _, credential := range []string{key, "pass-of-nobody", "wJalrXUtnFEMI"} {
					assert.NotContains(t, text, credential)
				}
			}
		})
	}
}
