package generators

import (
	"fmt"
	"strings"
	"time"
)

// MonitoringNamespace is the only one in which OpenShift reads AlertingRules.
const MonitoringNamespace = "openshift-monitoring"

type alertingRule struct {
	Spec alertingRuleSpec `yaml:"spec"`
}

type alertingRuleSpec struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name  string      `yaml:"name"`
	Rules []alertRule `yaml:"rules"`
}

type alertRule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// OpenShift's own alerts on Jobs are about namespaces of the platform alone
// (cluster-monitoring-operator, assets/control-plane/prometheus-rule.yaml). What they, or
// those of OpenShift Data Foundation, say already is not said twice: see docs/alerts.md. It
// comes beside the Job: what comes after is not delivered if the Job fails.
var alertingRuleGenerator = Generator{
	Order:      520,
	APIVersion: "monitoring.openshift.io/v1",
	Kind:       "AlertingRule",
	Stage:      StageSwitch,
	Class:      ClassPlumbing,
	Doc:        "alerts of the platform's Prometheus: the Job has failed, or its CronJob has not succeeded any more",
	generate: func(p *expansion) []object {
		if !*p.Spec.Alerts.Enabled {
			return nil
		}
		rules := append(jobAlerts(p), smokeTestAlerts(p)...)
		if *p.Spec.Bootstrap.Reconcile.Enabled {
			rules = append(rules, reconcileAlerts(p)...)
		}
		return []object{{MonitoringNamespace, ManagedBy + "-" + p.Metadata.Name, alertingRule{alertingRuleSpec{
			Groups: []ruleGroup{{ManagedBy + "-" + p.Metadata.Name, rules}},
		}}}}
	},
}

// settled is how long a fault lasts before it is one: a Job that has failed may just be
// about to be made again.
const settled = 15 * time.Minute

// newAlert returns an alert with static text. Prometheus would fill in labels by double
// braces, which Helm and ACM take for their own; all names are known here.
func newAlert(p *expansion, name, severity, expr string, lasting time.Duration, summary, description string) alertRule {
	name = "RegistryProfile" + name
	return alertRule{
		Alert: name, Expr: expr, For: lasting.String(),
		Labels: map[string]string{"severity": severity, "profile": p.Metadata.Name},
		Annotations: map[string]string{
			"summary": summary, "description": description,
			"runbook_url": p.Spec.Alerts.RunbookURL + "#" + strings.ToLower(name),
		},
	}
}

// series are those of kube-state-metrics that have a name in the Job's namespace. Max takes
// off the labels of who has exported them, which change when that pod does.
func series(p *expansion, metric, label, match string) string {
	return byName(label, selector(p, metric, label, match))
}

func byName(label, values string) string {
	return fmt.Sprintf("max by (namespace, %s) (%s)", label, values)
}

func selector(p *expansion, metric, label, match string) string {
	return fmt.Sprintf("%s{namespace=%q,%s%s}", metric, p.Spec.Bootstrap.Namespace, label, match)
}

func failedJobs(p *expansion, match string) string {
	return series(p, "kube_job_failed", "job_name", match+`,condition="true"`) + " == 1"
}

// jobAlerts tell a Job whose tries were in vain from one that has stopped by itself. Nothing
// exports the exit code of a pod that is not restarted; kube-state-metrics counts failed pods
// under no reason where a rule of podFailurePolicy has ended the Job (internal/store/job.go),
// which codes 2 and 3 do.
func jobAlerts(p *expansion) []alertRule {
	name, namespace := p.bootstrapJob().name, p.Spec.Bootstrap.Namespace
	failed := failedJobs(p, fmt.Sprintf("=%q", name))
	atOnce := series(p, "kube_job_status_failed", "job_name", fmt.Sprintf(`=%q,reason=""`, name)) + " > 0"
	logs := fmt.Sprintf("oc logs -n %s -l job-name=%s --tail=5", namespace, name)
	return []alertRule{
		newAlert(p, "JobFailed", "warning", "("+failed+")\nunless on (namespace, job_name)\n("+atOnce+")", settled,
			"The Job that puts the image registry on its storage has failed.",
			"Its tries or its time are used up. The last line of its log says what to do: "+logs+" . If its pods are gone, "+
				"delete the Job, and let it be made again."),
		newAlert(p, "JobStopped", "critical", "("+failed+")\nand on (namespace, job_name)\n("+atOnce+")", settled,
			"The Job that puts the image registry on its storage has stopped, and waits for a decision.",
			"Images could be lost (exit code 3: it has written nothing), or a value is wrong that no waiting can mend (exit "+
				"code 2). The last line of its log says what to do: "+logs),
	}
}

// smokeTestAlerts: of the repeated test the last success counts, and not its Jobs, of which
// some that have failed stay.
func smokeTestAlerts(p *expansion) []alertRule {
	if !*p.Spec.Verify.Enabled {
		return nil
	}
	const alert, severity = "SmokeTestFailed", "critical"
	summary := "An image cannot be pushed to the image registry, or no node can pull it."
	description := fmt.Sprintf("The log says what failed, and what to do: oc get jobs -n %[1]s, then oc logs -n %[1]s job/NAME .",
		p.Spec.Bootstrap.Namespace)
	once := newAlert(p, alert, severity, failedJobs(p, fmt.Sprintf("=%q", p.smokeJob().name)), settled, summary, description)
	if p.Spec.Verify.Schedule == "" {
		return []alertRule{once}
	}
	patience := p.Spec.Verify.OneRun() + startingDeadline + smokeDeadline(p)
	repeated := newAlert(p, alert, severity, "", settled, summary, description)
	return append(overdue(p, repeatedSmokeName(p), patience, repeated), once)
}

// reconcileAlerts: one run may be left out, as when the control plane is upgraded.
func reconcileAlerts(p *expansion) []alertRule {
	name, namespace := reconcileName(p), p.Spec.Bootstrap.Namespace
	patience := p.Spec.Bootstrap.Reconcile.TwoRuns() + startingDeadline + timeout(p)
	return overdue(p, name, patience, newAlert(p, "ReconcileOverdue", "warning", "", settled,
		"Rotated credentials and a renewed CA do not reach the image registry.",
		fmt.Sprintf("CronJob %[2]s has not succeeded for two runs. The last lines of its pods say why: "+
			"oc get cronjobs,jobs -n %[1]s; oc logs -n %[1]s -l %[3]s=%[4]s --prefix --tail=5 .", namespace, name, ManagedByLabel, ManagedBy)))
}

const (
	// remembered is how long the platform's Prometheus surely keeps series: 15 days, if nobody has
	// set less (openshift cluster-monitoring-operator, pkg/manifests/config.go).
	remembered = 10 * 24 * time.Hour
	// gap is how long a series may be missing, as while its exporter moves to another node.
	gap = time.Hour
)

// overdue returns an alert, as it is in all but its expression, for a CronJob that has not
// succeeded for longer than patience. Before its first success that series is not there, and
// nothing says when the CronJob was made: then it has to be there since, and no success. A rule
// that lasts as long would begin again at every gap; it is left to schedules that are so rare
// that Prometheus has forgotten.
func overdue(p *expansion, cronJob string, patience time.Duration, alert alertRule) []alertRule {
	const label, and, unless = "cronjob", "\nand on (namespace, cronjob)\n", "\nunless on (namespace, cronjob)\n"
	match := fmt.Sprintf("=%q", cronJob)
	info := selector(p, "kube_cronjob_info", label, match)
	success := selector(p, "kube_cronjob_status_last_successful_time", label, match)
	ever, never := alert, alert
	ever.Expr = fmt.Sprintf("time() - %s > %d", byName(label, success), int(patience/time.Second))
	if patience > remembered {
		never.Expr = byName(label, info) + unless + byName(label, success)
		never.For = (patience + settled).String()
		return []alertRule{ever, never}
	}
	lasting := fmt.Sprintf("%ds", int(patience/time.Second))
	never.Expr = byName(label, info) +
		and + byName(label, fmt.Sprintf("max_over_time(%s[%ds] offset %s)", info, int(gap/time.Second), lasting)) +
		unless + byName(label, fmt.Sprintf("max_over_time(%s[%s])", success, lasting))
	return []alertRule{ever, never}
}
