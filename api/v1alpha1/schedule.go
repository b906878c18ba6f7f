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

// checkSchedule refuses a CronJob's schedule that has a ScheduleFault.
func checkSchedule(path, value string, r finding.Reporter) {
	if fault := ScheduleFault(value); fault != "" {
		r.At(path).Value(value).Say("%s", fault)
	}
}

// ScheduleFault returns what Kubernetes refuses of a CronJob's schedule, or "": it uses
// the same parser, and denies a time zone in it
// (kubernetes, pkg/apis/batch/validation). A schedule that never comes is a fault, too.
func ScheduleFault(value string) string {
	if strings.Contains(value, "TZ") {
		return "names a time zone, which a CronJob's schedule must not; write it in UTC"
	}
	schedule, err := cron.ParseStandard(value)
	switch {
	case err != nil:
		return fmt.Sprintf("is not a schedule: %s; write five fields such as \"0 0 * * *\"", quoteFree(err))
	case schedule.Next(someDay).IsZero():
		return "never comes, as none of its months has such a day; write a day that they have, such as 28"
	}
	return ""
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

// TwoRuns is the longest time from a run to the next but one.
func (r Reconcile) TwoRuns() time.Duration { return longest(r.Schedule, 2) }

// OneRun is the longest time from a run to the next one, or 0 without a schedule.
func (v Verify) OneRun() time.Duration { return longest(v.Schedule, 1) }

// longest is the longest time that a number of runs after another one can take. Not every
// year has all of it: a schedule for the 29th of February counts from the runs that are seen
// first.
func longest(cronSchedule string, runs int) time.Duration {
	const day, year, enough = 24 * time.Hour, 366 * 24 * time.Hour, 20_000
	schedule, err := cron.ParseStandard(cronSchedule)
	if err != nil { // which a rule refuses
		return 0
	}
	span := year
	if fields := strings.Fields(cronSchedule); len(fields) == 5 && slices.Equal(fields[2:], []string{"*", "*", "*"}) {
		span = day // all days are alike
	}
	times := []time.Time{schedule.Next(someDay)}
	for range runs {
		times = append(times, schedule.Next(times[len(times)-1]))
	}
	found := time.Duration(0)
	for seen := 0; seen == 0 || seen < enough && times[0].Sub(someDay) < span; seen++ {
		if times[runs].IsZero() {
			return year
		}
		found = max(found, times[runs].Sub(times[0]))
		times = append(times[1:], schedule.Next(times[runs]))
	}
	return found
}

// quoteFree shortens a library's error to its reason.
func quoteFree(err error) string {
	reason := finding.OneLine(err.Error())
	if before, _, ok := strings.Cut(reason, ":"); ok {
		return before
	}
	return reason
}
