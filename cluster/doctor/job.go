package doctor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/robfig/cron/v3"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/generators"
)

type podTemplate struct {
	Spec struct {
		Containers []struct {
			Name  string `json:"name"`
			Image string `json:"image"`
			Env   []struct {
				Name  string `json:"name"`
				Value string `json:"value"`
			} `json:"env"`
		} `json:"containers"`
	} `json:"spec"`
}

// container is the name of the one container, which tells what a Job of a profile is for.
func (p podTemplate) container() string {
	if len(p.Spec.Containers) == 0 {
		return ""
	}
	return p.Spec.Containers[0].Name
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
		Suspend  bool   `json:"suspend"`
		Schedule string `json:"schedule"`
	} `json:"spec"`
	Status struct {
		LastScheduleTime time.Time `json:"lastScheduleTime"`
		Active           []any     `json:"active"`
	} `json:"status"`
}

// jobNamespaces are those of profiles: the one of this profile, or those that were delivered
// with a profile, and the one that a profile has by default.
func (e *exam) jobNamespaces() (names []string, complete bool) {
	if e.Profile != nil {
		return []string{e.Profile.Spec.Bootstrap.Namespace}, true
	}
	names = []string{v1alpha1.DefaultBootstrapNamespace}
	answers := e.reader.List(e.ctx, cluster.Namespaces, "")
	for _, o := range answers.Objects {
		if o.Metadata.Labels[managedByLabel] == managedByValue && o.Metadata.Name != names[0] {
			names = append(names, o.Metadata.Name)
		}
	}
	return names, answers.Complete
}

// ofProfiles lists what profiles have brought, or their CronJobs have made.
func ofProfiles[T any](e *exam, kind cluster.Kind) []item[T] {
	namespaces, complete := e.jobNamespaces()
	var found []item[T]
	for _, namespace := range namespaces {
		all, _ := list[T](e, kind, namespace)
		found = append(found, ours(all)...)
	}
	if len(found) == 0 && !complete {
		e.unseen = append(e.unseen, "in which namespaces profiles are; name one")
	}
	return found
}

// jobs are those of profiles, and those that their CronJobs have made.
func (e *exam) jobs() []item[job] { return ofProfiles[job](e, cluster.Jobs) }

// exitCode says what an exit code means to a Job with such a container.
func exitCode(container string, code int) string {
	switch code {
	case verdict.InVain:
		return "time was up"
	case verdict.Never:
		return "a value that no waiting can mend"
	case verdict.Stop:
		if container == generators.SmokeContainer {
			return "the registry does not work"
		}
		return "images could be lost"
	}
	return ""
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

// lastWords are what the last pod of a Job has left: its exit code, and the last lines of its
// log, which say what to do.
func (e *exam) lastWords(j item[job]) string {
	words := ""
	for _, p := range e.podsOf(j.Object) {
		for _, c := range p.value.Status.Containers {
			if end := c.State.Terminated; end.ExitCode != 0 {
				words = fmt.Sprintf(", exit code %d%s: %s",
					end.ExitCode, after(", ", exitCode(j.value.Spec.Template.container(), end.ExitCode)), lastLines(end.Message))
			}
		}
	}
	return words
}

func after(separator, words string) string {
	if words == "" {
		return ""
	}
	return separator + words
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-4):], "\n")
}

// purpose is what a Job of a profile is for.
type purpose int

const (
	toSwitch  purpose = iota // the registry to its storage
	toRepeat                 // that, at night
	toConfirm                // that images can be pushed and pulled
)

func purposeOf(j item[job]) purpose {
	switch {
	case j.value.Spec.Template.container() == generators.SmokeContainer:
		return toConfirm
	case ofCronJob(j.Object) != "":
		return toRepeat
	}
	return toSwitch
}

func (e *exam) lookAtJobs(wanted purpose) {
	last := map[string]item[job]{}
	for _, j := range e.jobs() {
		cron := ofCronJob(j.Object)
		if purposeOf(j) != wanted {
			continue
		}
		// A profile's Job has another name after each change; what an older one has said is over.
		key := strings.Join([]string{j.Metadata.Namespace, cron, j.Metadata.Annotations[generators.ProfileAnnotation]}, "/")
		if j.Metadata.CreationTimestamp >= last[key].Metadata.CreationTimestamp {
			last[key] = j
		}
	}
	for _, key := range slices.Sorted(maps.Keys(last)) {
		j := last[key]
		if failed := conditionOf(j.value.Status.Conditions, "Failed"); failed.Status == "True" {
			e.found(j.Object, "status.conditions", "has failed (%s)%s", failed.Reason, e.lastWords(j))
		}
	}
}

var jobChecks = []Check{
	{
		Code: "job-failed", Severity: kptfn.Error, Trap: "T15",
		Looks: "the newest Job of each profile, and the last words of its pods",
		Why:   "The storage is not switched, or not proven, as long as the Job has not succeeded.",
		Fix:   "Do what its last words say; then delete the Job, and let it be delivered again.",
		look:  func(e *exam) { e.lookAtJobs(toSwitch) },
	},
	{
		Code: "cronjob-failed", Severity: kptfn.Warning, Looks: "the last Job of each CronJob of a profile",
		Why:  "What has drifted is not set right.",
		Fix:  "Do what its last words say; the next run tries again.",
		look: func(e *exam) { e.lookAtJobs(toRepeat) },
	},
	{
		Code: "smoke-test-failed", Severity: kptfn.Error, Trap: "T21",
		Looks: "the newest smoke test of each profile, and the last words of its pods",
		Why:   "Images cannot be pushed, or nodes cannot pull them, though the registry is Available.",
		Fix:   "Do what its last words say; then delete the Job, and let it be delivered again.",
		look:  func(e *exam) { e.lookAtJobs(toConfirm) },
	},
	{
		Code: "cronjob-suspended", Severity: kptfn.Warning, Looks: "the CronJobs of profiles",
		Why: "What it repeats is not done: new credentials and a new CA do not reach the registry, or nobody tests it.",
		Fix: "Set suspend: false, if that is not meant.",
		look: func(e *exam) {
			for _, c := range ofProfiles[cronJob](e, cluster.CronJobs) {
				if c.value.Spec.Suspend {
					e.found(c.Object, "spec.suspend", "is true")
				}
			}
		},
	},
	{
		Code: "cronjob-idle", Severity: kptfn.Warning,
		Looks: "the schedule of those CronJobs, and when they were last started",
		Why:   "A CronJob whose time has come twice without a Job does not work.",
		Fix:   "oc describe it: its events say why, such as a quota or a missing ServiceAccount.",
		look:  lookAtSchedules,
	},
	{
		Code: "job-waiting", Severity: kptfn.Warning, Looks: "the Jobs of profiles that are not over, and their logs",
		Why: "The registry is not on its storage as long as the Job waits.",
		Fix: "Nothing, if what it waits for is about to come; else see to that.",
		look: func(e *exam) {
			for _, j := range e.jobs() {
				over := slices.ContainsFunc(j.value.Status.Conditions, func(c condition) bool {
					return (c.Type == "Complete" || c.Type == "Failed") && c.Status == "True"
				})
				if !over && j.Metadata.DeletionTimestamp == "" {
					e.found(j.Object, "status", "is not over%s", e.lastLog(j))
				}
			}
		},
	},
	{
		Code: "job-not-starting", Severity: kptfn.Error,
		Looks: "the pods of those Jobs, and the events of those without one",
		Why:   "A Job whose pod does not start never does anything, and says nothing.",
		Fix:   "Mend what the message says: a node selector, a quota, a missing ServiceAccount or ConfigMap.",
		look:  lookAtJobPods,
	},
	{
		Code: "job-image", Severity: kptfn.Error, Looks: "the pods of those Jobs, and the mirrors of images",
		Why:  "A Job whose image cannot be pulled never starts, and says nothing.",
		Fix:  "Mirror the image, or name another one in the profile (spec.bootstrap.image).",
		look: lookAtJobImage,
	},
	{
		Code: "job-network", Severity: kptfn.Warning, Trap: "T3",
		Looks: "the NetworkPolicies in the namespaces of those Jobs",
		Why:   "The Job has to reach the API server.",
		Fix:   "Add a NetworkPolicy that lets the Job's pods out to the API server.",
		look:  lookAtNetwork,
	},
}

func lookAtJobImage(e *exam) {
	for _, j := range e.jobs() {
		for _, p := range e.podsOf(j.Object) {
			for _, c := range p.value.Status.Containers {
				if reason := c.State.Waiting.Reason; isPull(reason) {
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
	namespaces := map[string]bool{}
	for _, j := range e.jobs() {
		namespaces[j.Metadata.Namespace] = true
	}
	for _, namespace := range slices.Sorted(maps.Keys(namespaces)) {
		e.requireEgress(namespace)
	}
}

func (e *exam) requireEgress(namespace string) {
	policies, complete := list[networkPolicy](e, cluster.NetworkPolicies, namespace)
	letsOut := func(p item[networkPolicy]) bool { return len(p.value.Spec.Egress) > 0 }
	if !complete || slices.ContainsFunc(policies, letsOut) {
		return
	}
	for _, p := range policies {
		spec := p.value.Spec
		all := len(spec.PodSelector.Labels)+len(spec.PodSelector.Expressions) == 0
		if all && slices.Contains(spec.PolicyTypes, "Egress") {
			e.found(p.Object, "spec.egress", "lets no pod out")
		}
	}
}

// lastLog is the last line of the pod of a Job, as more words for a finding.
func (e *exam) lastLog(j item[job]) string {
	pods := e.podsOf(j.Object)
	if len(pods) == 0 {
		return ""
	}
	last := pods[len(pods)-1].Metadata
	log := e.reader.Logs(e.ctx, last.Namespace, last.Name, j.value.Spec.Template.container(), 4)
	return after("; its last words are: ", lastLines(log.Text))
}

func lookAtSchedules(e *exam) {
	all := ofProfiles[cronJob](e, cluster.CronJobs)
	if !e.Live && len(all) > 0 {
		e.unseen = append(e.unseen, "at which time the input was written")
		return
	}
	for _, c := range all {
		schedule, err := cron.ParseStandard(c.value.Spec.Schedule)
		begin, wrong := time.Parse(time.RFC3339, c.Metadata.CreationTimestamp)
		runs := len(c.value.Status.Active) > 0 // and no other Job beside that one
		if err != nil || wrong != nil || c.value.Spec.Suspend || runs {
			continue
		}
		words := "was never started"
		if last := c.value.Status.LastScheduleTime; !last.IsZero() {
			begin, words = last, "was started last at "+last.UTC().Format(time.RFC3339)
		}
		if schedule.Next(schedule.Next(begin)).Before(e.Now) {
			e.found(c.Object, "status.lastScheduleTime", "%s, and its schedule is %q", words, c.value.Spec.Schedule)
		}
	}
}

func lookAtJobPods(e *exam) {
	for _, j := range e.jobs() {
		if len(j.value.Status.Conditions) > 0 {
			continue
		}
		pods := e.podsOf(j.Object)
		if words := e.lastEvent(j.Object); len(pods) == 0 && words != "" {
			e.found(j.Object, "status", "has no pod%s", words)
		}
		for _, p := range pods {
			e.lookAtStart(p, false)
		}
	}
}

func isPull(reason string) bool { return reason == "ImagePullBackOff" || reason == "ErrImagePull" }
