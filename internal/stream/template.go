package stream

import (
	"fmt"
	"regexp"
	"sync"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// template matches what Helm and ACM, and what Flux, fill in.
var template = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{|\$\{`) })

// templates reports the first template in an object of ours that nobody has filled in.
func templates(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || s.isCarried {
		return nil
	}
	path, found := findTemplate(o.value, "", o.isSkipped)
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

func findTemplate(value any, path string, skip func(path string) bool) (at, found string) {
	switch v := value.(type) {
	case string:
		if template().MatchString(v) && !skip(path) {
			return path, v
		}
	case []any:
		for i, item := range v {
			if at, found := findTemplate(item, fmt.Sprintf("%s[%d]", path, i), skip); at != "" {
				return at, found
			}
		}
	case map[string]any:
		for _, key := range sorted(v) {
			below := ynode.Join(path, key)
			if template().MatchString(key) {
				return below, key
			}
			if at, found := findTemplate(v[key], below, skip); at != "" {
				return at, found
			}
		}
	}
	return "", ""
}
