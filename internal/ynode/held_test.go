package ynode_test

import (
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func TestHeldBy(t *testing.T) {
	const (
		object        = "{kind: Config, metadata: {name: cluster}}"
		configuration = "{apiVersion: policy.open-cluster-management.io/v1, kind: ConfigurationPolicy, " +
			"spec: {remediationAction: ACTION, object-templates: [{complianceType: musthave}, {objectDefinition: " + object + "}]}}"
		policy = "{apiVersion: policy.open-cluster-management.io/v1, kind: Policy, spec: {remediationAction: OUTER, " +
			"policy-templates: [{objectDefinition: {kind: Other}}, {objectDefinition: " + configuration + "}]}}"
	)
	for name, c := range map[string]struct{ holder, path string }{
		"a List":              {"{apiVersion: v1, kind: List, items: [" + object + "]}", "items[0]"},
		"a typed List":        {"{apiVersion: a/v1, kind: ConfigList, items: [" + object + "]}", "items[0]"},
		"an aliased list":     {"{x: &l [" + object + "], kind: List, items: *l}", "items[0]"},
		"a Template":          {"{apiVersion: template.openshift.io/v1, kind: Template, objects: [" + object + "]}", "objects[0]"},
		"another's Template":  {"{apiVersion: a/v1, kind: Template, objects: [" + object + "]}", ""},
		"a List of any kind":  {"{apiVersion: a/v1, kind: Config, items: [" + object + "]}", "items[0]"},
		"no list":             {"{kind: List, items: {a: b}}", ""},
		"an enforced policy":  {strings.NewReplacer("ACTION", "enforce").Replace(configuration), "spec.object-templates[1].objectDefinition"},
		"a policy that tells": {strings.NewReplacer("ACTION", "Inform").Replace(configuration), ""},
		"one that says nothing of that": {strings.NewReplacer("ACTION", "''").Replace(configuration),
			"spec.object-templates[1].objectDefinition"},
		"enforced from outside": {strings.NewReplacer("ACTION", "inform", "OUTER", "enforce").Replace(policy),
			"spec.policy-templates[1].objectDefinition.spec.object-templates[1].objectDefinition"},
		"not enforced from outside": {strings.NewReplacer("ACTION", "InformOnly", "OUTER", "enforce").Replace(policy), ""},
		"told from outside":         {strings.NewReplacer("ACTION", "enforce", "OUTER", "inform").Replace(policy), ""},
		"disabled":                  {strings.NewReplacer("ACTION", "enforce", "remediationAction: OUTER", "disabled: true").Replace(policy), ""},
		"inside alone": {strings.NewReplacer("ACTION", "enforce", "OUTER", "''").Replace(policy),
			"spec.policy-templates[1].objectDefinition.spec.object-templates[1].objectDefinition"},
	} {
		t.Run(name, func(t *testing.T) {
			path := ""
			n := yaml.MustParse(c.holder).YNode()
			for _, held := range append(ynode.HeldBy(n), ynode.HeldByPolicy(n)...) {
				assert.Equal(t, "cluster", ynode.Text(held.Node, "metadata", "name"))
				path = held.Path
			}
			assert.Equal(t, c.path, path)
		})
	}
}

// TestItemsTakeTheirKindFromTheirList, as kubectl does where an item has neither kind nor version.
func TestItemsTakeTheirKindFromTheirList(t *testing.T) {
	typed := ynode.ID{Group: "a", Kind: "Config", Name: "x"}
	for name, c := range map[string]struct {
		list string
		want ynode.ID
	}{
		"of neither":    {"{apiVersion: a/v1, kind: ConfigList, items: [{metadata: {name: x}}]}", typed},
		"of empty ones": {"{apiVersion: a/v1, kind: ConfigList, items: [{kind: '', apiVersion: null, metadata: {name: x}}]}", typed},
		"of a kind alone": {
			"{apiVersion: a/v1, kind: ConfigList, items: [{kind: Other, metadata: {name: x}}]}",
			ynode.ID{Kind: "Other", Name: "x"},
		},
		"in no List":    {"{apiVersion: a/v1, kind: Config, items: [{metadata: {name: x}}]}", typed},
		"a List itself": {"{apiVersion: a/v1, kind: ConfigList, items: [{metadata: {name: x}, items: []}]}", ynode.ID{Name: "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			held := ynode.HeldBy(yaml.MustParse(c.list).YNode())
			require.Len(t, held, 1)
			assert.Equal(t, c.want, ynode.IDOf(held[0].Node))
			_, err := yaml.NewRNode(held[0].Node).String()
			assert.NoError(t, err)
		})
	}
}
