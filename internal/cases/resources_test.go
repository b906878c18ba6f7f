package cases_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
)

const resourcesIntro = `# What is emitted

<!-- Written by "make update-golden" from the generators. -->

In the order in which it is applied. The number leads the name of the file in a folder
and never changes. The wave is Argo CD's, counted from ` + "`delivery.argocd.baseWave`" + `. What is
kept stays in the cluster when it leaves Git, whichever engine delivers it, and when the
Application, Kustomization, package, release or Subscription is deleted: its annotations
say so to each of them, always.

| file | kind | wave | kept | for |
|---|---|---|---|---|
`

// TestResourcesDoc holds docs/resources.md to the generators.
func TestResourcesDoc(t *testing.T) {
	var b strings.Builder
	b.WriteString(resourcesIntro)
	for _, g := range generators.All() {
		kept := ""
		if g.Class.Kept() {
			kept = "yes"
		}
		fmt.Fprintf(&b, "| %d | %s | base + %d | %s | %s |\n", g.Order, g.Kind, g.Wave(), kept, g.Doc)
	}
	cases.Golden(t, filepath.Join(cases.Root(t), "docs", "resources.md"), b.String())
}
