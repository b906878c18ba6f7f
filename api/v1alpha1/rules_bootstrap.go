package v1alpha1

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/distribution/reference"
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// The shortest and the longest time that a Job can have.
const shortestTimeout, longestTimeout = 10 * time.Second, 7 * 24 * time.Hour

var bootstrapRules = []Rule{{
	Code:     "bootstrap-namespace",
	Severity: kptfn.Error,
	Doc: "The registry's own namespace denies all traffic from 4.22 on, and a failed Job there " +
		"degrades the pruner; a namespace of the platform, or with storage in it, must not be owned, and pruned, by Git.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		b := p.Spec.Bootstrap
		switch {
		case b.Namespace == ImageRegistryNamespace:
			r.At("spec.bootstrap.namespace").Value(b.Namespace).Say(
				"denies the Job all traffic, and a failed Job there degrades the pruner; use a namespace of its " +
					"own, such as \"registry-profile\"")
		case *b.CreateNamespace && isPlatformNamespace(b.Namespace):
			r.At("spec.bootstrap.namespace").Value(b.Namespace).Say(
				"belongs to the platform and would be deleted with the profile; use a namespace of its own, or " +
					"createNamespace: false")
		case *b.CreateNamespace && p.Spec.storageIn(b.Namespace) != "":
			r.At("spec.bootstrap.namespace").Value(b.Namespace).Say(
				"holds %s, and would be deleted with the profile; use a namespace of its own, or createNamespace: false",
				p.Spec.storageIn(b.Namespace))
		}
	},
}, {
	Code:     "bootstrap-image",
	Severity: kptfn.Error,
	Doc:      "The image is a reference that a node can pull before the internal registry runs.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		image := p.Spec.Bootstrap.Image
		named, err := reference.ParseNormalizedNamed(image)
		switch {
		case err != nil:
			r.At("spec.bootstrap.image").Value(image).Say(
				"is not an image reference; write REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:DIGEST")
		case isInternalRegistry(reference.Domain(named)):
			r.At("spec.bootstrap.image").Value(image).Say(
				"comes from the internal registry, which does not run before the Job has; use one from another " +
					"registry")
		}
	},
}, {
	Code:     "bootstrap-image-latest",
	Severity: kptfn.Warning,
	Doc:      "An image that changes under its name makes the Job do something else tomorrow.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		image := p.Spec.Bootstrap.Image
		named, err := reference.ParseNormalizedNamed(image)
		if err != nil {
			return
		}
		if tagged, ok := reference.TagNameOnly(named).(reference.Tagged); ok && tagged.Tag() == "latest" {
			r.At("spec.bootstrap.image").Value(image).Say(
				"can be another image tomorrow; write a version, or better a digest")
		}
	},
}, {
	Code:     "bootstrap-image-tag",
	Severity: kptfn.Warning,
	Doc: "A tag can be moved, and clusters without the internet that mirror by digest (ImageDigestMirrorSet) do not " +
		"find it.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		image := p.Spec.Bootstrap.Image
		named, err := reference.ParseNormalizedNamed(image)
		if err != nil || image == defaultImage(p.Spec.OpenShiftVersion) {
			return
		}
		_, pinned := named.(reference.Digested)
		if tagged, ok := named.(reference.Tagged); ok && !pinned && tagged.Tag() != "latest" {
			r.At("spec.bootstrap.image").Value(image).Say(
				"is named by a tag; write a digest, as \"oc adm release info --image-for=cli\" prints one that every " +
					"mirror of OpenShift has")
		}
	},
}, {
	Code:     "bootstrap-timeout",
	Severity: kptfn.Error,
	Doc: "The Job's time is a Go duration in which it can end; its script takes no more than seven digits of " +
		"seconds.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		checkTimeout("spec.bootstrap.timeout", p.Spec.Bootstrap.Timeout, "30m", r)
	},
}, {
	Code:     "leave-storage",
	Severity: kptfn.Error,
	Doc:      "The permission to leave a storage names it as Config.spec.storage does, by one field.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		for i, s := range p.Spec.Bootstrap.LeaveStorage {
			at := r.At(fmt.Sprintf("spec.bootstrap.leaveStorage[%d]", i))
			chosen := chosen([]choice{{"bucket", s.Bucket != ""}, {"claim", s.Claim != ""}, {"backend", s.Backend != ""}})
			switch len(chosen) {
			case 0:
				at.Say("names no storage; write bucket, claim or backend")
			case 1:
			default:
				at.Say("names %s; write an item for each", strings.Join(chosen, " and "))
			}
			if s.Bucket != "" && !bucketOfConfig().MatchString(s.Bucket) {
				at.Say("%s is not the name of a bucket; write it as Config has it", finding.Quote(s.Bucket))
			}
		}
	},
}, {
	Code:     "leave-storage-removed",
	Severity: kptfn.Error,
	Doc:      "A registry that is Removed is not moved to another storage; the permission to do so would wait for later.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if len(p.Spec.Bootstrap.LeaveStorage) > 0 && p.Spec.Registry.ManagementState == Removed {
			r.At("spec.bootstrap.leaveStorage").Say(
				"moves a registry, but spec.registry.managementState is Removed; take one of them out")
		}
	},
}, {
	Code:     "leave-storage-once",
	Severity: kptfn.Info,
	Doc:      "A permission to leave a storage is good for one switch; what stands in Git after it only misleads.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if len(p.Spec.Bootstrap.LeaveStorage) > 0 {
			r.At("spec.bootstrap.leaveStorage").Say("is good for one switch; take it out once the Job is complete")
		}
	},
}, {
	Code:     ReconcileSchedule,
	Severity: kptfn.Error,
	Doc:      "The CronJob's schedule is one that Kubernetes accepts.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		checkSchedule("spec.bootstrap.reconcile.schedule", p.Spec.Bootstrap.Reconcile.Schedule, r)
	},
}, {
	Code:     "image-pull-secrets",
	Severity: kptfn.Error,
	Doc:      "A server-side apply refuses a Job that names a pull secret twice.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		seen := map[string]bool{}
		for i, secret := range p.Spec.Bootstrap.ImagePullSecrets {
			if seen[secret.Name] {
				r.At(fmt.Sprintf("spec.bootstrap.imagePullSecrets[%d].name", i)).Value(secret.Name).Say(
					"is in the list already; remove one of them")
			}
			seen[secret.Name] = true
		}
	},
}}

// checkTimeout refuses what is no time for a Job.
func checkTimeout(path, timeout, usual string, r finding.Reporter) {
	at := r.At(path).Value(timeout)
	d, err := time.ParseDuration(timeout)
	switch {
	case err != nil:
		if guess := inHours(timeout); guess != "" {
			at.Propose(guess).Say("is not a duration; use %q", guess)
			return
		}
		at.Say("is not a duration; use one such as %q", usual)
	case d%time.Second != 0:
		whole := d.Round(time.Second).String()
		at.Propose(whole).Say("has a part of a second, which a Job does not count; use %q", whole)
	case d < shortestTimeout:
		at.Say("is too short to start a pod in; use a duration such as %q", usual)
	case d > longestTimeout:
		at.Say("is longer than a week; use a duration such as %q", usual)
	}
}

// bucketOfConfig is what the Job accepts as the name of a bucket in Config.
var bucketOfConfig = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$`)
})

func isPlatformNamespace(name string) bool {
	return name == "default" || name == "openshift" ||
		strings.HasPrefix(name, "openshift-") || strings.HasPrefix(name, "kube-")
}

// storageIn says what storage is in a namespace by what the profile says of it, or is "".
func (s *Spec) storageIn(namespace string) string {
	if namespace == s.ODF.Namespace {
		return "OpenShift Data Foundation"
	}
	for _, store := range objectStores(s) {
		if store.Claim().Namespace == namespace {
			return "the claim of the images"
		}
	}
	return "" // a volume's claim is in the registry's namespace
}

// isInternalRegistry recognises the registry's Service and its default Route.
func isInternalRegistry(domain string) bool {
	host, _, _ := strings.Cut(domain, ":")
	return strings.HasPrefix(host, "image-registry.openshift-image-registry") ||
		strings.HasPrefix(host, "default-route-openshift-image-registry.")
}
