package fn

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// ErrFindings says that the function failed with the findings that it reported.
var ErrFindings = errors.New("the profile has errors")

// Run reads a ResourceList, processes it and writes it back, items in the order
// in which they came. Findings are also reported on findings, since kustomize
// drops results. The error is ErrFindings where they say what is wrong.
func (o Options) Run(in io.Reader, out, findings io.Writer) error {
	input, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("reading the ResourceList: %w", err)
	}
	rl, err := kptfn.ParseResourceList(input)
	if err != nil {
		return errors.New(oneLine(err.Error()))
	}
	before := len(rl.Results)
	ok, err := o.Process(rl)
	if err != nil {
		return err
	}
	Report(findings, functionConfig(rl), rl.Results[before:])
	if err := write(rl, out); err != nil {
		return fmt.Errorf("writing the ResourceList: %w", err)
	}
	if !ok {
		return ErrFindings
	}
	return nil
}

// write keeps order, comments and the annotations of the reader, which the
// SDK's own writer does not. kyaml's kio.ByteWriter would keep them too, but
// panics on an item whose metadata is not a map. It empties the list's items.
func write(rl *kptfn.ResourceList, out io.Writer) error {
	items := &yaml.Node{Kind: yaml.SequenceNode}
	for _, item := range rl.Items {
		items.Content = append(items.Content, item.MoveToResourceNode().YNode())
	}
	list := &yaml.Node{Kind: yaml.MappingNode}
	set := func(key string, value *yaml.Node) {
		list.Content = append(list.Content, yaml.NewStringRNode(key).YNode(), value)
	}
	set("apiVersion", yaml.NewStringRNode(kio.ResourceListAPIVersion).YNode())
	set("kind", yaml.NewStringRNode(kio.ResourceListKind).YNode())
	set("items", items)
	if rl.FunctionConfig != nil && !rl.FunctionConfig.IsEmpty() {
		set("functionConfig", rl.FunctionConfig.CopyToResourceNode().YNode())
	}
	if len(rl.Results) > 0 {
		results := &yaml.Node{}
		if err := results.Encode(rl.Results); err != nil {
			return err
		}
		set("results", results)
	}
	buffer := &bytes.Buffer{}
	encoder := yaml.NewEncoder(buffer)
	if err := encoder.Encode(list); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, err := out.Write(buffer.Bytes())
	return err
}
