// Package explain says what codes and fields mean. It gathers what rules, codes and the
// schema say of themselves, and what the cases of testdata show.
package explain

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"slices"
	"sync"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/cluster/takeover"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// Entry is what is known of a code.
type Entry struct {
	Code string
	// Group is the heading under which the documentation lists the code.
	Group string
	// Looks says what is looked at, and Fix what to do. A rule of a profile has neither:
	// its Why says the one, and its Example the other.
	Looks, Fix string
	// Why says in one sentence why this is a fault.
	Why string
	Example
}

// Example is a finding that a case of testdata shows.
type Example struct {
	// Severity may be several, as in "error or warning".
	Severity string `json:"severity"`
	// Place is the object, if that is no profile, and the field.
	Place   string `json:"place,omitempty"`
	Message string `json:"message"`
}

// String returns the finding without its severity.
func (e Example) String() string {
	if e.Place == "" {
		return e.Message
	}
	return e.Place + ": " + e.Message
}

// sources return the entries of all that has codes, in the order in which they are
// documented. What has a table of its own, such as a check of a cluster, adds it here.
var sources = []func() []Entry{rules, codes, plans, imports, checks}

// examplesJSON is written by a test from the cases of testdata.
//
//go:embed examples.json
var examplesJSON []byte

var entries = sync.OnceValue(func() []Entry {
	var examples map[string]Example
	if err := json.Unmarshal(examplesJSON, &examples); err != nil {
		panic("examples.json: " + err.Error())
	}
	var all []Entry
	for _, source := range sources {
		for _, e := range source() {
			if e.Message == "" {
				severity := e.Severity
				e.Example = examples[e.Code]
				e.Severity = cmp.Or(severity, e.Severity)
			}
			all = append(all, e)
		}
	}
	return all
})

// Codes returns what is known of every code, in the order in which they are documented.
func Codes() []Entry { return entries() }

// Code returns what is known of a code.
func Code(name string) (Entry, bool) {
	i := slices.IndexFunc(Codes(), func(e Entry) bool { return e.Code == name })
	if i < 0 {
		return Entry{}, false
	}
	return Codes()[i], true
}

// Describe returns what a report says of a code.
func Describe(code string) finding.Description {
	e, _ := Code(code)
	fix := e.Fix
	if fix == "" && e.Message != "" {
		fix = "For example: " + e.Example.String()
	}
	return finding.Description{Why: e.Why, Fix: fix}
}

func rules() []Entry {
	var all []Entry
	for _, rule := range v1alpha1.Rules() {
		all = append(all, Entry{
			Code: rule.Code, Group: "Rules", Why: rule.Doc, Example: Example{Severity: string(rule.Severity)},
		})
	}
	return all
}

func codes() []Entry {
	var all []Entry
	for _, code := range finding.Codes() {
		all = append(all, Entry{Code: code.Name, Group: code.Group, Why: code.Doc})
	}
	return all
}

// The groups of what no case of testdata shows, as a cluster is needed for it.
const (
	GroupPlan   = "The plan"
	GroupImport = "The import"
)

func plans() []Entry   { return entriesOf(GroupPlan, plan.Reasons()) }
func imports() []Entry { return entriesOf(GroupImport, takeover.Reasons()) }

func entriesOf(group string, reasons []finding.Reason) []Entry {
	var all []Entry
	for _, r := range reasons {
		all = append(all, Entry{
			Code: r.Code, Group: group, Looks: r.Looks, Why: r.Why, Fix: r.Fix, Example: Example{Severity: string(r.Severity)},
		})
	}
	return all
}

// GroupCluster is the group of what doctor finds.
const GroupCluster = "The cluster"

func checks() []Entry {
	all := []Entry{{
		Code: doctor.UnseenCode, Group: GroupCluster, Looks: doctor.UnseenLooks, Why: doctor.UnseenWhy, Fix: doctor.UnseenFix,
		Example: Example{Severity: "warning"},
	}}
	for _, c := range doctor.Checks() {
		all = append(all, Entry{
			Code: c.Code, Group: GroupCluster, Looks: c.Looks, Why: c.Why, Fix: c.Fix, Example: Example{Severity: string(c.Severity)},
		})
	}
	return all
}
