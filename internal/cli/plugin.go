package cli

import (
	"fmt"
	"io"
	"os"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// plugin is the kustomize exec plugin: a profile's file as the argument, a YAML stream on
// stdout. Under transformers: kustomize writes its resources to stdin, and deletes those
// that the plugin does not return.
func (s *session) plugin(file string) error {
	input, err := s.pluginInput()
	if err != nil {
		return err
	}
	profile, err := s.loadDocument(file)
	if err != nil {
		return err
	}
	items, err := decodeStream(input)
	if err != nil {
		return syntaxError("stdin", input, err)
	}
	rl := &kptfn.ResourceList{FunctionConfig: kptfn.MoveToKubeObject(profile.Copy())}
	for _, item := range items {
		rl.Items = append(rl.Items, kptfn.MoveToKubeObject(item))
	}
	ok, err := fn.Processor{Strict: s.strict}.Process(rl)
	if err != nil {
		return err
	}
	for _, r := range rl.Results {
		fmt.Fprintln(s.err, finding.Line(r, pluginPlace(file, profile, r), v1alpha1.Kind))
	}
	switch {
	case !ok:
		return exitFindings
	case v1alpha1.IsCheck(profile): // to kustomize a validator that rewrites changes something
		_, err := s.out.Write(input)
		return err
	}
	return s.writePluginItems(rl.Items)
}

// writePluginItems writes items without the annotations that only a ResourceList carries.
func (s *session) writePluginItems(items kptfn.KubeObjects) error {
	nodes := make([]*yaml.RNode, len(items))
	for i, item := range items {
		nodes[i] = item.MoveToResourceNode()
		annotations := ynode.MetaOf(nodes[i].YNode()).Annotations
		for _, key := range []string{kioutil.PathAnnotation, kioutil.IndexAnnotation} {
			if _, ok := annotations[key]; !ok {
				continue
			}
			if err := nodes[i].PipeE(yaml.ClearAnnotation(key)); err != nil {
				return err
			}
		}
	}
	return s.writeStream(nodes)
}

// pluginInput returns the resources of kustomize, or nothing where another program
// started this one.
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

// startedByKustomize looks at two variables, since kustomize leaves out the one with the
// profile where that is long (api/internal/plugins/execplugin).
func startedByKustomize() bool {
	return os.Getenv("KUSTOMIZE_PLUGIN_CONFIG_STRING") != "" || os.Getenv("KUSTOMIZE_PLUGIN_CONFIG_ROOT") != ""
}

// pluginPlace names the profile where kustomize has written it to a temporary file,
// whose name and lines mean nothing to the user.
func pluginPlace(file string, profile *yaml.RNode, r *kptfn.Result) string {
	if startedByKustomize() {
		return profileRef(profile)
	}
	return locate(r, file, profile).Place()
}
