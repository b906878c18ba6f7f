// Package cli is the program registry-profile: a KRM function, a kustomize exec
// plugin and a command line, chosen by how it is called.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// session is one run of the program: its streams and its options.
type session struct {
	in     io.Reader
	out    io.Writer
	err    *messages
	strict bool
}

// Main runs the program and returns its exit code: 0, 1 where what it looked at is wrong,
// 2 where it could not do its work. Unless that is 0, each reason is a line on stderr or an
// entry of the document that was asked for.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			reportFault(stderr, fault)
			code = int(exitFailed)
		}
	}()
	s := &session{in: stdin, out: stdout, err: &messages{stream: stderr}}
	if calledByKubectl(os.Args[0]) {
		s.err.words = kubectlWords()
	}
	err := s.run(args)
	if told := exitGood; err != nil && !errors.As(err, &told) {
		fmt.Fprintln(s.err, errorLine(err))
	}
	return int(outcomeOf(err))
}

// run calls the function without a detour through the commands, which a cold start
// would pay for.
func (s *session) run(args []string) error {
	if len(args) == 0 {
		return s.function()
	}
	root := s.rootCommand()
	if s.err.words != nil {
		s.err.words.say(root)
	}
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	return root.Execute()
}

// Commands returns the tree of commands, for what is written from it: documentation, man
// pages, completions. It is not for running them.
func Commands() *cobra.Command {
	s := &session{out: io.Discard, err: &messages{stream: io.Discard}}
	return s.rootCommand()
}
