package stream

import (
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// work is a kind that brings the objects of a list to clusters, besides policies and Templates.
type work struct {
	list []string
	// rule is the field that says what becomes of them later.
	rule []string
}

const workGroup, hiveGroup = "work.open-cluster-management.io", "hive.openshift.io"

var works = map[ynode.ID]work{
	{Group: workGroup, Kind: "ManifestWork"}: {
		[]string{"spec", "workload", "manifests"}, []string{"spec", "deleteOption", "propagationPolicy"},
	},
	{Group: workGroup, Kind: "ManifestWorkReplicaSet"}: {
		[]string{"spec", "manifestWorkTemplate", "workload", "manifests"},
		[]string{"spec", "manifestWorkTemplate", "deleteOption", "propagationPolicy"},
	},
	{Group: hiveGroup, Kind: "SyncSet"}:         {[]string{"spec", "resources"}, []string{"spec", "resourceApplyMode"}},
	{Group: hiveGroup, Kind: "SelectorSyncSet"}: {[]string{"spec", "resources"}, []string{"spec", "resourceApplyMode"}},
}

// carry adds the objects that an object brings to a cluster. They are a stream of their own:
// each policy may be for other clusters.
func (s *stream) carry(o *object) {
	held := slices.Concat(ynode.HeldByPolicy(o.node), ynode.HeldByTemplate(o.node), heldByWork(o), patches(o))
	if len(held) == 0 {
		return
	}
	o.into = s
	if !s.isCarried {
		o.into = newStream()
		o.into.isCarried = true
		o.into.outer = s
		s.carried = append(s.carried, o.into)
	}
	for _, h := range held {
		brought := newObject(h.Node, o.item)
		brought.isForbidden, brought.rules, brought.carrier = h.Forbidden, h.Rules, o
		o.into.add(brought)
	}
}

// heldByWork returns the objects in the list of a work.
func heldByWork(o *object) []ynode.Held {
	w, isWork := works[ynode.ID{Group: o.id.Group, Kind: o.id.Kind}]
	n := o.node
	for _, key := range w.list {
		n = ynode.Target(ynode.Field(n, key))
	}
	if !isWork || n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var all []ynode.Held
	for _, item := range n.Content {
		held := ynode.Held{Node: ynode.Target(item)}
		if !w.orphans(o, ynode.IDOf(held.Node)) {
			held.Rules = []ynode.Rule{{Path: strings.Join(w.rule, "."), Value: text(o.value, w.rule...)}}
		}
		all = append(all, held)
	}
	return all
}

// orphans tells whether a ManifestWork leaves one object in the cluster when it goes. Its rules name
// kinds by their plural.
func (w work) orphans(o *object, id ynode.ID) bool {
	option := w.rule[:len(w.rule)-1]
	if text(o.value, w.rule...) != "SelectivelyOrphan" {
		return false
	}
	return slices.ContainsFunc(list(at(o.value, option...), "selectivelyOrphans", "orphaningRules"), func(rule any) bool {
		resource := strings.ToLower(id.Kind) + "s"
		if id.Kind == policyKind {
			resource = "validatingadmissionpolicies"
		}
		return text(rule, "group") == id.Group && text(rule, "resource") == resource &&
			text(rule, "name") == id.Name && text(rule, "namespace") == id.Namespace
	})
}

// harms are the rules by which what brings an object to clusters deletes it there, or takes
// from it what others have written (config-policy-controller; the APIs of ManifestWork and Hive).
var harms = []struct {
	field  string
	values []string
	// does and instead say what the rule does to an object, and what to write.
	does, instead string
	// sharedOnly says that it harms only an object into which others write.
	sharedOnly bool
}{
	{"pruneObjectBehavior", []string{"DeleteAll", "DeleteIfCreated"}, "deletes %s when the policy goes", "None", false},
	{"recreateOption", []string{"Always", "IfRequired"}, "deletes %s to make it again", "None", false},
	{"complianceType", []string{"mustonlyhave"}, "takes from %s what the cluster has written into it", "musthave", true},
	{"resourceApplyMode", []string{"Sync"}, "deletes %s when it leaves the SyncSet", "Upsert", false},
	{"propagationPolicy", []string{"", "Foreground", "SelectivelyOrphan"}, "deletes %s when the work goes", "Orphan", false},
}

// HarmsOf returns what rules do to an object that must be kept.
func HarmsOf(rules []ynode.Rule, id ynode.ID) []generators.Fault {
	kind := generators.KindOf(id.Group, id.Kind)
	isShared := kind.Is(generators.ClassClaim) || kind.Is(generators.ClassShared)
	var faults []generators.Fault
	for _, rule := range rules {
		for _, harm := range harms {
			isSaid := func(value string) bool { return strings.EqualFold(value, rule.Value) }
			if strings.HasSuffix(rule.Path, "."+harm.field) && slices.ContainsFunc(harm.values, isSaid) &&
				(isShared || !harm.sharedOnly) {
				does := fmt.Sprintf(harm.does, id.Kind+"/"+id.Name)
				faults = append(faults, generators.Fault{Code: finding.Carrier, Path: rule.Path, Message: fmt.Sprintf(
					"is %s, which %s; write %s", quotedOr(rule.Value, "missing"), does, harm.instead)})
			}
		}
	}
	return faults
}

// harmful reports what an object does to those that it brings and that must be kept: once for
// each of its rules, with the first of them.
func harmful(s *stream, o *object) kptfn.Results {
	if o.into == nil {
		return nil
	}
	var results kptfn.Results
	for _, brought := range o.into.objects {
		isKept := o.into.isKept(brought) || s.jobOf(brought) != nil
		if brought.carrier != o || brought.isForbidden || !isKept {
			continue
		}
		for _, fault := range HarmsOf(brought.rules, brought.id) {
			isTold := func(r *kptfn.Result) bool { return finding.Path(r) == fault.Path }
			if !slices.ContainsFunc(results, isTold) {
				results = append(results, o.error(fault.Code, fault.Path, "%s", fault.Message)...)
			}
		}
	}
	return results
}

// forbidden reports an object that must be kept and that a policy deletes: one of the stream
// that brings the policy, too.
func forbidden(s *stream, o *object) kptfn.Results {
	if !o.isForbidden || !s.isKept(o) && (s.outer == nil || !s.outer.keeps(o)) {
		return nil
	}
	return o.error(finding.ReplaceMark, "", "must not be there by a policy, which deletes it; take complianceType: "+
		"mustnothave off it")
}

// GoesWith tells whether an object is deleted with another one: its namespace, or the definition
// of its kind. One without a name stands for all of its kind.
func GoesWith(object, other ynode.ID) bool {
	switch {
	case other.Group == "" && other.Kind == "Namespace":
		return object.Namespace != "" && (other.Name == "" || other.Name == object.Namespace)
	case other.Group == "apiextensions.k8s.io" && other.Kind == "CustomResourceDefinition":
		return other.Name == "" || other.Name == strings.ToLower(object.Kind)+"s."+object.Group
	}
	return false
}

// keeps tells whether a policy that deletes an object means one that the stream must keep. One
// without a name means all of a kind.
func (s *stream) keeps(o *object) bool {
	isMeant := func(other *object) bool {
		isSame := other.is(o.id.Group, o.id.Kind) && (o.id.Name == "" || o.id.Name == other.id.Name) &&
			o.mayBeIn(other.id.Namespace)
		return (isSame || GoesWith(other.id, o.id)) && s.isKept(other)
	}
	return s.jobOf(o) != nil || slices.ContainsFunc(s.objects, isMeant)
}
