package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/spf13/cobra"
)

func (s *session) doctorCommand() *cobra.Command {
	var flags clusterFlags
	var asList bool
	var code string
	cmd := &cobra.Command{
		Use:   "doctor [PROFILE]",
		Short: "Say what is wrong with the registry and its storage",
		Long: `doctor looks at Config, the claim of the bucket, the endpoint, its CA, the store behind
it, the pods, the pruner and the Job of a profile, and says what is wrong and what to
do. It only reads: a cluster, or the files of one. What a check needs and could not
see is told as a warning at the end; such a check gives no verdict.

Without a profile it looks at what Config names, and at what evidence leads to from
there. With one the names are the profile's, and it says whether the Job would stop,
and what it would write.`,
		Example: `  registry-profile doctor
  registry-profile doctor profile.yaml --context production -o json
  registry-profile doctor --must-gather must-gather.local.1 --must-gather odf-must-gather
  registry-profile doctor --list
  registry-profile doctor --explain ca-outdated`,
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) > 1 {
				return errors.New("name one profile, or none; registry-profile explain CODE says what a code means")
			}
			return flags.checkStdin(files)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&asList, "list", false, "print what is checked, and look at nothing")
	cmd.Flags().StringVar(&code, "explain", "", "say what a code means, and look at nothing")
	return s.findingsCommand(cmd, func(r *reporter, files []string) {
		if asList || code != "" {
			show := s.listChecks
			if code != "" {
				show = func() error { return s.explain(code) }
			}
			if err := show(); err != nil {
				r.fault(err)
			}
			return
		}
		input := doctor.Input{Now: time.Now(), Live: flags.isLive()}
		for _, file := range files {
			in := s.decode(file)
			r.input(in)
			if input.Profile = in.profile; in.profile == nil {
				return
			}
		}
		reader, faults := flags.open(s)
		r.faults(faults)
		if len(faults) == 0 {
			r.examination(doctor.Examine(cmd.Context(), reader, input))
		}
	})
}

// listChecks prints the table.
func (s *session) listChecks() error {
	w := tabwriter.NewWriter(s.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "CODE\tSEVERITY\tLOOKS AT")
	for _, c := range doctor.Checks() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Code, c.Severity, c.Looks)
	}
	return w.Flush()
}

// examination tells what doctor has found, and what it could not see.
func (r *reporter) examination(report doctor.Report) {
	count, unseen := map[kptfn.Severity]int{}, 0
	for _, f := range report.Findings {
		count[f.Severity]++
		r.add(finding.Located{Result: f})
	}
	for _, u := range report.Unseen {
		unseen += len(u.Checks)
		r.add(finding.Located{Result: u.Result()})
	}
	if report.Blind != "" {
		r.fault(errors.New("nothing can be said about the registry: " + report.Blind))
	}
	if r.format == textFormat {
		fmt.Fprintf(r.s.err, "%d checks: %s, %s, %d for information, %d could not be seen\n", len(doctor.Checks()),
			number(count[kptfn.Error], "error"), number(count[kptfn.Warning], "warning"), count[kptfn.Info], unseen)
	}
}

// number writes how many of something there are.
func number(n int, of string) string {
	if n != 1 {
		of += "s"
	}
	return fmt.Sprintf("%d %s", n, of)
}
