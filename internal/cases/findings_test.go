package cases_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/explain"
	"github.com/registryprofile/registry-profile/internal/stream"
	"github.com/stretchr/testify/require"
)

// process returns the findings of the function in a case.
func process(t testing.TB, c cases.Case) kptfn.Results {
	t.Helper()
	rl := &kptfn.ResourceList{}
	if c.Profile != nil {
		rl.FunctionConfig = kptfn.MoveToKubeObject(c.Profile.Copy())
	}
	for _, item := range c.Items {
		rl.Items = append(rl.Items, kptfn.MoveToKubeObject(item.Copy()))
	}
	_, err := fn.Processor{}.Process(rl)
	require.NoError(t, err)
	return rl.Results
}

const findingsIntro = `# Findings

<!-- Written by "make update-golden" from the rules and the cases of testdata. -->

Everything that is wrong with a profile is reported at once, each finding on one
line of stderr and as one entry of the function's results:

    SEVERITY: PLACE: FIELD: WHAT IS WRONG; WHAT TO WRITE INSTEAD [CODE]

PLACE is the file and the line, or RegistryProfile/NAME where kustomize or kpt calls;
KIND/NAME follows where the finding is about another object of the stream.

An error stops everything: exit code 1, and the items that came in go out as they
were. A warning does not, unless --strict makes it an error. Codes are stable, and
"registry-profile explain CODE" says the same as this page. [ci.md](ci.md) has the
formats for programs.
`

// TestFindingsDoc holds docs/findings.md to the rules, the codes and what the program says
// in the cases of testdata.
func TestFindingsDoc(t *testing.T) {
	examples := exampleFindings(t)
	var b strings.Builder
	b.WriteString(findingsIntro)
	group := ""
	for _, e := range explain.Codes() {
		if e.Group == explain.GroupCluster { // docs/doctor.md has them
			continue
		}
		if e.Group != group {
			group = e.Group
			section(&b, group)
		}
		if ofCluster(e.Group) {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", e.Code, e.Severity, e.Why, e.Fix)
			continue
		}
		row(t, &b, e.Code, e.Why, examples)
	}
	cases.Golden(t, filepath.Join(cases.Root(t), "docs", "findings.md"), b.String())
}

// ofCluster tells whether the codes of a group are about a cluster, which no case has.
func ofCluster(group string) bool { return group == explain.GroupPlan || group == explain.GroupImport }

func section(b *strings.Builder, title string) {
	last := "for example"
	if ofCluster(title) {
		last = "what to do"
	}
	fmt.Fprintf(b, "\n## %s\n\n| code | severity | why | %s |\n|---|---|---|---|\n", title, last)
}

func row(t *testing.T, b *strings.Builder, code, why string, examples map[string]explain.Example) {
	t.Helper()
	example, ok := examples[code]
	require.True(t, ok, "no case shows %s", code)
	cells := []string{code, example.Severity, why, "`" + example.String() + "`"}
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

// TestExamplesOfCodes holds what explain shows to what the program says in the cases.
func TestExamplesOfCodes(t *testing.T) {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(exampleFindings(t)))
	cases.Golden(t, filepath.Join(cases.Root(t), "internal", "explain", "examples.json"), content.String())
}

// exampleFindings returns the first finding of each code, from a case named after the
// code if there is one, with every severity that any case shows of the code.
func exampleFindings(t *testing.T) map[string]explain.Example {
	t.Helper()
	examples, named := map[string]explain.Example{}, map[string]bool{}
	severities := map[string][]string{}
	show := func(name string, results kptfn.Results) {
		for _, f := range cases.Findings(results) {
			severities[f.Code] = append(severities[f.Code], f.Severity)
			byName := strings.Contains(name, "-"+f.Code)
			if _, ok := examples[f.Code]; !ok || byName && !named[f.Code] {
				examples[f.Code], named[f.Code] = example(f), byName
			}
		}
	}
	for _, c := range cases.All(t) {
		show(c.Name, process(t, c))
	}
	for _, c := range cases.FinalStreams(t) {
		show(c.Name, stream.Check(c.Items))
	}
	for code, e := range examples {
		isNotShown := func(severity string) bool { return !slices.Contains(severities[code], severity) }
		e.Severity = strings.Join(slices.DeleteFunc([]string{"error", "warning", "info"}, isNotShown), " or ")
		examples[code] = e
	}
	return examples
}

func example(f cases.Finding) explain.Example {
	place := f.Item
	if place != "" && f.Field != "" {
		place += ": "
	}
	return explain.Example{Severity: f.Severity, Place: place + f.Field, Message: f.Message}
}
