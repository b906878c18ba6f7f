package stream_test

import (
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leftovers returns the objects that a profile of a name leaves in Git when it gets another one:
// those that have its name in theirs.
func leftovers(t *testing.T, profile, spec string) []string {
	t.Helper()
	var left []string
	for _, document := range strings.Split(renderedAs(t, profile, spec), "---\n") {
		if id := ynode.IDOf(cases.Parse(t, []byte(document))[0].YNode()); strings.Contains(id.Name, profile) {
			left = append(left, document)
		}
	}
	require.Greater(t, len(left), 15)
	return left
}

// TestLeftBehind: what a renamed profile has left is told as that, once for each object, and
// nothing else is said of it, nor of the profile's own objects for its sake.
func TestLeftBehind(t *testing.T) {
	left := leftovers(t, "old", "{}")
	for _, spec := range []string{"{}", "{storage: {rbd: {}}, verify: {enabled: false}}"} {
		ours := rendered(t, spec)
		for _, document := range left {
			got := judged(t, cases.Join([]string{ours, document}))
			id := ynode.IDOf(cases.Parse(t, []byte(document))[0].YNode())
			if assert.Len(t, got, 1, "%s: %s", id, got) {
				assert.Contains(t, got[0], "warning two-profiles "+id.Kind+"/")
			}
		}
		for _, all := range [][]string{append([]string{ours}, left...), append(left[:len(left):len(left)], ours)} {
			got := judged(t, cases.Join(all))
			assert.Len(t, got, len(left))
			for _, line := range got {
				assert.Contains(t, line, "warning two-profiles ")
			}
		}
	}
}

// TestOfLeftBehindNothingIsLost: that an object is left behind hides no credential, no claim that
// an engine would delete, and nothing that it does to the profile's own.
func TestOfLeftBehindNothingIsLost(t *testing.T) {
	const by, changed = generators.ProfileAnnotation + ": registry", generators.ProfileAnnotation + ": reconcile"
	ours := rendered(t, "{}")
	left := leftovers(t, "old", "{}")
	for name, c := range map[string]struct {
		added string
		want  []string
	}{
		"a credential": {
			strings.Replace(find(t, left, "CronJob"), "          env:\n",
				"          env:\n            - {name: AWS_SECRET_ACCESS_KEY, value: not-shown-again}\n", 1),
			[]string{
				"warning two-profiles CronJob/old-reconcile",
				"error credential CronJob/old-reconcile spec.jobTemplate.spec.template.spec.containers[0].env[0].value",
			},
		},
		"a claim that no engine keeps": {
			"apiVersion: objectbucket.io/v1alpha1\nkind: ObjectBucketClaim\nmetadata: {name: old, " +
				"namespace: openshift-image-registry, labels: {app.kubernetes.io/managed-by: registry-profile}, annotations: " +
				"{registryprofile.dev/profile: old, helm.sh/hook: pre-install}}\n",
			[]string{"warning two-profiles ObjectBucketClaim/old", "error hook ObjectBucketClaim/old"},
		},
		"an object of the same name": {
			strings.ReplaceAll(find(t, strings.Split(ours, "---\n"), "CronJob"), by, changed),
			[]string{"warning two-profiles CronJob/registry-reconcile", "error duplicate-item CronJob/registry-reconcile"},
		},
		"the rights of the Job": {
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: old, " +
				"namespace: openshift-image-registry, labels: {app.kubernetes.io/managed-by: registry-profile}, " +
				"annotations: {registryprofile.dev/profile: old}}\n" +
				"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: registry-bootstrap}\nsubjects: []\n",
			[]string{"warning two-profiles RoleBinding/old", "error role-changed RoleBinding/old roleRef.name"},
		},
		"a pod with the account of the Job": {
			strings.ReplaceAll(find(t, left, "CronJob"), "serviceAccountName: old-", "serviceAccountName: registry-"),
			[]string{
				"warning two-profiles CronJob/old-reconcile",
				"warning role-changed CronJob/old-reconcile spec.jobTemplate.spec.template.spec.serviceAccountName",
			},
		},
	} {
		got := strings.Join(judged(t, cases.Join([]string{ours, c.added})), "\n")
		for _, want := range c.want {
			assert.Contains(t, got, want, name)
		}
	}
}

// TestMarkOfOneObjectIsNoProfile: an annotation that was changed makes the rest no leftovers,
// whose faults nobody would hear of.
func TestMarkOfOneObjectIsNoProfile(t *testing.T) {
	const by = generators.ProfileAnnotation + ": registry"
	for _, kind := range []string{"Config", "Job", "ObjectBucketClaim"} {
		documents := strings.Split(rendered(t, "{verify: {enabled: false}}"), "---\n")
		for i := range documents {
			if strings.Contains(documents[i], "\nkind: "+kind+"\n") {
				documents[i] = strings.ReplaceAll(documents[i], by, generators.ProfileAnnotation+": other")
			}
			documents[i] = strings.Replace(documents[i], "serviceAccountName: registry-", "serviceAccountName: my-", 1)
		}
		got := strings.Join(judged(t, cases.Join(documents)), "\n")
		assert.Contains(t, got, "error broken-reference Job/JOB", kind)
		assert.Contains(t, got, "error broken-reference CronJob/registry-reconcile", kind)
	}
}

// find returns the first document of a kind.
func find(t *testing.T, documents []string, kind string) string {
	t.Helper()
	for _, document := range documents {
		if strings.Contains(document, "\nkind: "+kind+"\n") {
			return document
		}
	}
	require.FailNow(t, "no "+kind)
	return ""
}
