package cli

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// catalog describes the function in the form of kpt's catalogue: a README with marks, and
// the data beside it.
//
//go:embed catalog
var catalog embed.FS

// catalogEntry is what kpt expects of a function that is called with --doc.
type catalogEntry struct {
	Short              string   `json:"short"`
	Long               string   `json:"long"`
	Examples           string   `json:"examples"`
	Image              string   `json:"image"`
	Description        string   `json:"description"`
	Tags               []string `json:"tags"`
	SourceURL          string   `json:"sourceURL"`
	ExamplePackageURLs []string `json:"examplePackageURLs"`
	License            string   `json:"license"`
	Hidden             bool     `json:"hidden"`
}

// printCatalogEntry writes the entry as the SDK's own AsMain would, which knows no stream
// but the process's own.
func (s *session) printCatalogEntry() error {
	readme, err := catalog.ReadFile("catalog/README.md")
	if err != nil {
		return err
	}
	metadata, err := catalog.ReadFile("catalog/metadata.yaml")
	if err != nil {
		return err
	}
	var entry catalogEntry
	if err := yaml.UnmarshalStrict(metadata, &entry); err != nil {
		return err
	}
	for mark, field := range map[string]*string{"Short": &entry.Short, "Long": &entry.Long, "Examples": &entry.Examples} {
		_, after, _ := strings.Cut(string(readme), "<!--mdtogo:"+mark+"-->")
		text, _, _ := strings.Cut(after, "<!--mdtogo-->")
		*field = strings.TrimSpace(text)
	}
	content, err := json.MarshalIndent(entry, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, string(content))
	return err
}
