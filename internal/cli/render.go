package cli

import (
	"errors"
	"slices"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func (s *session) renderCommand() *cobra.Command {
	var output, check string
	var fleet bool
	cmd := &cobra.Command{
		Use:   "render FILE...",
		Short: "Write the manifests of profiles to stdout or into folders",
		Long: `render writes the manifests of a profile to stdout, or with --output into a
folder: a file for each object and a kustomization.yaml. The folder of several
profiles gets a folder for each, by the profile's name. Files of an earlier run
that are no longer needed are removed; files of others are never touched. Runs
into the same folder take turns.

A profile that left the fleet leaves its folder behind. A run of several profiles
warns of such a folder, with --check it is a difference; it is never removed. A
run may be given a part of the fleet: a folder is not reported if its profile is
in a file beside the given ones, such as profiles/NAME.yaml for some of
profiles/*.yaml, or clusters/NAME/profile.yaml for some of
clusters/*/profile.yaml. A run of one profile reports no folder.`,
		Example: `  registry-profile render profile.yaml
  registry-profile render --output registry profile.yaml
  registry-profile render --check registry profile.yaml
  registry-profile render --output clusters --fleet profiles/*.yaml`,
		Args: requireFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			fleet = fleet || len(files) > 1
			switch {
			case output != "" && check != "":
				return errors.New("--output writes and --check only compares; use one of them")
			case output != "":
				return s.writeFolders(outputs{files, output, fleet})
			case check != "":
				return s.checkFolders(outputs{files, check, fleet})
			case fleet:
				return errors.New("several profiles are rendered into folders; add --output DIR")
			}
			return s.renderToStdout(files[0])
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write into this folder")
	cmd.Flags().StringVar(&check, "check", "",
		"compare this folder with what --output would write; differences are an error")
	cmd.Flags().BoolVar(&fleet, "fleet", false, "give each profile a folder of its name, even if there is only one")
	return cmd
}

// requireFiles demands one file or more, and stdin only alone.
func requireFiles(_ *cobra.Command, files []string) error {
	switch {
	case len(files) == 0:
		return errors.New("name the file of a RegistryProfile, or - for stdin")
	case len(files) > 1 && slices.Contains(files, stdinName):
		return errors.New("- cannot be read beside other files")
	}
	return nil
}

// renderToStdout writes the manifests of one profile as a YAML stream.
func (s *session) renderToStdout(file string) error {
	in, r := s.decode(file), s.textReporter()
	r.input(in)
	if in.profile == nil {
		return r.end()
	}
	resources := generators.Expand(in.profile)
	objects := make([]*yaml.RNode, len(resources))
	for i, r := range resources {
		objects[i] = r.RNode
	}
	return s.writeStream(objects)
}
