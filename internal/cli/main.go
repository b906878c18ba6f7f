// Package cli is the program registry-profile: a KRM function, a kustomize exec
// plugin and a command line, chosen by how it is called.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// session is one run of the program: its streams and its options.
type session struct {
	in       io.Reader
	out, err io.Writer
	strict   bool
}

// errReported says that the run failed and that the reasons are on stderr.
var errReported = errors.New("see above")

// debugVariable names the variable that, set to any value, asks for the stack of an
// internal fault: a bug report needs it, a log does not.
const debugVariable = "REGISTRY_PROFILE_DEBUG"

// Main runs the program and returns its exit code: 0, or 1 with a line on stderr for
// each reason.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			reportFault(stderr, fault)
			code = 1
		}
	}()
	s := &session{in: stdin, out: stdout, err: stderr}
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

// fault is a panic that is handed from one goroutine to another with its stack.
type fault struct {
	value any
	stack []byte
}

func reportFault(stderr io.Writer, recovered any) {
	f, ok := recovered.(fault)
	if !ok {
		f = fault{recovered, debug.Stack()}
	}
	fmt.Fprintf(stderr, "error: internal fault: %s; set %s=1 to see where, and report it\n",
		finding.OneLine(fmt.Sprint(f.value)), debugVariable)
	if os.Getenv(debugVariable) != "" {
		fmt.Fprintf(stderr, "%s", f.stack)
	}
}

// isTerminal tells whether a stream is a terminal, or another device, like the
// null device, from which no input can be expected.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
