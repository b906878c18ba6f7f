package cli

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// debugVariable names the variable that, set to any value, asks for the stack of an
// internal fault: a bug report needs it, a log does not.
const debugVariable = "REGISTRY_PROFILE_DEBUG"

// fault is a panic that is handed from one goroutine to another with its stack.
type fault struct {
	value any
	stack []byte
}

// reportFault writes a panic as one line, and its stack if the debugVariable is set.
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
