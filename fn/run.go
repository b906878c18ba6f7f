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
		return err
	}
	before := len(rl.Results)
	ok, err := o.Process(rl)
	if err != nil {
		return err
	}
	Report(findings, rl.Results[before:])
	if err := write(rl, out); err != nil {
		return fmt.Errorf("writing the ResourceList: %w", err)
	}
	if !ok {
		return ErrFindings
	}
	return nil
}

// write keeps order, comments and the annotations of the reader, which the
// SDK's own writer does not. It empties the list's items.
func write(rl *kptfn.ResourceList, out io.Writer) error {
	buffer := &bytes.Buffer{}
	w := kio.ByteWriter{
		Writer:                buffer,
		KeepReaderAnnotations: true,
		WrappingKind:          kio.ResourceListKind,
		WrappingAPIVersion:    kio.ResourceListAPIVersion,
	}
	if !rl.FunctionConfig.IsEmpty() {
		w.FunctionConfig = rl.FunctionConfig.CopyToResourceNode()
	}
	if len(rl.Results) > 0 {
		node := &yaml.Node{}
		if err := node.Encode(rl.Results); err != nil {
			return err
		}
		w.Results = yaml.NewRNode(node)
	}
	var items []*yaml.RNode
	for _, item := range rl.Items {
		items = append(items, item.MoveToResourceNode())
	}
	if err := w.Write(items); err != nil {
		return err
	}
	_, err := out.Write(buffer.Bytes())
	return err
}
