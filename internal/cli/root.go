package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// rootCommand chooses the surface: without arguments the program is a KRM
// function, with the file of a profile a kustomize exec plugin, else a command.
func (s *session) rootCommand() *cobra.Command {
	var version, doc bool
	root := &cobra.Command{
		Use:   "registry-profile [FILE]",
		Short: "Puts OpenShift's image registry on ODF storage, from one small file",
		Long: `registry-profile turns a RegistryProfile into the manifests that put OpenShift's
image registry on OpenShift Data Foundation storage.

Without arguments it is a KRM function: it reads a ResourceList from stdin and
writes one to stdout. With the file of a profile it is a kustomize exec plugin.

Exit codes: 0, nothing is wrong, or nothing but warnings; 1, what was looked at has
errors, or differs from what it was compared with; 2, the program could not do its
work, such as for a file that is not there. Of several the greatest counts.`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,

		PersistentPreRunE: requireValues,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case version:
				return s.printVersion()
			case doc:
				return s.printCatalogEntry()
			case len(args) == 0:
				return s.function() // with --strict
			case len(args) == 1 && isPath(args[0]):
				return s.plugin(args[0])
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.PersistentFlags().BoolVar(&s.strict, "strict", false, "make warnings errors")
	root.Flags().BoolVar(&version, "version", false, "say which version this is")
	root.Flags().BoolVar(&doc, "doc", false, "describe the KRM function as JSON, for a catalogue")
	root.AddCommand(s.renderCommand(), s.validateCommand(), s.checkCommand(), s.planCommand(), s.doctorCommand(), s.importCommand(),
		s.explainCommand(), s.schemaCommand(), s.imagesCommand(), s.s3EnvCommand(), s.installCommand(), s.versionCommand())
	return root
}

// requireValues refuses a flag with nothing in it, as of a variable that a pipeline has not set:
// "--check" would compare nothing, and "--context" look at another cluster.
func requireValues(cmd *cobra.Command, _ []string) error {
	var empty []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if slices.Contains(values, "") {
			empty = append(empty, "--"+f.Name)
		}
	})
	if len(empty) > 0 {
		return fmt.Errorf("%s is empty, as of a variable that is not set; give it a value, or leave it out", strings.Join(empty, ", "))
	}
	return nil
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
