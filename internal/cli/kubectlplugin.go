package cli

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// pluginName is what the program is typed as where kubectl finds it.
const pluginName = "kubectl registry-profile"

// calledByKubectl tells whether a program has the name of a plugin of kubectl, for which
// kubectl asks, with "_" for "-".
func calledByKubectl(program string) bool {
	return strings.HasPrefix(filepath.Base(program), "kubectl-")
}

// words returns a text for people, with every command as it is typed.
type words func(text string) string

// kubectlWords are those of a plugin of kubectl. The program's name is another there only
// where a command follows it.
func kubectlWords() words {
	names := []string{"help"}
	for _, command := range Commands().Commands() {
		names = append(names, command.Name())
	}
	typed := regexp.MustCompile(`\bregistry-profile( (?:` + strings.Join(names, "|") + `)\b| --)`)
	return func(text string) string { return typed.ReplaceAllString(text, pluginName+"$1") }
}

// say makes a tree of commands name itself as it is typed after kubectl.
func (w words) say(root *cobra.Command) {
	// The shell would complete another program than kubectl.
	root.CompletionOptions.DisableDefaultCmd = true
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: pluginName}
	for _, c := range append(root.Commands(), root) {
		c.Long, c.Example = w(c.Long), w(c.Example)
	}
}
