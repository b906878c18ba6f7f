package cli_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A shell writes <(command) as such a path. It can be read just once.
func TestFleetOfPipes(t *testing.T) {
	var files []string
	for _, name := range []string{"one", "two"} {
		read, written, err := os.Pipe()
		require.NoError(t, err)
		defer read.Close()
		_, err = written.WriteString(profile(name, "{}"))
		require.NoError(t, err)
		require.NoError(t, written.Close())
		files = append(files, fmt.Sprintf("/dev/fd/%d", read.Fd()))
	}
	out := t.TempDir()
	good(t, "", append([]string{"render", "-o", out}, files...)...)
	assert.Len(t, tree(t, out), 2*allFiles())
}
