// Package cli is the program registry-profile: a KRM function, a kustomize exec
// plugin and a command line, chosen by how it is called.
package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// session is one run of the program: its streams and its options.
type session struct {
	in     io.Reader
	out    io.Writer
	err    *messages
	strict bool
}

// errReported says that the run failed and that the reasons are on stderr.
var errReported = errors.New("see above")

// Main runs the program and returns its exit code: 0, or 1 with a line on stderr for
// each reason.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			reportFault(stderr, fault)
			code = 1
		}
	}()
	s := &session{in: stdin, out: stdout, err: &messages{stream: stderr}}
	err := s.run(args)
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errReported):
		fmt.Fprintln(stderr, "error: "+finding.OneLine(err.Error()))
	}
	return 1
}

// run calls the function without a detour through the commands, which a cold start
// would pay for.
func (s *session) run(args []string) error {
	if len(args) == 0 {
		return s.function()
	}
	root := s.rootCommand()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	return root.Execute()
}
