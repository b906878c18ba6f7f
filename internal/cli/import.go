package cli

import (
	"errors"

	"github.com/registryprofile/registry-profile/cluster/takeover"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/spf13/cobra"
)

func (s *session) importCommand() *cobra.Command {
	var flags clusterFlags
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write the profile that keeps a registry as it is",
		Long: `import looks at the registry of a cluster, however it was set up, and prints the smallest
profile that keeps it on its storage: by hand, by Red Hat's procedure, or by a profile
that was lost. Comments say what each field was taken from, what no profile can say, and
what delivering the profile would change. It only reads, and prints no credential.

Where the cluster does not say where the images are, no profile is made up: a finding says
why, the exit code is 1, and stdout is empty. It is 2 where Config cannot be read. What
else could not be read is told as a warning, and the profile has its default there.`,
		Example: `  registry-profile import > profile.yaml
  registry-profile import --context production | registry-profile validate --strict -
  registry-profile import --must-gather must-gather.local.1 --must-gather odf-must-gather`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := s.textReporter()
			reader, faults := flags.open(s)
			if r.faults(faults); len(faults) > 0 {
				return r.end()
			}
			found, err := takeover.Of(cmd.Context(), reader)
			if err != nil {
				return err
			}
			for _, f := range found.Findings {
				r.add(finding.Located{Result: f})
			}
			if found.Blind != "" {
				r.fault(errors.New("nothing can be said about the registry: " + found.Blind))
			}
			if r.outcome == exitGood {
				_, err = s.out.Write(found.YAML)
			}
			return errors.Join(err, r.end())
		},
	}
	flags.add(cmd)
	return cmd
}
