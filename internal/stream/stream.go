// Package stream judges what is delivered to a cluster in the end, after every patch and
// overlay: objects of ours that somebody has changed on the way, and objects of others
// that would take the registry's storage or credentials. It reads manifests alone, and
// changes none.
package stream

import (
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Finding is what is wrong with one object.
type Finding struct {
	*kptfn.Result
	// Item is the index of the item that is the object or, a List, holds it. It is -1
	// where the finding is about the stream as a whole.
	Item int
	// Object is the object's node, or nil.
	Object *yaml.Node
}

// Check returns everything that is wrong with a stream. The items stay as they are.
func Check(items []*yaml.RNode) kptfn.Results {
	var results kptfn.Results
	for _, f := range Judge(items) {
		results = append(results, f.Result)
	}
	return results
}

// Judge returns everything that is wrong with a stream, in the order of its items, with
// the objects that have the faults.
func Judge(items []*yaml.RNode) []Finding {
	var findings []Finding
	ours := 0
	for _, s := range open(items) {
		ours += len(s.ours)
		for _, o := range s.objects {
			for _, result := range s.judge(o) {
				findings = append(findings, Finding{result, o.item, o.node})
			}
		}
	}
	if ours == 0 {
		findings = append(findings, Finding{nothingOfOurs(), -1, nil})
	}
	return findings
}

// judge returns what is wrong with an object of the stream. One that a policy deletes
// is not delivered.
func (s *stream) judge(o *object) kptfn.Results {
	if o.isForbidden {
		return forbidden(s, o)
	}
	all := checks
	if o.isSetAside() {
		all = ofSetAside
	}
	var results kptfn.Results
	for _, check := range all {
		results = append(results, check(s, o)...)
	}
	return results
}

// checks are the judgements of one object in its stream.
var checks = []func(*stream, *object) kptfn.Results{
	leftBehind,
	unreadable,
	duplicates,
	sameAnywhere,
	configFields,
	settings,
	claimAgrees,
	singletons,
	inTheWay,
	ownerMarks,
	engineMarks,
	claimMarks,
	hooks,
	kept,
	order,
	jobNames,
	scriptNames,
	claims,
	accounts,
	scripts,
	bindings,
	bindingsOfOthers,
	runsAsJob,
	tokens,
	tokenOfJob,
	aggregated,
	repeats,
	schedules,
	claimFields,
	timeToLive,
	incomplete,
	testedJob,
	unused,
	permissions,
	policyBindings,
	weakened,
	contents,
	policyExemptions,
	harmful,
	templates,
	profiles,
}

// stream is all that is delivered together.
type stream struct {
	objects []*object
	// ours are the objects of profiles, without those that were set aside.
	ours []*object
	// first is the first object of each identity.
	first map[ynode.ID]*object
	// carried are the streams that objects of the stream bring to a cluster. One that
	// isCarried itself may have other parts elsewhere, and templates that are filled in there.
	carried   []*stream
	isCarried bool
	// outer is the stream that brings a stream that isCarried.
	outer *stream
	// written are the objects that are written in the cluster.
	written []generators.Written
}

func newStream() *stream { return &stream{first: map[ynode.ID]*object{}} }

// open returns the stream of the items, and those that objects in it bring to a cluster.
func open(items []*yaml.RNode) []*stream {
	s := newStream()
	for i, item := range items {
		if !item.IsNil() {
			s.add(newObject(item.YNode(), i))
		}
	}
	all := append([]*stream{s}, s.carried...)
	for _, s := range all {
		s.written = s.writtenInCluster()
		s.setAside()
	}
	return all
}

// add puts an object into the stream, or the objects of a List. What has items and another
// kind is a List to some, and an object to others.
func (s *stream) add(o *object) {
	if o.value == nil { // an object can hold itself
		s.take(o)
		return
	}
	listed := ynode.HeldByList(o.node)
	for _, held := range listed {
		item := newObject(held.Node, o.item)
		item.carrier, item.rules, item.isForbidden = o.carrier, o.rules, o.isForbidden
		s.add(item)
	}
	if len(listed) == 0 || !strings.HasSuffix(o.id.Kind, "List") {
		s.carry(o)
		s.take(o)
	}
}

// take puts an object into the stream, and none that it holds.
func (s *stream) take(o *object) {
	s.objects = append(s.objects, o)
	if o.isOurs() {
		s.ours = append(s.ours, o)
	}
	if _, ok := s.first[o.id]; !ok {
		s.first[o.id] = o
	}
}

// oursOf returns the objects of profiles that are of a kind.
func (s *stream) oursOf(group, kind string) []*object {
	var found []*object
	for _, o := range s.ours {
		if o.is(group, kind) {
			found = append(found, o)
		}
	}
	return found
}

func nothingOfOurs() *kptfn.Result {
	result := finding.Error(finding.NothingOfOurs, "", "the stream holds nothing of a RegistryProfile, and an engine "+
		"that prunes would remove what the cluster has; give kustomize --enable-exec, without which it leaves exec "+
		"functions out and says nothing")
	result.Field = nil
	return result
}
