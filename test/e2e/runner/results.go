package runner

import (
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
	"time"
)

// A result is one line of the table.
type result struct {
	scenario, outcome, note string
	took                    time.Duration
}

// table collects the outcomes of all scenarios.
type table struct {
	mu   sync.Mutex
	rows []result
}

var results table

func (t *table) add(r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

// print returns how many rows it has printed.
func (t *table) print(w io.Writer) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.rows) == 0 {
		return 0
	}
	failed := 0
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\nscenario\toutcome\tseconds\t")
	for _, r := range t.rows {
		if r.outcome == "FAIL" {
			failed++
		}
		fmt.Fprintf(out, "%s\t%s\t%.1f\t%s\n", r.scenario, r.outcome, r.took.Seconds(), r.note)
	}
	_ = out.Flush()
	fmt.Fprintf(w, "\n%d scenarios, %d failed\n", len(t.rows), failed)
	return len(t.rows)
}
