package cli

import (
	"cmp"
	"errors"
	"fmt"

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
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "say how many objects were looked at")
	return s.findingsCommand(cmd, func(r *reporter, paths []string) {
		m := s.readManifests(paths)
		if verbose {
			fmt.Fprintf(s.err, "objects: %d\n", len(m.items))
		}
		m.check(r)
	})
}

// check tells what could not be read and what is wrong with the rest.
func (m *manifests) check(r *reporter) {
	for _, fault := range m.faults {
		r.fault(fault)
	}
	for _, file := range m.read {
		r.saw(displayName(file))
	}
	for _, f := range stream.Judge(m.items) {
		if f.Item < 0 && r.outcome != exitGood { // what is missing may stand in what could not be read
			continue
		}
		r.add(m.locate(f))
	}
}

// locate names the file and the line of a finding, if it is about an object.
func (m *manifests) locate(f stream.Finding) finding.Located {
	if f.Item < 0 {
		return finding.Located{Result: f.Result}
	}
	line, _ := ynode.Find(f.Object, finding.Path(f.Result))
	return finding.Located{Result: f.Result, File: displayName(m.files[f.Item]), Line: cmp.Or(line, f.Object.Line)}
}
