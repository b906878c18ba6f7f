package runner

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/registryprofile/registry-profile/test/e2e/engines"
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
	t.printEngines(w)
	fmt.Fprintf(w, "\n%d scenarios, %d failed\n", len(t.rows), failed)
	return len(t.rows)
}

// printEngines prints the table of docs/engines.md with the outcomes of this run.
func (t *table) printEngines(w io.Writer) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(out, "\nsituation")
	for _, engine := range engines.All() {
		fmt.Fprintf(out, "\t%s", engine.Name)
	}
	fmt.Fprintln(out, "\t")
	for _, situation := range engines.Situations() {
		fmt.Fprint(out, situation.Name)
		for _, engine := range engines.All() {
			fmt.Fprintf(out, "\t%s", t.outcome(engine, situation))
		}
		fmt.Fprintln(out, "\t")
	}
	_ = out.Flush()
}

// outcome is that of a situation, of which a scenario can play several forms.
func (t *table) outcome(engine engines.Engine, situation engines.Situation) string {
	if situation.Without[engine] != "" {
		return "-"
	}
	name, outcome := engine.Test+"/"+situation.Name, "not played"
	for _, r := range t.rows {
		if (r.scenario == name || strings.HasPrefix(r.scenario, name+"/")) && outcome != "FAIL" {
			outcome = r.outcome
		}
	}
	return outcome
}
