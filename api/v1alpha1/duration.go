package v1alpha1

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/registryprofile/registry-profile/internal/finding"
)

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

var daysOrWeeks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]{1,5}) ?(d|days?|w|weeks?)$`)
})

// inHours turns "30d" or "2 weeks" into hours, or returns "".
func inHours(value string) string {
	m := daysOrWeeks().FindStringSubmatch(value)
	if m == nil {
		return ""
	}
	n, _ := strconv.Atoi(m[1])
	if m[2][0] == 'w' {
		n *= 7
	}
	hours := fmt.Sprintf("%dh", n*24)
	if _, err := time.ParseDuration(hours); err != nil {
		return "" // longer than a duration can be
	}
	return hours
}

// shortDuration prints a duration without its zero minutes and seconds.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
