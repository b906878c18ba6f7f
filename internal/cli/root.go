package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// rootCommand chooses the surface: without arguments the program is a KRM
// function, with the file of a profile a kustomize exec plugin, else a command.
func (s *session) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "registry-profile [FILE]",
		Short: "Puts OpenShift's image registry on ODF storage, from one small file",
		Long: `registry-profile turns a RegistryProfile into the manifests that put OpenShift's
image registry on OpenShift Data Foundation storage.

Without arguments it is a KRM function: it reads a ResourceList from stdin and
writes one to stdout. With the file of a profile it is a kustomize exec plugin.`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return s.function() // with --strict
			case len(args) == 1 && isPath(args[0]):
				return s.plugin(args[0])
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.PersistentFlags().BoolVar(&s.strict, "strict", false, "make warnings errors")
	root.AddCommand(s.renderCommand(), s.validateCommand(), s.checkCommand(), s.installCommand(), s.versionCommand())
	return root
}

// isPath tells whether an argument is a file, or looks like the name of one rather than
// a misspelt command.
func isPath(arg string) bool {
	if _, err := os.Stat(arg); err == nil {
		return true
	}
	return strings.ContainsAny(arg, "./")
}

func unknownCommand(cmd *cobra.Command, name string) error {
	if guesses := cmd.SuggestionsFor(name); len(guesses) > 0 {
		return fmt.Errorf("unknown command %q; did you mean %q?", name, guesses[0])
	}
	return fmt.Errorf("unknown command %q; see registry-profile --help", name)
}
