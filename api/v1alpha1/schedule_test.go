package v1alpha1

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestTwoRuns: the longest time counts, wherever in the day or the year it is.
func TestTwoRuns(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	for schedule, want := range map[string]time.Duration{
		"14 1 * * *":      2 * day,
		" 0  1,13 * * * ": day,
		"0 8-10 * * *":    23 * hour, // from ten o'clock to nine
		"*/15 * * * *":    hour / 2,
		"* * * * *":       2 * time.Minute,
		"@daily":          2 * day,
		"0 9 * * 1-5":     4 * day,   // from Friday to Tuesday
		"0 9 31 * *":      122 * day, // from the 31st of March to that of July
		"0 0 1 1 *":       730 * day,
		"wrong":           0,
	} {
		assert.Equal(t, want, Reconcile{Schedule: schedule}.TwoRuns(), schedule)
	}
}
