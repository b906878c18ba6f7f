package cli

import (
	"cmp"
	"errors"
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/spf13/cobra"
)

func (s *session) checkCommand() *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use:   "check FILE|DIR|-...",
		Short: "Report what is wrong with manifests that are about to be delivered",
		Long: `check reads manifests as they will reach the cluster, after every patch and
overlay, and reports what was changed that must not be, and what must not be among
them. It changes nothing. Everything named in one call is one stream for one
cluster. In folders it reads *.yaml, *.yml and *.json, but no kustomization.`,
		Example: `  kustomize build --enable-alpha-plugins --enable-exec . | registry-profile check -
  registry-profile check clusters/alpha`,
		Args: func(_ *cobra.Command, paths []string) error {
			if len(paths) == 0 {
				return errors.New("name files or folders of manifests, or - for stdin")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, paths []string) error {
			m := s.readManifests(paths)
			if verbose {
				fmt.Fprintf(s.err, "objects: %d\n", len(m.items))
			}
			return s.check(m)
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "say how many objects were looked at")
	return cmd
}

// check reports what could not be read and what is wrong with the rest.
func (s *session) check(m *manifests) error {
	for _, fault := range m.faults {
		fmt.Fprintln(s.err, "error: "+finding.OneLine(fault.Error()))
	}
	failed := len(m.faults) > 0
	for _, f := range stream.Judge(m.items) {
		if f.Item < 0 && failed { // what is missing may stand in what could not be read
			continue
		}
		results := kptfn.Results{f.Result}
		if s.strict {
			results = finding.Strict(results)
		}
		failed = failed || finding.HasErrors(results)
		fmt.Fprintln(s.err, finding.Line(results[0], m.place(f), v1alpha1.Kind))
	}
	if failed {
		return errReported
	}
	return nil
}

// place returns the file and the line of a finding, or "".
func (m *manifests) place(f stream.Finding) string {
	if f.Item < 0 {
		return ""
	}
	line, _ := ynode.Find(f.Object, finding.Path(f.Result))
	return fmt.Sprintf("%s:%d", displayName(m.files[f.Item]), cmp.Or(line, f.Object.Line))
}
