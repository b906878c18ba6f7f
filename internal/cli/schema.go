package cli

import (
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/spf13/cobra"
)

func (s *session) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a profile, for editors",
		Long: `schema prints what a RegistryProfile may hold as a JSON Schema (draft 7), with a
description of every field. An editor that knows YAML schemas then completes and
explains fields; the rules beyond the schema are those of validate.`,
		Example: `  registry-profile schema > registryprofile.schema.json`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := s.out.Write(v1alpha1.JSONSchema())
			return err
		},
	}
}
