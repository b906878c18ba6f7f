package cli_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/stretchr/testify/assert"
)

// brokenStream is a stdin whose every use is a fault of the program.
type brokenStream struct{}

func (brokenStream) Read([]byte) (int, error) { panic("the stream\nis broken") }

var _ io.Reader = brokenStream{}

// A panic, wherever it is raised, ends in one line, and in its own stack if a variable asks for it.
func TestFaultIsOneLineAndAStackOnDemand(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		line string
	}{
		"in a worker":            {[]string{"validate", "-"}, "error: internal fault: -: the stream is broken; "},
		"in the main goroutine":  {nil, "error: internal fault: the stream is broken; "},
		"while a folder is made": {[]string{"render", "-o", "out", "-"}, "error: internal fault: -: the stream is broken; "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			run := func() string {
				var out, err bytes.Buffer
				assert.Equal(t, 2, cli.Main(c.args, brokenStream{}, &out, &err))
				assert.Empty(t, out.String())
				return err.String()
			}
			line := run()
			assert.Regexp(t, "^"+c.line+"[^\n]*set REGISTRY_PROFILE_DEBUG=1 [^\n]*\n$", line)
			t.Setenv("REGISTRY_PROFILE_DEBUG", "1")
			stack := run()
			assert.Regexp(t, "^"+c.line+"[^\n]*\ngoroutine ", stack)
			assert.Contains(t, stack, "cli_test.brokenStream.Read(", "the place of the panic")
		})
	}
}
