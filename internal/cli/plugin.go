package cli

import (
	"fmt"
	"io"
	"os"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// plugin is the kustomize exec plugin: a profile's file as the argument, a YAML
// stream on stdout. Under transformers: kustomize writes its resources to stdin,
// and takes those for deleted that do not come back.
func (s *session) plugin(file string) error {
	input, err := s.pluginInput()
	if err != nil {
		return err
	}
	profile, err := s.load(file)
	if err != nil {
		return err
	}
	items, err := parse(input)
	if err != nil {
		return syntaxError("stdin", err)
	}
	items, results := s.options.Transform(profile, items)
	for _, r := range results {
		fmt.Fprintln(s.err, fn.Line(r, pluginPosition(file, profile, r)))
	}
	if v1alpha1.HasErrors(results) {
		return errReported
	}
	for _, item := range items {
		if err := forgetPath(item); err != nil {
			return err
		}
	}
	return s.write(items)
}

// pluginInput returns the resources of kustomize, or nothing where the program
// was not started by kustomize.
func (s *session) pluginInput() ([]byte, error) {
	if !startedByKustomize() || isTerminal(s.in) {
		return nil, nil
	}
	input, err := io.ReadAll(s.in)
	if err != nil {
		return nil, fmt.Errorf("reading stdin: %w", err)
	}
	return input, nil
}

// startedByKustomize looks at two variables, since kustomize leaves out the one
// with the profile where that is long (api/internal/plugins/execplugin).
func startedByKustomize() bool {
	return os.Getenv("KUSTOMIZE_PLUGIN_CONFIG_STRING") != "" || os.Getenv("KUSTOMIZE_PLUGIN_CONFIG_ROOT") != ""
}

// pluginPosition names the profile where kustomize has written it to a
// temporary file, whose name and lines mean nothing to anybody.
func pluginPosition(file string, profile *yaml.RNode, r *kptfn.Result) string {
	if startedByKustomize() {
		return fn.Place(profile)
	}
	return position(file, profile, r)
}

// forgetPath removes what only a ResourceList carries. Items of a kind that has
// no annotations to begin with are left alone.
func forgetPath(item *yaml.RNode) error {
	for _, key := range []string{kioutil.PathAnnotation, kioutil.IndexAnnotation} {
		if _, ok := metadataOf(item).Annotations[key]; !ok {
			continue
		}
		if err := item.PipeE(yaml.ClearAnnotation(key)); err != nil {
			return err
		}
	}
	return nil
}

// write puts objects on stdout, all of them or, if one cannot be written, none.
func (s *session) write(nodes []*yaml.RNode) error {
	content, err := stream(nodes)
	if err != nil {
		return err
	}
	_, err = s.out.Write(content)
	return err
}
