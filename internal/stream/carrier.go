package stream

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// works are the kinds that bring other objects to clusters, besides policies and Templates,
// and the list in which these stand.
var works = map[ynode.ID][]string{
	{Group: "work.open-cluster-management.io", Kind: "ManifestWork"}: {"spec", "workload", "manifests"},
	{Group: "hive.openshift.io", Kind: "SyncSet"}:                    {"spec", "resources"},
	{Group: "hive.openshift.io", Kind: "SelectorSyncSet"}:            {"spec", "resources"},
}

// carry adds the objects that an object brings to a cluster. They are a stream of their own:
// each policy may be for other clusters.
func (s *stream) carry(o *object) {
	held := append(ynode.HeldByPolicy(o.node), ynode.HeldByTemplate(o.node)...)
	list := o.node
	for _, key := range works[ynode.ID{Group: o.id.Group, Kind: o.id.Kind}] {
		list = ynode.Target(ynode.Field(list, key))
	}
	if list != o.node && list != nil && list.Kind == yaml.SequenceNode {
		for _, item := range list.Content {
			held = append(held, ynode.Held{Node: ynode.Target(item)})
		}
	}
	if len(held) == 0 {
		return
	}
	into := s
	if !s.isCarried {
		into = newStream()
		into.isCarried = true
		s.carried = append(s.carried, into)
	}
	for _, h := range held {
		brought := newObject(h.Node, o.item)
		brought.isForbidden = h.Forbidden
		into.add(brought)
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
