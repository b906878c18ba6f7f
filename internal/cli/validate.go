package cli

import "github.com/spf13/cobra"

func (s *session) validateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Report everything that is wrong with profiles",
		Example: `  registry-profile validate profile.yaml
  registry-profile validate --output sarif profiles/*.yaml`,
		Args: requireFiles,
	}
	return s.findingsCommand(cmd, s.validate)
}

// validate tells the findings about every file.
func (s *session) validate(r *reporter, files []string) {
	for _, in := range each(s, files, s.decode) {
		r.input(in)
	}
}
