package cli

import "github.com/spf13/cobra"

func (s *session) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Report everything that is wrong with profiles",
		Args:  requireFiles,
		RunE:  func(_ *cobra.Command, files []string) error { return s.validate(files) },
	}
}

// validate reports the findings about every file, and fails if any has an error.
func (s *session) validate(files []string) error {
	var failed error
	for _, in := range each(s, files, s.decode) {
		if err := s.report(in); err != nil {
			failed = err
		}
	}
	return failed
}
