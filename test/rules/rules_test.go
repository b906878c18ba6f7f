// Package rules runs the alerts of a profile in Prometheus' own engine, on series as
// kube-state-metrics exports them (docs/metrics/workload and internal/store/job.go of 2.19).
// It is a module of its own, so that the program does not depend on Prometheus.
package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
)

// interval is the time between two samples, and two evaluations.
const interval = 5 * time.Minute

const day = 24 * time.Hour

// rendered is what a profile renders for this test.
type rendered struct {
	job    string // the name of the bootstrap Job
	smoke  string // that of the smoke test
	alerts []rulefmt.Rule
}

func render(t *testing.T, spec string) rendered {
	t.Helper()
	p, results := v1alpha1.Decode(yaml.MustParse(
		"apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec: " + spec))
	require.NotNil(t, p, "%v", results)
	var r rendered
	for _, resource := range generators.Expand(p) {
		switch {
		case resource.GetKind() == "Job" && resource.Stage == generators.StageSwitch:
			r.job = resource.GetName()
		case resource.GetKind() == "Job":
			r.smoke = resource.GetName()
		case resource.GetKind() == "AlertingRule":
			groups, errs := rulefmt.Parse([]byte(yaml.MustParse(resource.MustString()).Field("spec").Value.MustString()),
				false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
			require.Empty(t, errs)
			r.alerts = groups.Groups[0].Rules
		}
	}
	require.NotEmpty(t, r.alerts)
	return r
}

// series is a metric with its labels, and its value as time goes by.
type series struct {
	name string
	at   func(time.Duration) (value float64, there bool)
}

// exported adds the labels that a scrape has, which differ from one pod of the exporter to
// the next.
func exported(metric, more, by string, at func(time.Duration) (float64, bool)) series {
	return series{fmt.Sprintf(`%s{namespace="registry-profile",%s,job="kube-state-metrics",service=%q}`, metric, more, by), at}
}

func ksm(metric, more string, at func(time.Duration) (float64, bool)) series {
	return exported(metric, more, "kube-state-metrics", at)
}

// from is 0 before a time, and then a value.
func from(begin time.Duration, value float64) func(time.Duration) (float64, bool) {
	return func(t time.Duration) (float64, bool) {
		if t < begin {
			return 0, true
		}
		return value, true
	}
}

// between is a value for a time, and no series before and after.
func between(begin, end time.Duration, value float64) func(time.Duration) (float64, bool) {
	return func(t time.Duration) (float64, bool) { return value, begin <= t && t < end }
}

// failedJob is a Job that has failed at a time, by the reason that its condition has. The
// exporter knows some reasons by name; a rule of podFailurePolicy is none of them.
func failedJob(name, reason string, begin, end time.Duration) []series {
	all := []series{
		ksm("kube_job_info", fmt.Sprintf("job_name=%q", name), between(0, end, 1)),
		ksm("kube_job_failed", fmt.Sprintf(`job_name=%q,condition="true"`, name), between(begin, end, 1)),
		ksm("kube_job_failed", fmt.Sprintf(`job_name=%q,condition="false"`, name), between(begin, end, 0)),
		ksm("kube_job_failed", fmt.Sprintf(`job_name=%q,condition="unknown"`, name), between(begin, end, 0)),
	}
	for _, known := range []string{"BackoffLimitExceeded", "DeadlineExceeded", "Evicted"} {
		value := 0.0
		if known == reason {
			value = 1
		}
		all = append(all, ksm("kube_job_status_failed", fmt.Sprintf("job_name=%q,reason=%q", name, known), between(begin, end, value)))
	}
	if reason == "PodFailurePolicy" {
		all = append(all, ksm("kube_job_status_failed", fmt.Sprintf("job_name=%q", name), between(begin, end, 1)))
	}
	return all
}

// until is a series that ends.
func until(end time.Duration, at func(time.Duration) (float64, bool)) func(time.Duration) (float64, bool) {
	return func(t time.Duration) (float64, bool) {
		value, there := at(t)
		return value, there && t < end
	}
}

// withGaps leaves out 20 minutes of all series, at each of the times.
func withGaps(all []series, times ...time.Duration) []series {
	for i := range all {
		at := all[i].at
		all[i].at = func(t time.Duration) (float64, bool) {
			value, there := at(t)
			return value, there && !slices.ContainsFunc(times, func(begin time.Duration) bool { return begin <= t && t < begin+20*time.Minute })
		}
	}
	return all
}

// nightly succeeds at 01:15 of every day but those that are left out.
func nightly(leftOut ...int) func(time.Duration) (float64, bool) {
	return func(t time.Duration) (float64, bool) {
		for n := int((t - 75*time.Minute) / day); n >= 0; n-- {
			if run := time.Duration(n)*day + 75*time.Minute; run <= t && !slices.Contains(leftOut, n) {
				return run.Seconds(), true
			}
		}
		return 0, false
	}
}

const cronJob = `cronjob="registry-reconcile"`

func cronJobOf(success func(time.Duration) (float64, bool)) []series {
	return []series{
		ksm("kube_cronjob_info", cronJob+`,schedule="14 1 * * *",concurrency_policy="Forbid"`, from(0, 1)),
		ksm("kube_cronjob_status_last_successful_time", cronJob, success),
	}
}

// upgraded is a healthy cluster through an upgrade of its nodes: pods of the Job are evicted
// and tried again, the exporter moves twice, and one nightly run is left out.
func upgraded(r rendered) []series {
	name := fmt.Sprintf("job_name=%q", r.job)
	away := func(begin, end time.Duration, at func(time.Duration) (float64, bool)) func(time.Duration) (float64, bool) {
		return func(t time.Duration) (float64, bool) {
			value, there := at(t)
			return value, there && t >= begin && t < end
		}
	}
	var all []series
	for n, span := range [][2]time.Duration{{0, 3 * day}, {3*day + 20*time.Minute, 4 * day}, {4*day + 10*time.Minute, 8 * day}} {
		by := fmt.Sprintf("kube-state-metrics-%d", n)
		all = append(all,
			exported("kube_job_status_failed", name, by, away(span[0], span[1], from(10*time.Minute, 2))),
			exported("kube_job_complete", name+`,condition="true"`, by, away(span[0], span[1], from(time.Hour, 1))),
			exported("kube_cronjob_info", cronJob, by, away(span[0], span[1], from(0, 1))),
			exported("kube_cronjob_status_last_successful_time", cronJob, by, away(span[0], span[1], nightly(3))),
			exported("kube_job_status_failed", `job_name="registry-reconcile-28000000"`, by, away(span[0], span[1], from(2*day, 1))),
			exported("kube_job_complete", `job_name="registry-smoke-test-0badcafe",condition="true"`, by, away(span[0], span[1], from(0, 1))),
		)
	}
	return all
}

func TestAlerts(t *testing.T) {
	const always = 8 * day
	r := render(t, "{}")
	other := func(all []series) []series {
		for i := range all {
			all[i].name = strings.Replace(all[i].name, `namespace="registry-profile"`, `namespace="other"`, 1)
		}
		return all
	}
	withoutReasons := func(all []series) []series {
		return slices.DeleteFunc(all, func(s series) bool { return strings.HasPrefix(s.name, "kube_job_status_failed") })
	}
	for name, test := range map[string]struct {
		end    time.Duration
		series []series
		fires  []string // at which time, and which
	}{
		"an upgrade": {7 * day, upgraded(r), nil},
		"tries used up": {
			3 * time.Hour, failedJob(r.job, "BackoffLimitExceeded", time.Hour, always),
			[]string{"1h15m RegistryProfileJobFailed"},
		},
		"time used up": {
			3 * time.Hour, failedJob(r.job, "DeadlineExceeded", time.Hour, always),
			[]string{"1h15m RegistryProfileJobFailed"},
		},
		"guard": {
			3 * time.Hour, failedJob(r.job, "PodFailurePolicy", time.Hour, always),
			[]string{"1h15m RegistryProfileJobStopped"},
		},
		"guard, minimal profile": {
			3 * time.Hour, withoutReasons(failedJob(r.job, "PodFailurePolicy", time.Hour, always)),
			[]string{"1h15m RegistryProfileJobFailed"},
		},
		"made again soon":   {3 * time.Hour, failedJob(r.job, "DeadlineExceeded", time.Hour, time.Hour+10*time.Minute), nil},
		"the Job of before": {3 * time.Hour, failedJob("registry-bootstrap-00000000", "DeadlineExceeded", 0, always), nil},
		"another namespace": {3 * time.Hour, other(failedJob(r.job, "DeadlineExceeded", 0, always)), nil},
		"smoke test": {
			3 * time.Hour, failedJob(r.smoke, "BackoffLimitExceeded", time.Hour, always),
			[]string{"1h15m RegistryProfileSmokeTestFailed"},
		},
		"the smoke test of before": {3 * time.Hour, failedJob("registry-smoke-test-0badcafe", "PodFailurePolicy", 0, always), nil},
		"one run is missed":        {7 * day, cronJobOf(nightly(2)), nil},
		"two runs are missed":      {7 * day, cronJobOf(nightly(2, 3)), []string{"75h5m RegistryProfileReconcileOverdue"}},
		"never a success":          {7 * day, cronJobOf(between(0, 0, 0)), []string{"49h45m RegistryProfileReconcileOverdue"}},
		"never, with gaps": {
			7 * day, withGaps(cronJobOf(between(0, 0, 0)), day, 49*time.Hour, 3*day, 5*day),
			[]string{"49h45m RegistryProfileReconcileOverdue", "72h35m RegistryProfileReconcileOverdue", "120h35m RegistryProfileReconcileOverdue"},
		},
		"made anew after a success": {7 * day, cronJobOf(until(4*day, nightly())), []string{"145h40m RegistryProfileReconcileOverdue"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.fires, firing(t, r.alerts, test.series, test.end))
		})
	}
}

// TestRepeatedSmokeTest: the last success counts. What an earlier run has left behind is no
// fault any more, and how often it runs does not matter.
func TestRepeatedSmokeTest(t *testing.T) {
	const weekly, monthly = "0 1 * * 1", "0 1 1 * *"
	succeeds := func(at func(time.Duration) (float64, bool)) []series {
		return append(failedJob("registry-verify-28000000", "PodFailurePolicy", 0, 8*day),
			ksm("kube_cronjob_info", `cronjob="registry-verify"`, from(0, 1)),
			ksm("kube_cronjob_status_last_successful_time", `cronjob="registry-verify"`, at))
	}
	once := between(0, 8*day, 0) // at the beginning, and not again
	for name, test := range map[string]struct {
		schedule string
		series   []series
		fires    []string
	}{
		"each succeeds":      {"0 1 * * *", succeeds(nightly()), nil},
		"the third fails":    {"0 1 * * *", succeeds(nightly(2)), []string{"51h15m RegistryProfileSmokeTestFailed"}},
		"none succeeds":      {"0 1 * * *", succeeds(between(0, 0, 0)), []string{"25h55m RegistryProfileSmokeTestFailed"}},
		"often":              {"*/10 * * * *", succeeds(once), []string{"2h10m RegistryProfileSmokeTestFailed"}},
		"weekly, with a gap": {weekly, withGaps(succeeds(between(0, 0, 0)), 6*day), []string{"169h55m RegistryProfileSmokeTestFailed"}},
		"monthly":            {monthly, succeeds(between(0, 0, 0)), nil},
		"on working days":    {"0 1 * * 1-5", succeeds(once), []string{"74h0m RegistryProfileSmokeTestFailed"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := render(t, fmt.Sprintf("{verify: {schedule: %q}}", test.schedule))
			assert.Equal(t, test.fires, firing(t, r.alerts, test.series, 8*day))
		})
	}
}

// TestPatienceFollowsTheSchedule: on working days alone, Friday's run is followed by Monday's.
func TestPatienceFollowsTheSchedule(t *testing.T) {
	r := render(t, `{bootstrap: {reconcile: {schedule: "0 9 * * 1-5"}}}`)
	last := cronJobOf(between(0, 30*day, 0)) // a success at the beginning, and none after it
	// Friday to Tuesday are four days; an hour to begin in, half an hour to run, and 15 minutes.
	assert.Equal(t, []string{"97h50m RegistryProfileReconcileOverdue"}, firing(t, r.alerts, last, 7*day))
}

// TestAlertsSayWhatToDo: each has a command to run next, and nothing is a template.
func TestAlertsSayWhatToDo(t *testing.T) {
	for _, alert := range render(t, "{alerts: {runbookURL: 'https://wiki.example.com/x'}}").alerts {
		assert.Contains(t, alert.Annotations["description"], "oc logs -n registry-profile ")
		assert.NotContains(t, fmt.Sprint(alert), "{{")
		assert.Equal(t, "https://wiki.example.com/x#"+strings.ToLower(alert.Alert), alert.Annotations["runbook_url"])
		assert.Contains(t, []string{"warning", "critical"}, alert.Labels["severity"])
	}
}

// firing returns when which alert begins to fire.
func firing(t *testing.T, alerts []rulefmt.Rule, all []series, end time.Duration) []string {
	t.Helper()
	storage := promqltest.LoadedStorage(t, load(all, end))
	t.Cleanup(func() { require.NoError(t, storage.Close()) })
	query := rules.EngineQueryFunc(promqltest.NewTestEngine(t, false, interval, 1_000_000), storage)
	var rows []*rules.AlertingRule
	for _, a := range alerts {
		expr, err := parser.NewParser(parser.Options{}).ParseExpr(a.Expr)
		require.NoError(t, err)
		rows = append(rows, rules.NewAlertingRule(a.Alert, expr, time.Duration(a.For), 0, labels.FromMap(a.Labels),
			labels.FromMap(a.Annotations), labels.EmptyLabels(), "", true, promslog.NewNopLogger()))
	}
	var found []string
	fires := map[string]bool{}
	for at := time.Duration(0); at <= end; at += interval {
		for i, row := range rows {
			_, err := row.Eval(t.Context(), 0, time.Unix(0, 0).Add(at), query, nil, 0)
			require.NoError(t, err)
			row.SetEvaluationTimestamp(time.Unix(0, 0).Add(at)) // or it has no state
			key := fmt.Sprint(i)
			now := row.State() == rules.StateFiring
			if now && !fires[key] {
				found = append(found, strings.TrimSuffix(at.String(), "0s")+" "+row.Name())
			}
			fires[key] = now
		}
	}
	return found
}

// load writes series in the language of Prometheus' tests.
func load(all []series, end time.Duration) string {
	var text strings.Builder
	minutes := int(interval.Minutes())
	// The store takes nothing that is much older than its first sample, and the library loads
	// series in any order.
	fmt.Fprintf(&text, "load %dm\n  beginning 0\n\nload %dm\n", minutes, minutes)
	for _, s := range all {
		text.WriteString("  " + s.name)
		for at := time.Duration(0); at <= end; at += interval {
			if value, there := s.at(at); there {
				fmt.Fprintf(&text, " %g", value)
			} else {
				text.WriteString(" _")
			}
		}
		text.WriteString("\n")
	}
	return text.String()
}
