package v1alpha1

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/robfig/cron/v3"
)

// defaultRouteName is the Route that defaultRoute creates
// (cluster-image-registry-operator, pkg/defaults/defaults.go).
const defaultRouteName = "default-route"

var registryRules = []Rule{{
	Code:     "registry-routes",
	Severity: kptfn.Error,
	Doc:      "Names of additional Routes are unique and not default-route; the operator stops working with others.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		seen := map[string]bool{defaultRouteName: true}
		for i, route := range p.Spec.Registry.Routes {
			path := fmt.Sprintf("spec.registry.routes[%d].name", i)
			switch {
			case route.Name == defaultRouteName:
				r.At(path).Value(route.Name).Say(
					"is the operator's own Route; use another name, or spec.registry.defaultRoute: true")
			case seen[route.Name]:
				r.At(path).Value(route.Name).Say("is the name of another route; use a name of its own")
			}
			seen[route.Name] = true
		}
	},
}, {
	Code:     "registry-duration",
	Severity: kptfn.Error,
	Doc:      "The CRD accepts durations such as 1d that make the operator unable to read Config at all.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		requests := p.Spec.Registry.Requests
		if requests == nil {
			return
		}
		both := map[string]*RequestLimits{"read": requests.Read, "write": requests.Write}
		for kind, limits := range both {
			if limits != nil {
				checkDuration("spec.registry.requests."+kind+".maxWaitInQueue", limits.MaxWaitInQueue, r)
			}
		}
	},
}, {
	Code:     "registry-proxy",
	Severity: kptfn.Error,
	Doc:      "A proxy is an http or https URL without a password, which would stand in Git.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		proxy := p.Spec.Registry.Proxy
		if proxy == nil {
			return
		}
		addresses := map[string]string{"spec.registry.proxy.http": proxy.HTTP, "spec.registry.proxy.https": proxy.HTTPS}
		for path, address := range addresses {
			u, err := url.Parse(address)
			switch {
			case address == "":
			case strings.Contains(address, "@"):
				r.At(path).Say(
					"holds a user or password, which would stand in Git; remove it, or use the cluster's Proxy")
			case err != nil || u.Host == "" || (u.Scheme != HTTP && u.Scheme != HTTPS):
				r.At(path).Say("is not the URL of a proxy; write http://HOST:PORT")
			}
		}
	},
}}

var prunerRules = []Rule{{
	Code:     "pruner-schedule",
	Severity: kptfn.Error,
	Doc:      "The CRD accepts any schedule, and one that cron cannot read degrades the operator.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		checkSchedule("spec.pruner.schedule", p.Spec.Pruner.Schedule, r)
	},
}, {
	Code:     "pruner-duration",
	Severity: kptfn.Error,
	Doc:      "The CRD accepts durations such as 30d that make the operator unable to read any ImagePruner.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		checkDuration("spec.pruner.keepYoungerThanDuration", p.Spec.Pruner.KeepYoungerThanDuration, r)
	},
}, {
	Code:     "pruner-keep",
	Severity: kptfn.Error,
	Doc: "Of keepYoungerThanDuration and the deprecated keepYoungerThan the first wins, so that " +
		"setting both hides one.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if p.Spec.Pruner.KeepYoungerThan != nil && p.Spec.Pruner.KeepYoungerThanDuration != "" {
			r.At("spec.pruner.keepYoungerThan").Stands(*p.Spec.Pruner.KeepYoungerThan).Say(
				"has no effect beside keepYoungerThanDuration; remove it")
		}
	},
}, {
	Code:     "pruner-deprecated",
	Severity: kptfn.Warning,
	Doc:      "Upstream has deprecated keepYoungerThan, which counts nanoseconds.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if keep := p.Spec.Pruner.KeepYoungerThan; keep != nil {
			d := shortDuration(time.Duration(*keep))
			r.At("spec.pruner.keepYoungerThan").Stands(*keep).Say(
				"is deprecated upstream; use keepYoungerThanDuration: %s", d)
		}
	},
}}

// checkDuration refuses what time.ParseDuration, the operator's decoder, does.
func checkDuration(path, value string, r finding.Reporter) {
	if value == "" {
		return
	}
	d, err := time.ParseDuration(value)
	if err == nil && d >= 0 {
		return
	}
	at := r.At(path).Value(value)
	if guess := inHours(value); guess != "" {
		at.Propose(guess).Say("is not a duration that the operator can read; use %q", guess)
		return
	}
	at.Say("is not a duration that the operator can read; use hours, minutes and seconds such as \"720h\"")
}

var daysOrWeeks = regexp.MustCompile(`^([0-9]{1,5}) ?(d|days?|w|weeks?)$`)

// inHours turns "30d" or "2 weeks" into hours, or returns "".
func inHours(value string) string {
	m := daysOrWeeks.FindStringSubmatch(value)
	if m == nil {
		return ""
	}
	n, _ := strconv.Atoi(m[1])
	if m[2][0] == 'w' {
		n *= 7
	}
	return fmt.Sprintf("%dh", n*24)
}

// shortDuration prints a duration without its zero minutes and seconds.
func shortDuration(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}

// checkSchedule refuses what Kubernetes refuses of a CronJob's schedule: it uses
// the same parser, and denies a time zone in it
// (kubernetes, pkg/apis/batch/validation).
func checkSchedule(path, value string, r finding.Reporter) {
	if strings.Contains(value, "TZ") {
		r.At(path).Value(value).Say("names a time zone, which a CronJob's schedule must not; write it in UTC")
		return
	}
	if _, err := cron.ParseStandard(value); err != nil {
		r.At(path).Value(value).Say("is not a schedule: %s; write five fields such as \"0 0 * * *\"", quoteFree(err))
	}
}

// quoteFree shortens a library's error to its reason.
func quoteFree(err error) string {
	reason := finding.OneLine(err.Error())
	if before, _, ok := strings.Cut(reason, ":"); ok {
		return before
	}
	return reason
}
