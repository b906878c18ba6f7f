package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/spf13/cobra"
)

// planFormats are the ways in which a plan is written, the default first.
var planFormats = []struct {
	name  string
	write func(*plan.Plan) (string, error)
}{
	{textFormat, planText}, {"markdown", planMarkdown}, {"diff", (*plan.Plan).Diff}, {"html", planHTML}, {"json", planJSON},
}

func (s *session) planCommand() *cobra.Command {
	var format string
	var names []string
	for _, f := range planFormats {
		names = append(names, f.name)
	}
	// JSON is the plan itself.
	reports := slices.DeleteFunc(finding.Formats(), func(name string) bool { return slices.Contains(names, name) })
	names = append(names, reports...)
	flags := &clusterFlags{}
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Say what delivering a profile would do to a cluster",
		Long: `plan compares every object of a profile with a cluster, and says how its Job would
end there: what it waits for, whether its guard stops it and why, what it writes,
and whether the registry's pods restart. A Job that is there and over does not run
again: then it says how it would be if it did. It names what an earlier version of the
profile has left in the cluster, and what an engine that prunes does with that.

It only reads, with your own oc or kubectl, or from a must-gather or files. So admission
policies and quotas are not asked: they may refuse what plan foretells.

The exit code is 0 also where there are differences, or the Job first waits for something;
1 if the Job would stop or has failed, or if an object would be refused, or ignored, or is
being deleted; and 2 if it could not be seen how the Job ends.`,
		Example: `  registry-profile plan profile.yaml
  registry-profile plan profile.yaml --context production -o markdown
  registry-profile plan profile.yaml -o html > plan.html
  registry-profile plan profile.yaml -o sarif > plan.sarif
  registry-profile plan profile.yaml --must-gather must-gather.local.1234`,
		Args: func(cmd *cobra.Command, files []string) error {
			if len(files) > 1 {
				return errors.New("a plan is for one profile; name one file")
			}
			if err := requireFiles(cmd, files); err != nil {
				return err
			}
			return flags.checkStdin(files)
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			chosen := slices.Index(names, format)
			if chosen < 0 {
				return fmt.Errorf("--output: %q is no format; write one of %s", format, strings.Join(names, ", "))
			}
			r := s.textReporter()
			if slices.Contains(reports, format) {
				r = s.reporter(cmd.Name(), format)
			}
			in := s.decode(files[0])
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
			if r.format != textFormat {
				for _, f := range p.Findings() {
					r.add(finding.Located{Result: f, File: displayName(in.file)})
				}
				r.outcome = max(r.outcome, outcomeOfPlan(p))
				return r.end()
			}
			text, err := planFormats[chosen].write(p)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprint(s.out, text); err != nil {
				return err
			}
			return outcomeOfPlan(p).asError()
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVarP(&format, "output", "o", textFormat, "how to write it: "+strings.Join(names, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// outcomeOfPlan: a delivery that would not end as the profile has it outweighs what nobody
// could see.
func outcomeOfPlan(p *plan.Plan) outcome {
	switch {
	case p.Fails():
		return exitFindings
	case !p.Certain():
		return exitFailed
	}
	return exitGood
}

func planJSON(p *plan.Plan) (string, error) {
	content, err := json.MarshalIndent(p, "", "  ")
	return string(content) + "\n", err
}
