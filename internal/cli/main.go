// Package cli is the program registry-profile: a KRM function, a kustomize exec
// plugin and a command line, chosen by how it is called.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/registryprofile/registry-profile/fn"
)

// session is one run of the program: its streams and its options.
type session struct {
	in       io.Reader
	out, err io.Writer
	options  fn.Options
}

// errReported says that the run failed and that the reasons are on stderr.
var errReported = errors.New("see above")

// Main runs the program and returns its exit code: 0, or 1 with a line on stderr
// for each reason.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintln(stderr, "error: internal fault: "+oneLine(fmt.Sprint(fault)))
			code = 1
		}
	}()
	s := &session{in: stdin, out: stdout, err: stderr}
	root := s.rootCommand()
	root.SetArgs(append([]string{}, args...)) // for nil, cobra would take os.Args
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errReported) && !errors.Is(err, fn.ErrFindings):
		fmt.Fprintln(stderr, "error: "+oneLine(err.Error()))
	}
	return 1
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

// oneLine folds the lines of a library's error into one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
