package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/spf13/cobra"
)

// planFormats are the ways in which a plan is written, the default first.
var planFormats = []string{textFormat, "markdown", "json"}

func (s *session) planCommand() *cobra.Command {
	var format string
	flags := &clusterFlags{}
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Say what delivering a profile would do to a cluster",
		Long: `plan compares every object of a profile with a cluster, and says how its Job would
end there: what it waits for, whether its guard stops it and why, what it writes,
and whether the registry's pods restart. It only reads, with your own oc or
kubectl, or from a must-gather or files. The exit code is 1 if the Job would stop, and 2 if
what decides could not be seen.`,
		Example: `  registry-profile plan profile.yaml
  registry-profile plan profile.yaml --context production -o markdown
  registry-profile plan profile.yaml --must-gather must-gather.local.1234`,
		Args: requireOneFile,
		RunE: func(cmd *cobra.Command, files []string) error {
			if !slices.Contains(planFormats, format) {
				return fmt.Errorf("--output: %q is no format; write one of %s", format, strings.Join(planFormats, ", "))
			}
			in, r := s.decode(files[0]), s.textReporter()
			r.input(in)
			if in.profile == nil {
				return r.end()
			}
			reader, faults := flags.open(s)
			if r.faults(faults); len(faults) > 0 {
				return r.end()
			}
			p, err := plan.Of(cmd.Context(), reader, in.profile)
			if err != nil {
				return err
			}
			return s.writePlan(p, format)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", textFormat, "how to write it: "+strings.Join(planFormats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func requireOneFile(cmd *cobra.Command, files []string) error {
	if len(files) > 1 {
		return errors.New("a plan is for one profile; name one file")
	}
	return requireFiles(cmd, files)
}

// writePlan writes a plan, and fails if the Job would stop, or if nobody can say.
func (s *session) writePlan(p *plan.Plan, format string) error {
	var text string
	switch format {
	case "json":
		content, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			return err
		}
		text = string(content) + "\n"
	case "markdown":
		text = planMarkdown(p)
	default:
		text = planText(p)
	}
	if _, err := fmt.Fprint(s.out, text); err != nil {
		return err
	}
	switch {
	case p.Job.Stops():
		return exitFindings
	case !p.Job.Certain:
		return exitFailed
	}
	return nil
}

// planText writes a plan for a terminal.
func planText(p *plan.Plan) string {
	var out strings.Builder
	same, unseen := 0, map[string]int{}
	for _, object := range p.Objects {
		switch object.Action {
		case plan.Same:
			same++
			continue
		case plan.Unseen:
			unseen[object.Why]++
			continue
		}
		fmt.Fprintf(&out, "%-8s %s\n", object.Action, object.Name)
		for _, change := range object.Changes {
			fmt.Fprintf(&out, "         %s\n", changeLine(change))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(unseen)) {
		fmt.Fprintf(&out, "%-8s %d of %d objects: each %s\n", plan.Unseen, unseen[why], len(p.Objects), finding.OneLine(why))
	}
	fmt.Fprintf(&out, "%-8s %d of %d objects\n\n", plan.Same, same, len(p.Objects))
	for _, line := range jobLines(p) {
		fmt.Fprintln(&out, line)
	}
	return out.String()
}

// planMarkdown writes a plan for a merge request.
func planMarkdown(p *plan.Plan) string {
	var out strings.Builder
	fmt.Fprintf(&out, "### Plan for RegistryProfile %s\n\n| | object | change |\n|---|---|---|\n", p.Profile)
	for _, object := range p.Objects {
		var changes []string
		for _, change := range object.Changes {
			changes = append(changes, cell(changeLine(change)))
		}
		if object.Why != "" {
			changes = append(changes, cell(object.Why))
		}
		fmt.Fprintf(&out, "| %s | %s | %s |\n", object.Action, object.Name, strings.Join(changes, "<br>"))
	}
	out.WriteString("\n")
	for _, line := range jobLines(p) {
		fmt.Fprintf(&out, "- %s\n", cell(line))
	}
	return out.String()
}

// cell keeps a text of the cluster from being anything but text in Markdown.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "`", "'").Replace(text)
}

// changeLine writes a change in one line.
func changeLine(c plan.Change) string {
	return fmt.Sprintf("%s: %s, and the profile has %s", c.Path, brief(c.Is), brief(c.Want))
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

// jobLines say how the Job would end, a sentence each.
func jobLines(p *plan.Plan) []string {
	job := p.Job
	var lines []string
	say := func(format string, values ...any) {
		lines = append(lines, finding.OneLine(fmt.Sprintf(format, values...)))
	}
	for _, wait := range job.Waits {
		say("The Job waits for %s: %s.", wait.For, wait.Why)
	}
	for _, reason := range job.Reasons {
		say("%s", reason)
	}
	for _, write := range job.Writes {
		say("The Job writes %s%s.", write.Object, after(": ", write.Why))
		if write.Patch != nil {
			content, err := json.Marshal(write.Patch)
			if err == nil {
				say("Its patch is %s", content)
			}
		}
	}
	if p.Restarts != "" {
		say("The registry's pods restart: %s.", p.Restarts)
	}
	for _, unseen := range job.Unseen {
		say("Could not be seen: %s.", unseen)
	}
	switch {
	case !job.Certain:
		say("How the Job ends cannot be foreseen: what decides could not be seen.")
	case job.Stops():
		say("The Job stops with exit code %d.", job.Exit)
		say("What to do: %s", job.Advice)
	case len(job.Waits) > 0:
		say("The Job ends with exit code 0 once that is there, and the registry is on %s; with 1 if it does not come in time.", job.Store)
	default:
		say("The Job ends with exit code 0, and the registry is on %s.", job.Store)
	}
	return lines
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}
