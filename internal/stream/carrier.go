package stream

import (
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const policyGroup = "policy.open-cluster-management.io"

// carriers are the kinds that bring other objects to a cluster: the list in which these
// stand, and the field of its items that is one, or "" where the item is.
var carriers = map[ynode.ID]struct{ list, field string }{
	{Group: policyGroup, Kind: "Policy"}:                             {"spec.policy-templates", "objectDefinition"},
	{Group: policyGroup, Kind: "ConfigurationPolicy"}:                {"spec.object-templates", "objectDefinition"},
	{Group: "work.open-cluster-management.io", Kind: "ManifestWork"}: {"spec.workload.manifests", ""},
	{Group: "hive.openshift.io", Kind: "SyncSet"}:                    {"spec.resources", ""},
	{Group: "hive.openshift.io", Kind: "SelectorSyncSet"}:            {"spec.resources", ""},
	{Group: "template.openshift.io", Kind: "Template"}:               {"objects", ""},
}

// carry adds the objects that an object brings to a cluster. They are a stream of their own:
// each policy may be for other clusters. What a policy only looks for is not among them.
func (s *stream) carry(o *object) {
	carrier, ok := carriers[ynode.ID{Group: o.id.Group, Kind: o.id.Kind}]
	if !ok || o.value == nil || at(o.value, "spec", "disabled") == any(true) {
		return
	}
	if o.action == "" { // a policy above has not decided
		o.action = text(o.value, "spec", "remediationAction")
	}
	if o.id.Kind == "ConfigurationPolicy" && strings.HasPrefix(strings.ToLower(o.action), "inform") {
		return
	}
	into := s
	if !s.isCarried {
		into = newStream()
		into.isCarried = true
		s.carried = append(s.carried, into)
	}
	list := o.node
	for _, key := range strings.Split(carrier.list, ".") {
		list = ynode.Target(ynode.Field(list, key))
	}
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range list.Content {
		n := ynode.Target(item)
		if carrier.field != "" {
			n = ynode.Target(ynode.Field(item, carrier.field))
		}
		if n != nil {
			brought := newObject(n, o.item)
			brought.action = o.action
			brought.isForbidden = strings.EqualFold(ynode.Text(item, "complianceType"), "mustnothave")
			into.add(brought)
		}
	}
}

// forbidden reports an object that must be kept and that a policy deletes.
func forbidden(s *stream, o *object) kptfn.Results {
	if !o.isForbidden || !s.isKept(o) {
		return nil
	}
	return o.error(finding.ReplaceMark, "", "must not be there by a policy, which deletes it; take complianceType: "+
		"mustnothave off it")
}
