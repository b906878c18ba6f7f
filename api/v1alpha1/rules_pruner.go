package v1alpha1

import (
	"time"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
)

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
	Code:     "pruner-young",
	Severity: kptfn.Warning,
	Doc: "The pruner deletes an image that is older and that nothing refers to at that moment. Upstream's own " +
		"default is an hour.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		value := p.Spec.Pruner.KeepYoungerThanDuration
		if d, err := time.ParseDuration(value); err == nil && d > 0 && d < time.Hour {
			r.At("spec.pruner.keepYoungerThanDuration").Value(value).Propose("168h").Say(
				"is less than an hour, in which images are still being pushed and deployed; write 168h, or 0s to keep none for their age")
		}
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
	Code:     "pruner-keeps-nothing",
	Severity: kptfn.Error,
	Doc: "Without revisions and without an age to keep, the pruner deletes every image that nothing refers to at " +
		"that moment, also one that is being pushed.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		age, known := p.Spec.Pruner.keptAge()
		if *p.Spec.Pruner.KeepTagRevisions == 0 && known && age < time.Minute {
			r.At("spec.pruner.keepTagRevisions").Stands(0).Say(
				"0 keeps nothing together with an age of %s; keep some revisions, or write keepYoungerThanDuration: "+
					"168h", shortDuration(age))
		}
	},
}, {
	Code:     "pruner-nanoseconds",
	Severity: kptfn.Error,
	Doc: "The field keepYoungerThan counts nanoseconds, and guides write seconds into it: the pruner then deletes what " +
		"is seconds old.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		keep := p.Spec.Pruner.KeepYoungerThan
		if keep == nil || !isHardlyNanoseconds(*keep) {
			return
		}
		at := r.At("spec.pruner.keepYoungerThan").Stands(*keep)
		meant, unit := likelyDuration(*keep)
		if unit == "" {
			at.Say("%d counts nanoseconds, which is %s; write keepYoungerThanDuration: 168h in its place",
				*keep, time.Duration(*keep))
			return
		}
		at.Propose(meant).Say("%d counts nanoseconds, which is %s; write keepYoungerThanDuration: %s in its place if "+
			"%s were meant", *keep, time.Duration(*keep), meant, unit)
	},
}, {
	Code:     "pruner-deprecated",
	Severity: kptfn.Warning,
	Doc:      "Upstream has deprecated keepYoungerThan, which counts nanoseconds.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if keep := p.Spec.Pruner.KeepYoungerThan; keep != nil && !isHardlyNanoseconds(*keep) {
			d := shortDuration(time.Duration(*keep))
			r.At("spec.pruner.keepYoungerThan").Stands(*keep).Say(
				"is deprecated upstream; use keepYoungerThanDuration: %s", d)
		}
	},
}}

// keptAge returns the age up to which the pruner keeps images, and whether it can be read.
func (p *Pruner) keptAge() (age time.Duration, known bool) {
	if p.KeepYoungerThanDuration != "" {
		age, err := time.ParseDuration(p.KeepYoungerThanDuration)
		return age, err == nil && age >= 0
	}
	return time.Duration(*p.KeepYoungerThan), !isHardlyNanoseconds(*p.KeepYoungerThan)
}

// isHardlyNanoseconds tells whether a number is too small for an age of images that is
// counted in nanoseconds.
func isHardlyNanoseconds(n int64) bool { return n > 0 && time.Duration(n) < time.Minute }

// likelyDuration returns the duration that a number most likely means that is none in
// nanoseconds, and its unit, or "".
func likelyDuration(n int64) (meant, unit string) {
	const longest = 10 * 365 * 24 * time.Hour
	for _, guess := range []struct {
		unit string
		size time.Duration
	}{{"seconds", time.Second}, {"milliseconds", time.Millisecond}, {"microseconds", time.Microsecond}} {
		if n <= int64(longest/guess.size) && time.Duration(n)*guess.size >= time.Hour {
			return shortDuration(time.Duration(n) * guess.size), guess.unit
		}
	}
	return "", ""
}
