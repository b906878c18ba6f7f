package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/cluster/plan"
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

// TestSameInOtherWords: a quantity can be written in several ways, and nothing else.
func TestSameInOtherWords(t *testing.T) {
	const spec = `{registry: {nodeSelector: {zone: "1000"}, resources: {requests: {cpu: "1", memory: "2Gi"}}}}`
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
