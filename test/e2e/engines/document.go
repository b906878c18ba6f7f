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

kubectl removes nothing by itself, and its own --prune nothing that was applied with
--server-side. This lists what earlier profiles have brought and the folder has no more, but
for namespaces, and for what holds images or guards it:

` + "```sh\n%s\n```" + `

Read it; this removes it:

` + "```sh\n%s\n```" + `
`

// LeftOver is the command that lists what a profile of before has left, and RemoveLeftOver
// the one that removes it. Both are for a shell, beside the folder "registry". The Jobs of a
// CronJob have the label of what is rendered, and not its annotation.
func LeftOver() string {
	return `rm -f left-over; set -o pipefail
ours='?(@.metadata.annotations.registryprofile\.dev/profile)'
line='{range .items['$ours']}{.kind} {.metadata.name} --namespace={.metadata.namespace}{"\n"}{end}'
oc get -k registry --ignore-not-found -o jsonpath="$line" | sort > in-git &&
oc get -A -l app.kubernetes.io/managed-by=registry-profile -o jsonpath="$line" \
  ` + strings.Join(Prunable, ",\\\n") + ` | sort > in-cluster &&
comm -13 in-git in-cluster | tee left-over`
}

const RemoveLeftOver = "xargs -r -L 1 oc delete < left-over"

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
	fmt.Fprintf(&doc, pruning, LeftOver(), RemoveLeftOver)
	doc.WriteString(acm)
	return doc.String()
}
