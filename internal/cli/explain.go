package cli

import (
	"errors"
	"fmt"

	"github.com/registryprofile/registry-profile/internal/explain"
	"github.com/spf13/cobra"
)

func (s *session) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain FIELD|CODE",
		Short: "Say what a field of a profile, or the code of a finding, means",
		Long: `explain says of a field what it means, which values it may have, its default and
which fields stand below it; of the code of a finding how grave it is, why it is
a fault, and shows one with what to write instead. Paths may be copied from findings.`,
		Example: `  registry-profile explain spec.storage.rgw
  registry-profile explain pruner-duration`,
		Args: func(_ *cobra.Command, names []string) error {
			if len(names) != 1 {
				return errors.New("name one field, such as spec.storage.rgw, or one code, such as pruner-duration")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, names []string) error {
			return s.explain(names[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return explain.Names(), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// explain prints what a field or a code means.
func (s *session) explain(name string) error {
	text, err := explain.Text(name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.out, text)
	return err
}
