package cli

import (
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
)

//go:embed plan.html
var planPageText string

// planPage is parsed when it is asked for: a cold start does not pay for it.
var planPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("plan").Funcs(template.FuncMap{
		"line": finding.OneLine, "lines": objectLines, "leftover": leftoverLine, "plain": plainAction,
		"kind": kindOf, "name": nameOf,
	}).Parse(planPageText))
})

// page is what the page shows.
type page struct {
	*plan.Plan
	// Tone is good, wait, bad or unknown, and Headline says so in words.
	Tone, Headline string
	// First is what a person has to do first.
	First []string
	Waves []wave
	Lines []string
}

// wave is what Argo CD applies at once.
type wave struct {
	Number int
	Title  string
	// Objects are in the order in which they are applied.
	Objects []plan.Object
}

// planHTML writes a plan as one page that needs nothing beside it.
func planHTML(p *plan.Plan) (string, error) {
	tone, headline := verdictOf(p)
	var out strings.Builder
	err := planPage().Execute(&out, page{p, tone, headline, firstSteps(p), wavesOf(p), jobLines(p)})
	return out.String(), err
}

// kindOf and nameOf are the parts of the name of an object, such as "Job registry-profile/NAME".
func kindOf(name string) string { kind, _, _ := strings.Cut(name, " "); return kind }
func nameOf(name string) string { _, rest, _ := strings.Cut(name, " "); return rest }

// plainAction tells whether there is nothing to say about what becomes of an object.
func plainAction(a plan.Action) bool { return a == plan.New || a == plan.Same }

func verdictOf(p *plan.Plan) (tone, headline string) {
	job := p.Job
	switch {
	case job.State == plan.JobFailed:
		return "bad", "The Job has failed, and does not run again by itself"
	case job.Stops():
		return "bad", fmt.Sprintf("%s stops with exit code %d, and changes nothing", capital(job.Runs), job.Exit)
	case p.Fails():
		return "bad", "Not everything can be delivered"
	case !p.Certain():
		return "unknown", "What decides could not be seen"
	case job.State == plan.JobSuspended:
		return "wait", "The Job is suspended"
	case job.Runs == "":
		return "good", "The Job is complete, and does not run again"
	case len(job.Waits) > 0:
		return "wait", capital(job.Runs) + " first waits for what is not there yet"
	}
	return "good", capital(job.Runs) + " ends with exit code 0"
}

func capital(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

// firstSteps are what a person has to do before, or instead.
func firstSteps(p *plan.Plan) []string {
	var steps []string
	if p.Job.Stops() && p.Job.Advice != "" {
		steps = append(steps, finding.OneLine(p.Job.Advice))
	}
	var reasons []string
	objects := map[string][]string{} // by what is wrong with them
	for _, o := range p.Objects {
		if o.Action == plan.Refused || o.Action == plan.Ignored || o.Action == plan.Going {
			if objects[o.Why] == nil {
				reasons = append(reasons, o.Why)
			}
			objects[o.Why] = append(objects[o.Why], o.Name)
		}
	}
	for _, why := range reasons {
		steps = append(steps, finding.OneLine(strings.Join(objects[why], ", ")+": "+why))
	}
	for _, l := range p.Leftovers {
		if len(l.Missing) > 0 {
			steps = append(steps, finding.OneLine(l.Name+": "+leftoverLine(l)))
		}
	}
	return steps
}

// wavesOf sorts the objects by their waves.
func wavesOf(p *plan.Plan) []wave {
	byNumber := map[int][]plan.Object{}
	jobs := 0
	for _, o := range p.Objects {
		number, _ := strconv.Atoi(o.Wave)
		byNumber[number] = append(byNumber[number], o)
		if o.Name == p.Job.Name {
			jobs = number
		}
	}
	var waves []wave
	for number, objects := range byNumber {
		title := "what the Job needs"
		switch {
		case number == jobs:
			title = "the Job switches the registry"
		case number > jobs:
			title = "once the Job is complete"
		}
		waves = append(waves, wave{number, title, objects})
	}
	slices.SortFunc(waves, func(a, b wave) int { return a.Number - b.Number })
	return waves
}
