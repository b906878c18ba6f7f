package cli_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo terminal, and returns it with a channel that has what
// was written to it once it is closed.
func terminal(t *testing.T) (*os.File, <-chan string) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	file, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	return file, everything(t, screen)
}

// everything reads a file to its end in the background.
func everything(t *testing.T, file *os.File) <-chan string {
	content := make(chan string, 1)
	go func() {
		defer file.Close()
		all, err := io.ReadAll(file)
		if err != nil && !errors.Is(err, syscall.EIO) { // a terminal's end
			t.Error(err)
		}
		content <- string(all)
	}()
	return content
}

// slow is a stdout that is read slowly.
type slow struct{}

func (slow) Write(p []byte) (int, error) {
	time.Sleep(600 * time.Millisecond) // of the clock of the test, which need not be waited for
	return len(p), nil
}

// A fleet of four batches is checked. Each stale folder takes time and ends in a
// finding: the first two a second, the third comes after the progress, and the
// last batch has none.
func TestProgress(t *testing.T) {
	dir := t.TempDir()
	batch := 8 * runtime.GOMAXPROCS(0)
	files := fleet(t, dir, 4*batch)
	good(t, "", append([]string{"render", "-o", dir + "/out"}, files...)...)
	var findings []string
	for _, i := range []int{0, batch + 1, 2*batch + 1} {
		folder := fmt.Sprintf("%s/out/cluster-%d", dir, i)
		require.NoError(t, os.Remove(folder+"/"+fileOf("Namespace")))
		findings = append(findings, fmt.Sprintf("error: %s: stale files in %s: 1; run registry-profile render --output %s/out with the same profiles", files[i], folder, dir))
	}
	check := func(t *testing.T, stderr *os.File) {
		synctest.Test(t, func(t *testing.T) {
			assert.Equal(t, 1, cli.Main(append([]string{"render", "--check", dir + "/out"}, files...), strings.NewReader(""), slow{}, stderr))
		})
		require.NoError(t, stderr.Close())
	}
	t.Run("terminal", func(t *testing.T) {
		stderr, screen := terminal(t)
		check(t, stderr)
		const clear = "\r\x1b[K"
		assert.Equal(t, findings[0]+"\r\n"+findings[1]+"\r\n"+
			fmt.Sprintf("\r%d of %d profiles", 2*batch, 4*batch)+clear+findings[2]+"\r\n"+
			fmt.Sprintf("\r%d of %d profiles", 3*batch, 4*batch)+clear, <-screen)
	})
	t.Run("pipe", func(t *testing.T) {
		read, stderr, err := os.Pipe()
		require.NoError(t, err)
		content := everything(t, read)
		check(t, stderr)
		assert.Equal(t, strings.Join(findings, "\n")+"\n", <-content)
	})
}
