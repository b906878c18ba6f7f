package stream

import (
	"regexp"
	"sync"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// template matches what Helm and ACM, and what Flux, fill in.
var template = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{|\$\{`) })

// templates reports the first template in an object of ours that nobody has filled in.
func templates(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || s.isCarried {
		return nil
	}
	path, found := findTemplate(o.value, o.isSkipped)
	if path == "" {
		return nil
	}
	return kptfn.Results{o.at(finding.TemplateLeft, kptfn.Warning, path).Value(found).
		Say("is a template that nobody has filled in; write the value")}
}

// isSkipped leaves out a script, whose shell looks like a template and which an
// annotation keeps from Flux.
func (o *object) isSkipped(path string) bool {
	return o.isScript() && path == "data."+o.scriptFile()
}

// findTemplate returns the path and the text of the first template in a value, or "".
func findTemplate(value any, skip func(path string) bool) (at, found string) {
	for f := range fieldsOf(value) {
		if template().MatchString(f.key) {
			return f.path, f.key
		}
		if s, _ := f.value.(string); template().MatchString(s) && !skip(f.path) {
			return f.path, s
		}
	}
	return "", ""
}
