package cli

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sync"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/spf13/cobra"
)

// ourImage is where the image of this program is published, without its tag.
const ourImage = "ghcr.io/registryprofile/registry-profile"

// neededImage is an image, and what needs it.
type neededImage struct {
	Image string `json:"image"`
	For   string `json:"for"`
}

func (s *session) imagesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "images FILE...",
		Short: "List every image that profiles need",
		Long: `images prints every image that profiles need, one a line, for a mirror of a cluster
without the internet: those that their Jobs run, and that of this program itself, in its
own version. The last is needed only where it runs as a container, such as in Argo CD.

The images of OpenShift that the operator runs, as for the registry and the pruner, come
with the release and its mirror.`,
		Example: `  registry-profile images profile.yaml
  registry-profile images --output json profiles/*.yaml`,
		Args: requireFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			if format != textFormat && format != "json" {
				return fmt.Errorf("--output: %q is no format; write text or json", format)
			}
			return s.images(format, files)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", textFormat, "how to print: text, json")
	_ = cmd.RegisterFlagCompletionFunc("output",
		cobra.FixedCompletions([]string{textFormat, "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// images prints nothing where a profile is refused: a list with a gap would be mirrored.
func (s *session) images(format string, files []string) error {
	r := s.textReporter()
	var all []neededImage
	seen := map[string]bool{}
	add := func(image, purpose string) {
		if !seen[image] {
			seen[image] = true
			all = append(all, neededImage{image, purpose})
		}
	}
	for _, in := range each(s, files, s.decode) {
		r.input(in)
		if in.profile != nil {
			for _, image := range generators.Images(in.profile) {
				add(image, "Jobs in the cluster")
			}
		}
	}
	if r.outcome != 0 {
		return r.end()
	}
	if own := releasedImage(buildVersion()); own != "" {
		add(own, "registry-profile as a container")
	} else {
		fmt.Fprintln(s.err, "info: this is no released version, so that its own image is left out")
	}
	if err := s.printImages(format, all); err != nil {
		return err
	}
	return r.end()
}

var released = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+$`) })

// releasedImage is our image of a version, or "" if none is published.
func releasedImage(version string) string {
	if !released().MatchString(version) {
		return ""
	}
	return ourImage + ":" + version
}

func (s *session) printImages(format string, all []neededImage) error {
	if format == "json" {
		encoder := json.NewEncoder(s.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(all)
	}
	for _, image := range all {
		if _, err := fmt.Fprintln(s.out, image.Image); err != nil {
			return err
		}
	}
	return nil
}
