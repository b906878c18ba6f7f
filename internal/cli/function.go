package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// function is the KRM function: a ResourceList from stdin to stdout, items in the order
// in which they came. It reports findings on stderr too, since kustomize drops results.
func (s *session) function() error {
	if isTerminal(s.in) {
		return errNoInput
	}
	input, err := io.ReadAll(s.in)
	if err != nil {
		return fmt.Errorf("reading stdin: %w", err)
	}
	if len(bytes.TrimSpace(input)) == 0 {
		return errNoInput
	}
	list, err := readList(input)
	if err != nil {
		return fmt.Errorf("stdin is not a ResourceList that can be processed: %s; "+
			"to render a profile write registry-profile render FILE", finding.OneLine(err.Error()))
	}
	if refused, err := s.refuseNoObjects(list); refused || err != nil {
		return cmp.Or(err, error(exitFindings))
	}
	rl, err := toList(list)
	if err != nil {
		return err
	}
	before := len(rl.Results)
	ok, err := fn.Processor{Strict: s.strict}.Process(rl)
	if err != nil {
		return err
	}
	s.reportResults(configOf(rl), rl.Results[before:])
	content, err := encodeList(rl)
	if err != nil {
		return fmt.Errorf("writing the ResourceList: %w", err)
	}
	if _, err := s.out.Write(content); err != nil {
		return err
	}
	if !ok {
		return exitFindings
	}
	return nil
}

var errNoInput = errors.New("no command, and no ResourceList on stdin; " +
	"write registry-profile render FILE, or see registry-profile --help")

// configOf returns the functionConfig, or nil where there is none.
func configOf(rl *kptfn.ResourceList) *yaml.RNode {
	if rl.FunctionConfig == nil || rl.FunctionConfig.IsEmpty() {
		return nil
	}
	return rl.FunctionConfig.CopyToResourceNode()
}

// encodeList writes a ResourceList, whose objects it takes. It keeps order, comments and
// the annotations of the reader, which the SDK's own writer does not. kyaml's
// kio.ByteWriter would keep them too, but panics on an item whose metadata is not a map.
func encodeList(rl *kptfn.ResourceList) ([]byte, error) {
	items := &yaml.Node{Kind: yaml.SequenceNode}
	for _, item := range rl.Items {
		items.Content = append(items.Content, item.MoveToResourceNode().YNode())
	}
	list := &yaml.Node{Kind: yaml.MappingNode}
	set := func(key string, value *yaml.Node) {
		list.Content = append(list.Content, ynode.String(key), value)
	}
	set("apiVersion", ynode.String(kio.ResourceListAPIVersion))
	set("kind", ynode.String(kio.ResourceListKind))
	set("items", items)
	if config := configOf(rl); config != nil {
		set("functionConfig", config.YNode())
	}
	if len(rl.Results) > 0 {
		results := &yaml.Node{}
		if err := results.Encode(rl.Results); err != nil {
			return nil, err
		}
		set("results", results)
	}
	return ynode.Marshal(list)
}
