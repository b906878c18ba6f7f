package engines

import (
	"fmt"
	"strings"
)

const introduction = `<!-- Generated from test/e2e/engines by "go test ./engines -update" in test/e2e. -->
# Engines

What happens when a profile is delivered by an engine, and what its user has to do. Each
cell is a scenario that ` + "`make e2e`" + ` plays with the real engine. In each, an image that was
pushed before can be pulled after, the registry never loses its storage, and no credential
is in what the engine logs, stores or caches.

`

const acm = `
## Open Cluster Management (ACM)

Its policy generator runs no plugins. [examples/acm](../examples/acm) wraps what a pipeline
has rendered into a ConfigurationPolicy. A test evaluates it as a template with the
delimiters of ACM, and finds every object unchanged. The controller is in no module that Go
can fetch, and so not among the engines above. Built from its repository (f6292ee1) it brought
a profile, a change of it and that change taken back to a cluster as the scenarios have it,
compliant after each, with nothing left over in a list.
`

const pruning = `
## Pruning with kubectl

kubectl removes nothing by itself. This removes what earlier profiles have brought and the
folder has no more, but for namespaces, and nothing that holds images or guards it:

` + "```sh" + `
oc apply -f registry --prune --selector app.kubernetes.io/managed-by=registry-profile`

const elsewhere = `
` + "```" + `

It looks into those namespaces alone in which the folder has something. What is left in others
is a Role and its binding, and all that was in a namespace that the profile has named before:

` + "```sh" + `
oc get role,rolebinding,cronjob -A -l app.kubernetes.io/managed-by=registry-profile
` + "```" + `
`

// Document returns docs/engines.md.
func Document() string {
	var doc strings.Builder
	doc.WriteString(introduction)
	header, rule := "| what happens | what then holds |", "|---|---|"
	for _, engine := range All() {
		header, rule = header+" "+engine.Name+" |", rule+"---|"
	}
	fmt.Fprintf(&doc, "%s\n%s\n", header, rule)
	var notes []string
	for _, s := range Situations() {
		fmt.Fprintf(&doc, "| %s | %s |", s.What, s.Then)
		for _, engine := range All() {
			cell := "yes"
			if note := s.Notes[engine]; note != "" {
				notes = append(notes, fmt.Sprintf("%s: %s", engine.Name, note))
				cell = fmt.Sprintf("yes ([%d](#notes))", len(notes))
			}
			if reason := s.Without[engine]; reason != "" {
				cell = reason
			}
			fmt.Fprintf(&doc, " %s |", cell)
		}
		doc.WriteString("\n")
	}
	doc.WriteString("\n## Notes\n\n")
	for i, note := range notes {
		fmt.Fprintf(&doc, "%d. %s\n", i+1, note)
	}
	doc.WriteString("\n## Several engines\n\n| what happens | what then holds |\n|---|---|\n")
	for _, s := range Meetings() {
		fmt.Fprintf(&doc, "| %s | %s |\n", s.What, s.Then)
	}
	doc.WriteString(pruning)
	for _, kind := range Prunable {
		doc.WriteString(" \\\n  --prune-allowlist " + kind)
	}
	doc.WriteString(elsewhere)
	doc.WriteString(acm)
	return doc.String()
}
