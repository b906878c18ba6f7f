package cli

import (
	"errors"
	"slices"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func (s *session) renderCommand() *cobra.Command {
	var f folders
	cmd := &cobra.Command{
		Use:   "render FILE...",
		Short: "Write the manifests of profiles to stdout or into folders",
		Long: `render writes the manifests of a profile to stdout, or with --output into a
folder: a file for each object and a kustomization.yaml. The folder of several
profiles gets a folder for each, by the profile's name. Files of an earlier run
that are no longer needed are removed; files of others are never touched. Runs
into the same folder take turns.`,
		Example: `  registry-profile render profile.yaml
  registry-profile render --output registry profile.yaml
  registry-profile render --check registry profile.yaml
  registry-profile render --output clusters --fleet profiles/*.yaml`,
		Args: someFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			f.files = files
			f.fleet = f.fleet || len(files) > 1
			switch {
			case f.output != "" && f.check != "":
				return errors.New("--output writes and --check only compares; use one of them")
			case f.output != "":
				return s.writeFolders(f)
			case f.check != "":
				return s.checkFolders(f)
			case f.fleet:
				return errors.New("several profiles are rendered into folders; add --output DIR")
			}
			return s.renderStream(files[0])
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write into this folder")
	cmd.Flags().StringVar(&f.check, "check", "", "compare this folder with what --output would write; differences are an error")
	cmd.Flags().BoolVar(&f.fleet, "fleet", false, "give each profile a folder of its name, even if there is only one")
	return cmd
}

// someFiles demands one file or more, and stdin only alone.
func someFiles(_ *cobra.Command, files []string) error {
	switch {
	case len(files) == 0:
		return errors.New("name the file of a RegistryProfile, or - for stdin")
	case len(files) > 1 && slices.Contains(files, stdinName):
		return errors.New("- cannot be read beside other files")
	}
	return nil
}

func (s *session) renderStream(file string) error {
	r := s.decode(file)
	if err := s.report(r); err != nil {
		return err
	}
	return s.write(nodes(generators.Expand(r.profile)))
}

func nodes(resources []generators.Resource) []*yaml.RNode {
	nodes := make([]*yaml.RNode, len(resources))
	for i, r := range resources {
		nodes[i] = r.RNode
	}
	return nodes
}
