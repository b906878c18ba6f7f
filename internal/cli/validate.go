package cli

import "github.com/spf13/cobra"

func (s *session) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Report everything that is wrong with profiles",
		Args:  someFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			return s.forEach(files, nothing, nothing)
		},
	}
}
