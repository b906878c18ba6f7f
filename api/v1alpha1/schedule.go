package v1alpha1

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/robfig/cron/v3"
)

// someDay is where the search for the next time of a schedule begins. The search sees five
// years, of which one at least has a 29th of February.
var someDay = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// checkSchedule refuses what Kubernetes refuses of a CronJob's schedule: it uses
// the same parser, and denies a time zone in it
// (kubernetes, pkg/apis/batch/validation). It also refuses a schedule that never comes.
func checkSchedule(path, value string, r finding.Reporter) {
	if strings.Contains(value, "TZ") {
		r.At(path).Value(value).Say("names a time zone, which a CronJob's schedule must not; write it in UTC")
		return
	}
	schedule, err := cron.ParseStandard(value)
	switch {
	case err != nil:
		r.At(path).Value(value).Say("is not a schedule: %s; write five fields such as \"0 0 * * *\"", quoteFree(err))
	case schedule.Next(someDay).IsZero():
		r.At(path).Value(value).Say("never comes, as none of its months has such a day; write a day that they have, " +
			"such as 28")
	}
}

// dailySchedule is a minute between one and five o'clock, another one for most names, so
// that many clusters do not ask one store at the same time.
func dailySchedule(name string) string {
	const first, minutes = 1 * 60, 4 * 60
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // never fails
	minute := first + int(sum.Sum32()%minutes)
	return fmt.Sprintf("%d %d * * *", minute%60, minute/60)
}

// TwoRuns is the longest time from a run to the next but one. Not every year has all of it:
// a schedule for the 29th of February counts from the runs that are seen first.
func (r Reconcile) TwoRuns() time.Duration {
	const day, year, enough = 24 * time.Hour, 366 * 24 * time.Hour, 20_000
	schedule, err := cron.ParseStandard(r.Schedule)
	if err != nil { // which a rule refuses
		return 0
	}
	span := year
	if fields := strings.Fields(r.Schedule); len(fields) == 5 && slices.Equal(fields[2:], []string{"*", "*", "*"}) {
		span = day // all days are alike
	}
	first := schedule.Next(someDay)
	second := schedule.Next(first)
	longest := time.Duration(0)
	for runs := 0; runs == 0 || runs < enough && first.Sub(someDay) < span; runs++ {
		third := schedule.Next(second)
		if third.IsZero() {
			return year
		}
		longest = max(longest, third.Sub(first))
		first, second = second, third
	}
	return longest
}

// quoteFree shortens a library's error to its reason.
func quoteFree(err error) string {
	reason := finding.OneLine(err.Error())
	if before, _, ok := strings.Cut(reason, ":"); ok {
		return before
	}
	return reason
}
