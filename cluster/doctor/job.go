package doctor

import (
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

type podTemplate struct {
	Spec struct {
		Containers []struct {
			Image string `json:"image"`
			Env   []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			} `json:"env"`
		} `json:"containers"`
	} `json:"spec"`
}

// variable is a variable of the container.
func (p podTemplate) variable(name string) string {
	for _, c := range p.Spec.Containers {
		for _, v := range c.Env {
			if v.Name == name {
				return v.Value
			}
		}
	}
	return ""
}

type job struct {
	Spec struct {
		Template podTemplate `json:"template"`
	} `json:"spec"`
	Status struct {
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

type cronJob struct {
	Spec struct {
		Suspend bool `json:"suspend"`
	} `json:"spec"`
}

// jobs are those of the profile, and those that its CronJob has made.
func (e *exam) jobs() []item[job] {
	all, _ := list[job](e, cluster.Jobs, "")
	return ours(all)
}

// ofCronJob is the name of the CronJob that has made an object, or "".
func ofCronJob(o cluster.Object) string {
	for _, owner := range o.Metadata.OwnerReferences {
		if owner.Kind == "CronJob" {
			return owner.Name
		}
	}
	return ""
}

// podsOf are the pods of a Job, oldest first.
func (e *exam) podsOf(o cluster.Object) []item[pod] {
	pods, _ := list[pod](e, cluster.Pods, o.Metadata.Namespace)
	pods = slices.DeleteFunc(pods, func(p item[pod]) bool {
		return !slices.ContainsFunc(p.Metadata.OwnerReferences, func(owner cluster.OwnerReference) bool {
			return owner.Kind == "Job" && owner.Name == o.Metadata.Name
		})
	})
	slices.SortStableFunc(pods, func(a, b item[pod]) int {
		return strings.Compare(a.Metadata.CreationTimestamp, b.Metadata.CreationTimestamp)
	})
	return pods
}

// lastWords are what the last pod of a Job has left: its exit code and its message.
func (e *exam) lastWords(o cluster.Object) string {
	words := ""
	for _, p := range e.podsOf(o) {
		for _, c := range p.value.Status.Containers {
			if end := c.State.Terminated; end.ExitCode != 0 {
				words = fmt.Sprintf(", exit code %d: %s", end.ExitCode, strings.TrimSpace(end.Message))
			}
		}
	}
	return words
}

func (e *exam) lookAtJobs(ofCron bool) {
	last := map[string]item[job]{}
	for _, j := range e.jobs() {
		cron := ofCronJob(j.Object)
		if (cron != "") != ofCron {
			continue
		}
		// A profile's Job has another name after each change; what an older one has said is over.
		key := strings.Join([]string{j.Metadata.Namespace, cron, j.Metadata.Annotations[generators.ProfileAnnotation]}, "/")
		if j.Metadata.CreationTimestamp >= last[key].Metadata.CreationTimestamp {
			last[key] = j
		}
	}
	for _, j := range last {
		if failed := conditionOf(j.value.Status.Conditions, "Failed"); failed.Status == "True" {
			e.found(j.Object, "status.conditions", "has failed (%s)%s", failed.Reason, e.lastWords(j.Object))
		}
	}
	slices.SortFunc(e.findings, func(a, b *kptfn.Result) int { return strings.Compare(a.ResourceRef.Name, b.ResourceRef.Name) })
}

var jobChecks = []Check{
	{
		Code: "job-failed", Severity: kptfn.Error, Looks: "the newest Job of each profile, and the last words of its pods", Trap: "T15",
		Why:  "The storage is not switched, or not proven, as long as the Job has not succeeded.",
		Fix:  "Do what its last words say; then delete the Job, and let it be delivered again.",
		look: func(e *exam) { e.lookAtJobs(false) },
	},
	{
		Code: "cronjob-failed", Severity: kptfn.Warning, Looks: "the last Job of each CronJob of a profile",
		Why:  "What has drifted is not set right.",
		Fix:  "Do what its last words say; the next run tries again.",
		look: func(e *exam) { e.lookAtJobs(true) },
	},
	{
		Code: "cronjob-suspended", Severity: kptfn.Warning, Looks: "the CronJobs of profiles",
		Why: "New credentials and a new CA do not reach the registry.",
		Fix: "Set suspend: false, if that is not meant.",
		look: func(e *exam) {
			all, _ := list[cronJob](e, cluster.CronJobs, "")
			for _, c := range ours(all) {
				if c.value.Spec.Suspend {
					e.found(c.Object, "spec.suspend", "is true")
				}
			}
		},
	},
	{
		Code: "job-image", Severity: kptfn.Error, Looks: "the pods of those Jobs, and the mirrors of images",
		Why:  "A Job whose image cannot be pulled never starts, and says nothing.",
		Fix:  "Mirror the image, or name another one in the profile (spec.bootstrap.image).",
		look: lookAtJobImage,
	},
	{
		Code: "job-network", Severity: kptfn.Warning, Looks: "the NetworkPolicies in the namespaces of those Jobs", Trap: "T3",
		Why:  "The Job has to reach the API server.",
		Fix:  "Add a NetworkPolicy that lets the Job's pods out to the API server.",
		look: lookAtNetwork,
	},
}

func lookAtJobImage(e *exam) {
	for _, j := range e.jobs() {
		for _, p := range e.podsOf(j.Object) {
			for _, c := range p.value.Status.Containers {
				if reason := c.State.Waiting.Reason; reason == "ImagePullBackOff" || reason == "ErrImagePull" {
					e.found(p.Object, "status.containerStatuses", "waits with %s for %s, %s", reason, c.Image, e.mirrorsOf(c.Image))
				}
			}
		}
	}
}

type mirrors struct {
	Spec struct {
		Digest  []mirror `json:"imageDigestMirrors"`
		Tag     []mirror `json:"imageTagMirrors"`
		Content []mirror `json:"repositoryDigestMirrors"`
	} `json:"spec"`
}

type mirror struct {
	Source string `json:"source"`
}

// mirrorsOf says which object mirrors an image.
func (e *exam) mirrorsOf(image string) string {
	sure := true
	for _, kind := range []cluster.Kind{cluster.DigestMirrorSets, cluster.TagMirrorSets, cluster.ContentSourcePolicies} {
		sets, complete := list[mirrors](e, kind, "")
		sure = sure && complete
		for _, s := range sets {
			for _, m := range slices.Concat(s.value.Spec.Digest, s.value.Spec.Tag, s.value.Spec.Content) {
				rest, ok := strings.CutPrefix(image, m.Source)
				if ok && m.Source != "" && (rest == "" || strings.ContainsAny(rest[:1], "/:@")) {
					return "which " + s.String() + " mirrors"
				}
			}
		}
	}
	if !sure {
		return "of which a mirror is not known"
	}
	return "which nothing mirrors"
}

type networkPolicy struct {
	Spec struct {
		PodSelector struct {
			Labels      map[string]string `json:"matchLabels"`
			Expressions []any             `json:"matchExpressions"`
		} `json:"podSelector"`
		PolicyTypes []string `json:"policyTypes"`
		Egress      []any    `json:"egress"`
	} `json:"spec"`
}

// lookAtNetwork finds what lets no pod out. Policies add up, so one that lets some traffic
// out leaves the question open, and no finding.
func lookAtNetwork(e *exam) {
	seen := map[string]bool{}
	for _, j := range e.jobs() {
		namespace := j.Metadata.Namespace
		if seen[namespace] {
			continue
		}
		seen[namespace] = true
		policies, complete := list[networkPolicy](e, cluster.NetworkPolicies, namespace)
		if slices.ContainsFunc(policies, func(p item[networkPolicy]) bool { return len(p.value.Spec.Egress) > 0 }) || !complete {
			continue
		}
		for _, p := range policies {
			spec := p.value.Spec
			all := len(spec.PodSelector.Labels)+len(spec.PodSelector.Expressions) == 0
			if all && slices.Contains(spec.PolicyTypes, "Egress") {
				e.found(p.Object, "spec.egress", "lets no pod out")
			}
		}
	}
}
