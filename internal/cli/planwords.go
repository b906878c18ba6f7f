package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// changeLine writes a change in one line.
func changeLine(c plan.Change) string {
	return finding.OneLine(fmt.Sprintf("%s: %s, and the profile has %s", c.Path, brief(c.Is), brief(c.Want)))
}

// brief writes a value so that it fits on a line.
func brief(value any) string {
	const longest = 120
	if value == nil {
		return "nothing"
	}
	content, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if text := string(content); len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(string(content[:longest]), "") + "..."
}

// objectLines say what becomes of an object: the reason, and the changes.
func objectLines(o plan.Object) []string {
	var lines []string
	if o.Why != "" {
		lines = append(lines, finding.OneLine(o.Why))
	}
	for _, change := range o.Changes {
		lines = append(lines, changeLine(change))
	}
	return lines
}

// leftoverLine says what becomes of an object that is not rendered any more.
func leftoverLine(l plan.Leftover) string {
	switch {
	case l.Kept:
		return "every engine keeps it, by its marks"
	case l.Holds:
		return "an engine that prunes could remove it, and it holds images or guards what does: put back " +
			finding.OneLine(strings.Join(l.Missing, ", "))
	}
	return "an engine that prunes would remove it"
}

// sentences collects lines for people.
type sentences struct {
	lines  []string
	prefix string
}

func (s *sentences) say(format string, values ...any) {
	s.lines = append(s.lines, finding.OneLine(s.prefix+fmt.Sprintf(format, values...)))
}

// jobLines say how the Job would end, a sentence each.
func jobLines(p *plan.Plan) []string {
	s := &sentences{}
	s.jobState(p.Job)
	if p.Job.Runs == "" {
		s.prefix = "If it did: "
	}
	who := "The Job"
	if p.Job.Runs == "the CronJob" {
		who = "The CronJob"
	}
	s.run(who, p.Job)
	if p.Restarts != "" {
		s.lines = append(s.lines, finding.OneLine("The registry's pods restart: "+p.Restarts+"."))
	}
	for _, unseen := range append(slices.Clone(p.Job.Unseen), p.Job.Doubts...) {
		s.say("Could not be seen: %s.", unseen)
	}
	s.end(who, p.Job)
	return s.lines
}

// jobState says what has become of the Job so far.
func (s *sentences) jobState(job plan.Job) {
	switch job.State {
	case plan.JobRunning:
		s.say("The Job is running now.")
	case plan.JobSuspended:
		s.say("The Job is there and suspended: it runs once somebody sets spec.suspend to false.")
	case plan.JobComplete:
		s.say("The Job is there and complete: it does not run again by itself.")
	case plan.JobFailed:
		namespace, name, _ := strings.Cut(strings.TrimPrefix(job.Name, "Job "), "/")
		s.say("The Job is there and has failed (%s): it does not run again by itself. Mend what it names, delete it, and "+
			"deliver it again: oc delete job -n %s %s.", job.Why, namespace, name)
	case plan.JobGoing:
		s.say("The Job is being deleted: delivering starts it when it is gone.")
	case plan.JobUnseen:
		s.say("Whether the Job has run already, and would not run again, could not be seen: it %s.", job.Why)
	}
	switch {
	case job.Suspended:
		s.say("The CronJob that repeats it is suspended.")
	case job.Runs == "the CronJob":
		s.say("The CronJob runs it again, at its times.")
	}
}

// run says what a run does.
func (s *sentences) run(who string, job plan.Job) {
	for _, wait := range job.Waits {
		s.say("%s waits for %s: %s.", who, wait.For, wait.Why)
	}
	for _, reason := range job.Reasons {
		s.say("%s", reason)
	}
	for _, write := range job.Writes {
		s.say("%s writes %s%s.", who, write.Object, after(": ", write.Why))
		if len(write.Patch) > 0 {
			content, err := json.Marshal(write.Patch)
			if err == nil {
				s.say("Its patch is %s", content)
			}
		}
	}
}

// end says how a run ends.
func (s *sentences) end(who string, job plan.Job) {
	switch {
	case !job.Certain:
		s.say("How %s ends cannot be foreseen: what decides could not be seen.", strings.Replace(who, "The", "the", 1))
	case job.Exit != 0:
		s.say("%s stops with exit code %d.", who, job.Exit)
		s.say("What to do: %s", job.Advice)
	case len(job.Waits) > 0:
		s.say("%s ends with exit code 0 once that is there, and the registry is %s; with 1 if it does not come in time.",
			who, registryOf(job))
	default:
		s.say("%s ends with exit code 0, and the registry is %s.", who, registryOf(job))
	}
}

// registryOf says what the registry is when a run has ended well.
func registryOf(job plan.Job) string {
	if job.Removes {
		return "removed; its storage stays: " + job.Store
	}
	return "on " + job.Store
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}
