package verdict

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/cluster"
)

// found is a store that Config names, that is not the profile's and may hold images.
type found struct {
	store string // in words
	item  string // as the profile would name it: bucket=NAME, claim=NAME, backend=KIND
	sort  sort
}

// sort is why a store may not be left as it is.
type sort int

const (
	other    sort = iota
	unproven      // the bucket's name is the claim's, and nothing proves the endpoint
	replaced      // by a claim that was made anew
	unfit         // no profile can name it
	spent         // the permission was used before
)

func (l *look) guardImages() error {
	found, answer := cluster.Read[config](l.ctx, l.reader, cluster.Configs, "", "cluster")
	if !l.saw(answer.Outcome, theConfig, Wait{
		For: "the registry's configuration, " + theConfig,
		Advice: "The image registry operator makes that object: check that the ImageRegistry capability is enabled " +
			"(oc get clusteroperator image-registry). " + again,
	}) {
		return errUnseen
	}
	l.config = &found
	if found.Metadata.DeletionTimestamp != "" {
		l.waits(Wait{
			For: "the registry's configuration, " + theConfig, Why: theConfig + " is being deleted",
			Advice: "Find out what keeps it from going away (its finalizers; " + operatorLog + "). " + again,
		})
		return errUnseen
	}
	return l.stopIfImagesCouldBeLost()
}

func (l *look) stopIfImagesCouldBeLost() error {
	c := l.config
	if c.Spec.ManagementState == "Unmanaged" {
		return &stop{Stop, []string{"spec.managementState of " + theConfig + " is Unmanaged: the registry is run by hand."},
			"If the operator shall run it again, set spec.managementState of " + theConfig + " to Managed. " + again}
	}
	var stores []string
	var items []found
	for _, half := range []struct {
		name    string
		storage storage
	}{{"spec", c.Spec.Storage}, {"status", c.Status.Storage}} {
		for _, backend := range half.storage.backends() {
			store, ok := l.otherStore(half.storage, backend)
			if !ok {
				continue
			}
			// The switch is made already, and the operator is about to follow.
			if half.name == "status" && hasWord(c.left(), store.item) && l.namesOurStore() {
				continue
			}
			stores = append(stores, fmt.Sprintf("%s.storage of %s names %s.", half.name, theConfig, store.store))
			if !slices.ContainsFunc(items, func(f found) bool { return f.item == store.item }) {
				items = append(items, l.judged(store))
			}
		}
	}
	if len(stores) == 0 {
		return nil
	}
	return l.leave(stores, items)
}

// judged gives a store the sort for which it must not be left, or none if it may be.
func (l *look) judged(f found) found {
	switch {
	case !item().MatchString(f.item):
		f.sort = unfit
	case !l.mayLeave(f.item):
	case hasWord(l.config.left(), f.item):
		f.sort = spent
	default:
		f.sort = -1
	}
	return f
}

// leave ends the run, unless everything may be left.
func (l *look) leave(stores []string, items []found) error {
	var leaving []string
	var sorts []sort
	for _, f := range items {
		switch f.sort {
		case -1:
			leaving = append(leaving, f.item)
			continue
		case spent:
			stores = append(stores, "The permission to leave "+f.item+" was used before.")
		}
		sorts = append(sorts, f.sort)
	}
	stores = append(stores, "The profile wants "+l.wantedStore()+".")
	if len(sorts) > 0 {
		return &stop{Stop, stores, l.guardAdvice(sorts, items)}
	}
	l.verdict.Reasons = append(l.verdict.Reasons, append(stores, "Leaving "+strings.Join(leaving, " ")+
		", which spec.bootstrap.leaveStorage of the profile allows. Images are not copied.")...)
	l.leaving = leaving
	return nil
}

const operatorLog = "oc logs -n openshift-image-registry deployment/cluster-image-registry-operator"

// item matches what a profile can name.
var item = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\A(bucket=(` + bucketName + `)|claim=([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)|backend=[A-Za-z0-9]{1,32})\z`)
})

// operatorsClaim is what an empty claim means to the operator.
const operatorsClaim = "image-registry-storage"

// otherStore: Config names a store there that is not ours and may hold images.
func (l *look) otherStore(s storage, backend string) (f found, ok bool) {
	switch backend {
	case "emptyDir": // dies with its pod: nothing to protect
		return found{}, false
	case objectStore:
		name, url := s.s3().Bucket, s.s3().RegionEndpoint
		if name == "" || l.isOurBucket(name, url) || l.mayBeOurs(name) {
			return found{}, false
		}
		f = found{fmt.Sprintf(`bucket "%s" at "%s" (s3)`, js(name), js(url)), "bucket=" + name, other}
		if l.backend() == objectStore {
			switch {
			case name == l.bucket && !l.proven:
				f.sort = unproven
			case name != l.bucket && l.wasGenerated(name) && l.leadsToOurStore(url):
				f.sort = replaced
			}
		}
		return f, true
	case volume:
		name := s.claim()
		if name == "" {
			name = operatorsClaim
		}
		return found{fmt.Sprintf(`PersistentVolumeClaim "%s" (pvc)`, js(name)), "claim=" + name, other}, !l.isOurClaim(name)
	}
	return found{"a store of kind " + js(backend), "backend=" + backend, other}, true
}

// mayBeOurs: the claim's bucket, or where it is, is not known yet. Then the run first waits,
// or something could not be seen, and nobody can say that a bucket is another one.
func (l *look) mayBeOurs(name string) bool {
	if l.backend() != objectStore {
		return false
	}
	return l.bucket == "" && !l.fresh || name == l.bucket && l.endpoint == ""
}

func (l *look) isOurClaim(name string) bool {
	if name == "" {
		name = operatorsClaim
	}
	return l.backend() == volume && name == l.Parameters["CLAIM_NAME"]
}

// isOurBucket: the name alone says little, since two stores can have buckets of one name,
// unless a provisioner made it unique. To an endpoint that is not proven nothing is moved
// unasked, not even the bucket of that name.
func (l *look) isOurBucket(name, url string) bool {
	switch {
	case l.backend() != objectStore || l.bucket == "" || name != l.bucket:
		return false
	case placeOf(url) == l.endpointPlace:
		return true
	}
	return l.proven && (l.leadsToOurStore(url) || l.wasGenerated(name))
}

// leadsToOurStore: where a claim that comes with the profile will be, may not be known yet.
func (l *look) leadsToOurStore(url string) bool {
	place := placeOf(url)
	if l.fresh && l.endpoint == "" {
		return place != ""
	}
	return place != "" && (place == l.endpointPlace || place == l.bucketPlace)
}

var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z`)
})

// wasGenerated: lib-bucket-provisioner made that name from the claim's prefix
// (pkg/provisioner/helpers.go), so that no other bucket has it.
func (l *look) wasGenerated(name string) bool {
	prefix := l.prefix[:min(len(l.prefix), 26)]
	rest, ok := strings.CutPrefix(name, prefix+"-")
	return ok && prefix != "" && uuid().MatchString(rest)
}

func (l *look) wantedStore() string {
	switch {
	case l.backend() == volume:
		return fmt.Sprintf(`PersistentVolumeClaim "%s" (pvc)`, l.Parameters["CLAIM_NAME"])
	case l.bucket == "" || l.endpoint == "":
		return "the bucket of " + l.theClaim() + " (s3)"
	}
	return fmt.Sprintf(`bucket "%s" at "%s" (s3)`, l.bucket, l.endpoint)
}

// guardAdvice fits the gravest of the sorts.
func (l *look) guardAdvice(sorts []sort, items []found) string {
	allow := fmt.Sprintf("write into the profile, for one switch, spec.bootstrap.leaveStorage: [%s]", asYAML(items))
	if slices.Contains(sorts, unfit) {
		allow = "take that storage out of " + theConfig + " by hand, as no profile can name it"
	}
	switch {
	case slices.Contains(sorts, spent):
		return fmt.Sprintf("Find out what has switched back. To allow it once more: oc annotate %s %s-. %s", theConfig, leftStorage, again)
	case slices.Contains(sorts, other), slices.Contains(sorts, unfit):
		return "Copy the images that are still needed, since image streams keep their references to what is only there; then " +
			allow + ". Or write the storage that is there into the profile."
	case slices.Contains(sorts, replaced):
		return "Look for a claim that still has the old bucket: oc get objectbucketclaims -A -o yaml. If there is none, the claim " +
			"was deleted and made again: the bucket was deleted with it, its images are gone with it, and have to be pushed again. " +
			"If there is one, copy the images. Then " + allow + "."
	}
	return fmt.Sprintf("Check that %s leads to bucket \"%s\" with the images in it; then %s. Or use endpoint.route, "+
		"endpoint.service or endpoint.external, which can be proven.", l.endpoint, l.bucket, allow)
}

var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z]`) })

// asYAML writes items of leaveStorage. A name is quoted where YAML could take it for
// something else.
func asYAML(items []found) string {
	var list []string
	for _, f := range items {
		key, name, _ := strings.Cut(f.item, "=")
		if !plainName().MatchString(name) || slices.Contains([]string{"true", "false", "null", "yes", "off"}, strings.ToLower(name)) {
			name = `"` + name + `"`
		}
		list = append(list, "{"+key+": "+name+"}")
	}
	return strings.Join(list, ", ")
}
