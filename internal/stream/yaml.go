package stream

import (
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// unreadable reports an object that readers of YAML refuse, or do not agree on.
func unreadable(_ *stream, o *object) kptfn.Results {
	if o.fault != nil {
		return o.error(finding.ItemYAML, "", "cannot be read, and what is in it is not known: %s",
			strings.TrimPrefix(finding.OneLine(o.fault.Error()), "yaml: "))
	}
	if (o.isSingleton() || o.isOurs()) && hasQuotedMerge(o.node, map[*yaml.Node]bool{}) {
		return o.error(finding.ItemYAML, "", `has the key "<<" in quotes, which some readers of YAML take for a merge; `+
			"write out what is merged")
	}
	return nil
}

// hasQuotedMerge looks at every node once, so that aliases cannot lead it in circles.
func hasQuotedMerge(n *yaml.Node, seen map[*yaml.Node]bool) bool {
	if n = ynode.Target(n); seen[n] {
		return false
	}
	seen[n] = true
	for i, child := range n.Content {
		isKey := n.Kind == yaml.MappingNode && i%2 == 0
		if isKey && child.Value == "<<" && child.ShortTag() != "!!merge" || hasQuotedMerge(child, seen) {
			return true
		}
	}
	return false
}
