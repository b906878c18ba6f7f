package cases

import (
	"strings"

	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Difference returns what expected.yaml holds of a case: the documents that minimal does
// not have in the same words, and in a comment the names of those that are absent.
func Difference(minimal, documents []string) string {
	known, seen := map[string]string{}, map[string]bool{}
	for _, document := range minimal {
		known[identity(document)] = document
	}
	var differ []string
	for _, document := range documents {
		id := identity(document)
		seen[id] = true
		if known[id] != document {
			differ = append(differ, document)
		}
	}
	var b strings.Builder
	b.WriteString("# As in " + Minimal + ", but for:\n")
	for _, document := range minimal {
		if id := identity(document); !seen[id] {
			b.WriteString("# absent: " + id + "\n")
		}
	}
	b.WriteString(Join(differ))
	return b.String()
}

// identity names the object of a document: KIND NAMESPACE/NAME.
func identity(document string) string {
	id := ynode.IDOf(yaml.MustParse(document).YNode())
	if id.Namespace == "" {
		return id.Kind + " " + id.Name
	}
	return id.Kind + " " + id.Namespace + "/" + id.Name
}
