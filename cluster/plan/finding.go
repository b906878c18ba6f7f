package plan

import (
	"fmt"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// The reasons. An error is what makes the exit code of "plan" 1, and plan-unseen what makes it 2.
var (
	jobFailed = finding.Reason{
		Code: "plan-job-failed", Severity: kptfn.Error, Looks: "the Job of the profile",
		Why: "A Job that has failed does not run again by itself, and what comes after it is not delivered.",
		Fix: "Mend what the Job's last words name, delete the Job, and deliver it again.",
	}
	jobStops = finding.Reason{
		Code: "plan-job-stops", Severity: kptfn.Error, Looks: "what the Job would find",
		Why: "The Job would stop and change nothing, because images could be lost or because no waiting helps.",
		Fix: "Do what the message says before the profile is delivered.",
	}
	refused = finding.Reason{
		Code: "plan-refused", Severity: kptfn.Error, Looks: "each object and its namespace",
		Why: "The API server would not take the object.",
		Fix: "Do what the message says before the profile is delivered.",
	}
	ignored = finding.Reason{
		Code: "plan-ignored", Severity: kptfn.Error, Looks: "fields that nobody heeds once an object is in use",
		Why: "The API server would store the change, and nothing would come of it.",
		Fix: "Name another object in the profile, or write what is there into it.",
	}
	going = finding.Reason{
		Code: "plan-going", Severity: kptfn.Error, Looks: "objects that are being deleted",
		Why: "What is written into an object that is being deleted goes with it.",
		Fix: "Find out who has deleted it, and deliver the profile when it is gone.",
	}
	takenOver = finding.Reason{
		Code: "plan-taken-over", Severity: kptfn.Warning, Looks: "a namespace that is there without the profile",
		Why: "What the profile brings is deleted with it, and a namespace with all that is in it.",
		Fix: "Use a namespace of its own, or set createNamespace to false.",
	}
	waits = finding.Reason{
		Code: "plan-waits", Severity: kptfn.Info, Looks: "what the Job needs",
		Why: "The Job would wait for what is not there yet, and fail if it does not come in time.",
		Fix: "See that it comes, unless it is delivered with the profile.",
	}
	restarts = finding.Reason{
		Code: "plan-restarts", Severity: kptfn.Info, Looks: "what stands in the registry's pods",
		Why: "The registry's pods would be replaced, one after the other if there are several.",
		Fix: "Deliver it at a time that suits.",
	}
	removes = finding.Reason{
		Code: "plan-removes", Severity: kptfn.Warning, Looks: "spec.registry.managementState of the profile",
		Why: "The registry would be taken down, and nobody could pull from it; its storage stays.",
		Fix: "Take managementState out of the profile if the registry shall run.",
	}
	unguarded = finding.Reason{
		Code: "plan-unguarded", Severity: kptfn.Warning, Looks: "objects of earlier versions of the profile",
		Why: "An engine that prunes could remove an object that holds images, or that guards what does.",
		Fix: "Put back the marks that the message names.",
	}
	unseen = finding.Reason{
		Code: "plan-unseen", Severity: kptfn.Warning, Looks: "everything that decides how the Job ends",
		Why: "Nobody can say how the Job ends if what decides could not be seen.",
		Fix: "Use an account that may read it, or add a must-gather or file that holds it.",
	}
)

// Reasons returns all of them, in the order in which they are documented.
func Reasons() []finding.Reason {
	return []finding.Reason{
		jobFailed, jobStops, refused, ignored, going, takenOver, waits, restarts, removes, unguarded, unseen,
	}
}

// reasonsOf are those of the objects that have a Why, by what becomes of them.
var reasonsOf = map[Action]finding.Reason{Refused: refused, Ignored: ignored, Going: going, Changed: takenOver}

// Findings returns what somebody should know before a merge, for the formats of programs.
func (p *Plan) Findings() []*kptfn.Result {
	var all []*kptfn.Result
	say := func(r finding.Reason, object, format string, values ...any) {
		result := finding.NewReporter(r.Code, r.Severity, func(*kptfn.Result) {}).At("").Say("%s",
			finding.OneLine(fmt.Sprintf(format, values...)))
		kind, name, _ := strings.Cut(object, " ")
		namespace, base, namespaced := strings.Cut(name, "/")
		if !namespaced {
			namespace, base = "", name
		}
		result.ResourceRef = &kptfn.ResourceRef{Kind: kind, Namespace: namespace, Name: base}
		all = append(all, result)
	}
	switch {
	case p.Job.State == JobFailed:
		say(jobFailed, p.Job.Name, "has failed, and does not run again by itself: %s", p.Job.Why)
	case p.Job.Stops():
		say(jobStops, p.Job.Name, "%s would stop with exit code %d: %s %s", p.Job.Runs, p.Job.Exit,
			strings.Join(p.Job.Reasons, " "), p.Job.Advice)
	}
	for _, o := range p.Objects {
		if reason, ok := reasonsOf[o.Action]; ok && o.Why != "" {
			say(reason, o.Name, "%s", o.Why)
		}
	}
	if p.Job.Runs != "" && !p.Job.Stops() {
		for _, w := range p.Job.Waits {
			say(waits, p.Job.Name, "waits for %s: %s. %s", w.For, w.Why, w.Advice)
		}
		if p.Job.Removes && p.After != p.Before {
			say(removes, theConfig, "the registry would be removed; its storage stays: %s", p.Job.Store)
		}
	}
	if p.Restarts != "" {
		say(restarts, theConfig, "the registry's pods would restart: %s", p.Restarts)
	}
	for _, l := range p.Leftovers {
		if len(l.Missing) > 0 {
			say(unguarded, l.Name, "has left the profile and lacks marks by which engines keep it: %s", strings.Join(l.Missing, ", "))
		}
	}
	if p.Job.Runs != "" {
		for _, what := range p.Job.Unseen {
			say(unseen, p.Job.Name, "could not be seen: %s", what)
		}
	}
	return all
}
