package cli

import (
	"bytes"

	"github.com/spf13/cobra"
)

// RootCommand returns the tree of commands, for the documentation.
func RootCommand() *cobra.Command {
	s := &session{in: &bytes.Buffer{}, out: &bytes.Buffer{}, err: &messages{stream: &bytes.Buffer{}}}
	return s.rootCommand()
}
