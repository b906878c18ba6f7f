package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// messages is stderr, which goroutines share. A line about the progress may stand at
// its end; whatever is written next takes the place of that line.
type messages struct {
	stream io.Writer
	words  words // if commands are typed in another way

	mutex    sync.Mutex
	progress bool
}

// Write writes whole lines.
func (m *messages) Write(lines []byte) (int, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.clear()
	if m.words == nil {
		return m.stream.Write(lines)
	}
	_, err := io.WriteString(m.stream, m.words(string(lines)))
	return len(lines), err
}

// showProgress says on a terminal, and nowhere else, how far a run is.
func (m *messages) showProgress(done, total int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if isTerminal(m.stream) {
		fmt.Fprintf(m.stream, "\r%d of %d profiles", done, total)
		m.progress = true
	}
}

// clearProgress removes the line about the progress, if there is one.
func (m *messages) clearProgress() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.clear()
}

func (m *messages) clear() {
	if m.progress {
		fmt.Fprint(m.stream, "\r\x1b[K")
		m.progress = false
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
