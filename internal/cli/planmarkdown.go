package cli

import (
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// planMarkdown writes a plan for a merge request.
func planMarkdown(p *plan.Plan) (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "### Plan for RegistryProfile %s\n\n| | object | change |\n|---|---|---|\n", markdown(p.Profile))
	row := func(action, name string, lines ...string) {
		for i, line := range lines {
			lines[i] = markdown(line)
		}
		fmt.Fprintf(&out, "| %s | %s | %s |\n", action, markdown(name), strings.Join(lines, "<br>"))
	}
	for _, object := range p.Objects {
		row(string(object.Action), object.Name, objectLines(object)...)
	}
	for _, l := range p.Leftovers {
		row("leftover", l.Name, leftoverLine(l))
	}
	for _, why := range p.LeftoversUnseen {
		row("leftover", "perhaps", why)
	}
	out.WriteString("\n")
	for _, line := range jobLines(p) {
		fmt.Fprintf(&out, "- %s\n", markdown(line))
	}
	return out.String(), nil
}

// markdown keeps a text of a cluster from being anything but text: no cell, code, link,
// emphasis or HTML.
func markdown(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "&#96;", "|", "&#124;", `\`, `\\`,
		"*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "#", `\#`).Replace(finding.OneLine(text))
}
