package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// changed returns a rendered object of a kind as it would be in the cluster with other values.
func changed(t *testing.T, spec, kind string, edit func(t *testing.T, object *yaml.RNode)) string {
	t.Helper()
	for _, text := range rendered(t, spec) {
		object := yaml.MustParse(text)
		if object.GetKind() == kind {
			edit(t, object)
			return object.MustString()
		}
	}
	require.Fail(t, "no "+kind)
	return ""
}

// set returns an edit that sets the field at a path.
func set(value string, path ...string) func(*testing.T, *yaml.RNode) {
	return func(t *testing.T, object *yaml.RNode) {
		require.NoError(t, object.PipeE(yaml.LookupCreate(yaml.MappingNode, path[:len(path)-1]...),
			yaml.SetField(path[len(path)-1], yaml.MustParse(value))))
	}
}

func all(edits ...func(*testing.T, *yaml.RNode)) func(*testing.T, *yaml.RNode) {
	return func(t *testing.T, object *yaml.RNode) {
		for _, edit := range edits {
			edit(t, object)
		}
	}
}

const (
	volumeSpec = "{storage: {cephfs: {size: 100Gi}}}"
	growing    = `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: ocs-storagecluster-cephfs},
provisioner: p, allowVolumeExpansion: true}`
)

// TestWhatCannotChange: a change that the API server refuses, or that nobody heeds, is none.
func TestWhatCannotChange(t *testing.T) {
	bound := set("{phase: Bound}", "status")
	for name, c := range map[string]struct {
		spec, kind string
		edit       func(*testing.T, *yaml.RNode)
		action     plan.Action
		why        string
	}{
		"script":             {"{}", "ConfigMap", set("{bootstrap.sh: other}", "data"), plan.Refused, "the ConfigMap is immutable"},
		"mutable script":     {"{}", "ConfigMap", all(set("{x: other}", "data"), set("false", "immutable")), plan.Changed, ""},
		"what the Job runs":  {"{}", "Job", set("other", "spec", "template", "spec", "serviceAccountName"), plan.Refused, "what a Job runs"},
		"the Job's deadline": {"{}", "Job", set("1", "spec", "activeDeadlineSeconds"), plan.Changed, ""},
		"role of a binding":  {"{}", "RoleBinding", set("other", "roleRef", "name"), plan.Refused, "roleRef.name: roleRef cannot be changed"},
		"cluster role":       {"{}", "ClusterRoleBinding", set("other", "roleRef", "name"), plan.Refused, "roleRef cannot be changed"},
		"subject":            {"{}", "RoleBinding", set("[]", "subjects"), plan.Changed, ""},
		"class of a bucket":  {"{}", "ObjectBucketClaim", all(bound, set("x", "spec", "storageClassName")), plan.Ignored, "no provisioner"},
		"a bucket not yet":   {"{}", "ObjectBucketClaim", set("x", "spec", "storageClassName"), plan.Changed, ""},
		"marks of a claim":   {"{}", "ObjectBucketClaim", all(bound, set("{}", "metadata", "annotations")), plan.Changed, ""},
		"class of a volume":  {volumeSpec, "PersistentVolumeClaim", set("x", "spec", "storageClassName"), plan.Refused, "of a claim nothing"},
		"a volume grows": {volumeSpec, "PersistentVolumeClaim",
			all(bound, set("10Gi", "spec", "resources", "requests", "storage")), plan.Changed, ""},
		"a volume shrinks": {volumeSpec, "PersistentVolumeClaim",
			all(bound, set("1Ti", "spec", "resources", "requests", "storage")), plan.Refused, "can only grow"},
		"a volume that is not bound": {volumeSpec, "PersistentVolumeClaim",
			set("10Gi", "spec", "resources", "requests", "storage"), plan.Refused, "of a claim nothing"},
		"being deleted": {
			"{}", "ObjectBucketClaim", set("'2026-01-01T00:00:00Z'", "metadata", "deletionTimestamp"), plan.Going,
			"is being deleted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOn(t, c.spec, true, changed(t, c.spec, c.kind, c.edit), growing)
			for _, o := range p.Objects {
				if strings.HasPrefix(o.Name, c.kind+" ") && o.Action != plan.New {
					assert.Equal(t, c.action, o.Action, "%+v", o)
					assert.Contains(t, o.Why, c.why)
					assert.Equal(t, c.action != plan.Changed || p.Job.Stops(), p.Fails())
					return
				}
			}
			assert.Fail(t, "it is not in the plan")
		})
	}
}

// TestNamespaceThatGoes: nothing can be created in it.
func TestNamespaceThatGoes(t *testing.T) {
	p := planOn(t, "{}", true, "{apiVersion: v1, kind: Namespace, metadata: {name: registry-profile, "+
		"deletionTimestamp: '2026-01-01T00:00:00Z'}}")
	for _, o := range p.Objects {
		switch {
		case o.Name == "Namespace registry-profile":
			assert.Equal(t, plan.Going, o.Action)
		case strings.Contains(o.Name, " registry-profile/"):
			assert.Equal(t, plan.Refused, o.Action, o.Name)
			assert.Contains(t, o.Why, "Namespace registry-profile is being deleted")
		default:
			assert.Equal(t, plan.New, o.Action, o.Name)
		}
	}
}

// TestSameInOtherWords: quantities and durations can be written in several ways, and nothing else.
func TestSameInOtherWords(t *testing.T) {
	const spec = `{registry: {nodeSelector: {zone: "1000"}, resources: {requests: {cpu: "1", memory: "2Gi"}},
requests: {read: {maxRunning: 1, maxInQueue: 1, maxWaitInQueue: 90s}}}, pruner: {keepYoungerThanDuration: 720h}}`
	for name, c := range map[string]struct {
		value  string
		path   []string
		action plan.Action
	}{
		"the same":        {"'1000'", []string{"spec", "nodeSelector", "zone"}, plan.Same},
		"label":           {"'1k'", []string{"spec", "nodeSelector", "zone"}, plan.Changed},
		"number":          {"{zone: 1000}", []string{"spec", "nodeSelector"}, plan.Changed},
		"cpu":             {"1000m", []string{"spec", "resources", "requests", "cpu"}, plan.Same},
		"cpu as a number": {"1", []string{"spec", "resources", "requests", "cpu"}, plan.Same},
		"memory":          {"2048Mi", []string{"spec", "resources", "requests", "memory"}, plan.Same},
		"duration":        {"1m30s", []string{"spec", "requests", "read", "maxWaitInQueue"}, plan.Same},
		"longer":          {"1m31s", []string{"spec", "requests", "read", "maxWaitInQueue"}, plan.Changed},
		"no duration":     {"'90'", []string{"spec", "requests", "read", "maxWaitInQueue"}, plan.Changed},
		"less memory":     {"2G", []string{"spec", "resources", "requests", "memory"}, plan.Changed},
		"text":            {"'2'", []string{"spec", "replicas"}, plan.Changed},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOn(t, spec, true, changed(t, spec, "Config", set(c.value, c.path...)))
			for _, o := range p.Objects {
				if o.Name == "Config cluster" {
					assert.Equal(t, c.action, o.Action, "%+v", o.Changes)
				}
			}
		})
	}
}

// TestNamespaceThatIsMissing: nothing can be created in it, unless it comes with the profile.
func TestNamespaceThatIsMissing(t *testing.T) {
	const spec = "{odf: {namespace: rook}, bootstrap: {createNamespace: false}, verify: {createNamespace: false}}"
	missing := []string{"rook", "registry-profile", "registry-profile-smoke-test"}
	refused := map[string]bool{}
	for _, o := range planOn(t, spec, true).Objects {
		_, name, _ := strings.Cut(o.Name, " ")
		namespace, _, _ := strings.Cut(name, "/")
		if !slices.Contains(missing, namespace) {
			assert.Equal(t, plan.New, o.Action, o.Name)
			continue
		}
		refused[namespace] = true
		assert.Equal(t, plan.Refused, o.Action, o.Name)
		assert.Equal(t, "Namespace "+namespace+" is not there, and does not come with the profile", o.Why)
	}
	assert.Len(t, refused, len(missing))
}

// without reads a cluster that does not know a kind.
type without struct {
	cluster.Reader
	kind string
}

func (r without) Get(ctx context.Context, kind cluster.Kind, namespace, name string) cluster.Answer {
	if kind.Name == r.kind {
		return cluster.Answer{Outcome: cluster.Outcome{State: cluster.NoKind}}
	}
	return r.Reader.Get(ctx, kind, namespace, name)
}

// TestKindThatIsMissing: what nobody can create is not new.
func TestKindThatIsMissing(t *testing.T) {
	for kind, advice := range map[string]string{
		"ObjectBucketClaim":                "install OpenShift Data Foundation first",
		"ValidatingAdmissionPolicy":        "set spec.protection.admissionPolicies to false",
		"ValidatingAdmissionPolicyBinding": "set spec.protection.admissionPolicies to false",
		"AlertingRule":                     "",
	} {
		p := planOf(t, "{}", without{readerOf(t, true, newConfig, route, ca, class), kind})
		seen := 0
		for _, o := range p.Objects {
			if !strings.HasPrefix(o.Name, kind+" ") {
				assert.NotEqual(t, plan.Refused, o.Action, o.Name)
				continue
			}
			seen++
			assert.Equal(t, plan.Refused, o.Action, o.Name)
			assert.Contains(t, o.Why, "the cluster does not know the kind "+kind)
			assert.Contains(t, o.Why, advice)
		}
		assert.NotZero(t, seen, kind)
		assert.True(t, p.Fails(), kind)
	}
}

// TestNamespaceOfSomebodyElse: an engine that removes the profile would remove it, too.
func TestNamespaceOfSomebodyElse(t *testing.T) {
	const there = "{apiVersion: v1, kind: Namespace, metadata: {name: registry-profile%s}}"
	ours := ", labels: {app.kubernetes.io/managed-by: registry-profile}, annotations: {registryprofile.dev/profile: registry}"
	for marks, warned := range map[string]bool{"": true, ours: false} {
		p := planOn(t, "{}", true, fmt.Sprintf(there, marks))
		assert.Equal(t, plan.Changed, p.Objects[0].Action)
		assert.Equal(t, warned, strings.Contains(p.Objects[0].Why, "would be deleted with it"), p.Objects[0].Why)
		assert.Equal(t, warned, slices.ContainsFunc(p.Findings(), func(r *kptfn.Result) bool {
			return finding.CodeOf(r) == "plan-taken-over"
		}))
	}
}
