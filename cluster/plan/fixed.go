package plan

import (
	"context"
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/cluster"
)

// fixed are the fields that nobody can change once the object is there.
var fixed = []struct {
	kind   cluster.Kind
	fields []string
	// judge tells whether that is so for this object and this change. Nil means always.
	judge func(ctx context.Context, reader cluster.Reader, o *Object, c Change) bool
	// action is what becomes of such a change, and why it says so.
	action Action
	why    string
}{
	{
		kind: cluster.ConfigMaps, fields: []string{"data", "binaryData", "immutable"}, judge: isImmutable,
		action: Refused, why: "the ConfigMap is immutable; delete it, and deliver it again",
	},
	{
		kind: cluster.Jobs,
		fields: []string{
			"spec.template", "spec.podFailurePolicy", "spec.completions", "spec.completionMode", "spec.selector",
			"spec.backoffLimitPerIndex", "spec.successPolicy", "spec.managedBy",
		},
		action: Refused, why: "what a Job runs cannot be changed; delete it, and deliver it again",
	},
	{
		kind: cluster.VolumeClaims, fields: []string{"spec"}, judge: staysOfVolume,
		action: Refused, why: "of a claim nothing but the size can change, and it can only grow, if its StorageClass has " +
			"allowVolumeExpansion; name another claim in the profile, or write what is there into it",
	},
	{
		kind: cluster.RoleBindings, fields: []string{"roleRef"},
		action: Refused, why: "roleRef cannot be changed; delete the binding, and deliver it again",
	},
	{
		kind: cluster.ClusterRoleBindings, fields: []string{"roleRef"},
		action: Refused, why: "roleRef cannot be changed; delete the binding, and deliver it again",
	},
	{ // lib-bucket-provisioner honours additionalConfig only (pkg/provisioner/controller.go)
		kind:   cluster.BucketClaims,
		fields: []string{"spec.storageClassName", "spec.bucketName", "spec.generateBucketName"}, judge: isBound,
		action: Ignored, why: "the bucket stays the one that it is, as no provisioner changes it; name another claim in " +
			"the profile, or write what is there into it",
	},
}

// judge says what comes of changing an object.
func judge(ctx context.Context, reader cluster.Reader, kind cluster.Kind, o *Object) (Action, string) {
	for _, f := range fixed {
		if f.kind.String() != kind.String() {
			continue
		}
		for _, c := range o.Changes {
			if c.isIn(f.fields) && (f.judge == nil || f.judge(ctx, reader, o, c)) {
				return f.action, fmt.Sprintf("%s: %s", c.Path, f.why)
			}
		}
	}
	return Changed, ""
}

// isIn tells whether a change is in one of the fields, or in what stands below.
func (c Change) isIn(fields []string) bool {
	for _, field := range fields {
		if rest, ok := strings.CutPrefix(c.Path, field); ok && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			return true
		}
	}
	return false
}

func isImmutable(_ context.Context, _ cluster.Reader, o *Object, _ Change) bool {
	return o.live["immutable"] == true
}

func isBound(_ context.Context, _ cluster.Reader, o *Object, _ Change) bool {
	return textAt(o.live, "status", "phase") == "Bound"
}

func staysOfVolume(ctx context.Context, reader cluster.Reader, o *Object, c Change) bool {
	if c.Path != "spec.resources.requests.storage" || !isBound(ctx, reader, o, c) {
		return true
	}
	is, want := quantity(c.Is), quantity(c.Want)
	if is == nil || want == nil || want.Cmp(*is) < 0 {
		return true
	}
	type storageClass struct {
		AllowVolumeExpansion bool `json:"allowVolumeExpansion"`
	}
	class, answer := cluster.Read[storageClass](ctx, reader, cluster.StorageClasses, "", textAt(o.live, "spec", "storageClassName"))
	return answer.State == cluster.Present && !class.AllowVolumeExpansion
}

// textAt is the text at the end of a path of keys, or "".
func textAt(object map[string]any, path ...string) string {
	for _, key := range path[:len(path)-1] {
		object, _ = object[key].(map[string]any)
	}
	text, _ := object[path[len(path)-1]].(string)
	return text
}
