package cli

import (
	"bytes"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testSession() *session { return &session{err: &messages{stream: &bytes.Buffer{}}} }

func numbers(n int) []int {
	items := make([]int, n)
	for i := range items {
		items[i] = i
	}
	return items
}

func TestEachKeepsTheOrderAndHoldsOneBatch(t *testing.T) {
	batch := 8 * runtime.GOMAXPROCS(0)
	items := numbers(5*batch + 3)
	var begun atomic.Int32
	done := 0
	for item, result := range each(testSession(), items, func(i int) string {
		begun.Add(1)
		return strconv.Itoa(i)
	}) {
		require.Equal(t, done, item)
		require.Equal(t, strconv.Itoa(done), result)
		require.LessOrEqual(t, int(begun.Load()), done+batch)
		done++
	}
	assert.Len(t, items, done)
	for range each(testSession(), nil, strconv.Itoa) {
		t.Error("there is no item")
	}
}

func TestEachStopsWithItsCaller(t *testing.T) {
	batch := 8 * runtime.GOMAXPROCS(0)
	var begun atomic.Int32
	for range each(testSession(), numbers(3*batch), func(int) bool { begun.Add(1); return true }) {
		break
	}
	assert.EqualValues(t, batch, begun.Load())
}

func raise(i int) int {
	if i == 30 {
		panic("a fault\nof the program")
	}
	return i
}

func TestEachRaisesAPanicWithItsStackInTheCaller(t *testing.T) {
	defer func() {
		f, ok := recover().(fault)
		require.True(t, ok)
		assert.Equal(t, "30: a fault\nof the program", f.value)
		assert.Contains(t, string(f.stack), "cli.raise(", "where it was raised")

		var stderr bytes.Buffer
		reportFault(&stderr, f)
		assert.Regexp(t, "^error: internal fault: 30: a fault of the program; [^\n]*\n$", stderr.String())
		stderr.Reset()
		t.Setenv(debugVariable, "1")
		reportFault(&stderr, f)
		assert.Contains(t, stderr.String(), "\n"+string(f.stack))
	}()
	for i := range each(testSession(), numbers(100), raise) {
		require.Less(t, i, 30)
	}
}
