package stream

import (
	"fmt"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// LeftBehind says what is wrong with an object that a profile of another name has made, or "".
func LeftBehind(n *yaml.Node, profile string) string { return newObject(n, 0).leftBehind(profile) }

func (o *object) leftBehind(profile string) string {
	owner := o.profile()
	if owner == "" || owner == profile || !generators.CouldMake(owner, o.id) {
		return ""
	}
	return fmt.Sprintf("is made by the profile %q, and a cluster has one registry; %s", owner, o.wayOut())
}

// WayOut says what to do with an object of another profile. A claim is never removed, and neither
// is what that profile was merged into.
func WayOut(n *yaml.Node) string { return newObject(n, 0).wayOut() }

func (o *object) wayOut() string {
	if o.isClaim() || !o.isGenerated() {
		return "remove one of the profiles, or, if that profile is gone, keep this object and take the annotation " +
			generators.ProfileAnnotation + " off it"
	}
	return "remove one of the profiles, or this object if that profile is gone"
}

// profile returns the name of the profile that an object says it is of, by both marks, or "".
func (o *object) profile() string { return generators.ProfileOf(o.labels(), o.annotations()) }

// theProfile returns the name of the profile whose stream this is, or "": that of Config and of a
// Job that switches the storage. The mark of one of the two alone may have been changed on the way.
func (s *stream) theProfile() string {
	for _, config := range s.ours {
		switchesForIt := func(job *object) bool {
			return job.variables()[generators.BackendVariable] != "" && job.profile() == config.profile() &&
				generators.CouldMake(job.profile(), job.id)
		}
		isConfig := config.isSingleton() && config.id.Kind == "Config"
		if isConfig && slices.ContainsFunc(s.oursOf("batch", "Job"), switchesForIt) {
			return config.profile()
		}
	}
	return ""
}

// setAside takes what another profile has left from among the objects of this one, which do not
// belong together with it. What stays in the cluster when it leaves Git is judged as ever.
func (s *stream) setAside() {
	profile := s.theProfile()
	if profile == "" {
		return
	}
	for _, o := range s.ours {
		o.left = o.leftBehind(profile)
	}
	s.ours = slices.DeleteFunc(s.ours, (*object).isSetAside)
}

// isSetAside tells whether an object goes with the profile that has left it.
func (o *object) isSetAside() bool { return o.left != "" && !o.kind().Kept() }

// isPart tells whether an object is of the profile whose stream this is, as far as that is known.
func (o *object) isPart() bool { return o.isOurs() && !o.isSetAside() }

// ofSetAside are the judgements of an object that was set aside: what it would do to others.
var ofSetAside = []func(*stream, *object) kptfn.Results{
	leftBehind, unreadable, duplicates, sameAnywhere, inTheWay, bindingsOfOthers, runsAsJob,
}

// leftBehind reports an object of another profile. Of the claim that a Job of the stream waits for
// ownerMarks says so.
func leftBehind(s *stream, o *object) kptfn.Results {
	if o.left == "" || s.jobOf(o) != nil {
		return nil
	}
	return o.warning(finding.TwoProfiles, "", "%s", o.left)
}
