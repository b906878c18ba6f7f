package ynode

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// template matches the beginning of what Helm, a shell, kustomize, Flux, ACM and others
// fill in.
var template = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{|\$[({A-Za-z_]|<%`)
})

// Texts reports every key and value below a node that no field of a profile can have: a
// template that nothing has filled in, and characters that do not stay on one line.
func Texts(n *yaml.Node, path string) kptfn.Results {
	var results kptfn.Results
	switch n.Kind {
	case yaml.ScalarNode:
		if strange := strangeText(n.Value, path); strange != nil {
			results = append(results, strange)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			results = append(results, Texts(item, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			at := Join(path, n.Content[i].Value)
			if strange := strangeText(n.Content[i].Value, at); strange != nil {
				results = append(results, strange)
			} else {
				results = append(results, Texts(n.Content[i+1], at)...)
			}
		}
	}
	return results
}

func strangeText(s, path string) *kptfn.Result {
	switch {
	case strings.ContainsAny(s, "{$<") && template().MatchString(s):
		return finding.At(finding.Template, path).Value(s).Say(
			"is a template or a variable that nothing has filled in; write the value")
	case strings.ContainsFunc(s, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }):
		return finding.At(finding.Text, path).Value(s).Say(
			"has a line break or an invisible character in it; write it on one line without")
	}
	return nil
}
