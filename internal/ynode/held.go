package ynode

import (
	"cmp"
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Held is an object in another one, which an engine or a controller applies.
type Held struct {
	// Path is where it stands in the other one.
	Path string
	Node *yaml.Node
	// Forbidden says that the other one deletes it.
	Forbidden bool
	// Rules are the fields of the other one that say how it treats the object.
	Rules []Rule
}

// Rule is a field and its value, which is "" where the field is not there.
type Rule struct{ Path, Value string }

// HeldBy returns the objects in a List or a Template of OpenShift. It does not look into
// what these hold.
func HeldBy(n *yaml.Node) []Held { return append(HeldByTemplate(n), HeldByList(n)...) }

// HeldByTemplate returns the objects in a Template of OpenShift.
func HeldByTemplate(n *yaml.Node) []Held {
	if id := IDOf(n); id.Group != "template.openshift.io" || id.Kind != "Template" {
		return nil
	}
	return inList(n, "objects")
}

// HeldByList returns the objects in a List. To kubectl and the engines whatever has items is
// one, of any kind.
func HeldByList(n *yaml.Node) []Held {
	all := inList(n, "items")
	for i := range all {
		all[i].Node = typed(all[i].Node, Text(n, "apiVersion"), strings.TrimSuffix(Text(n, "kind"), "List"))
	}
	return all
}

// typed returns an item of a List as a client reads it, which takes the kind and the version of
// an item that has neither from the List (apimachinery, unstructuredJSONScheme.decodeToList).
// A List in a List gets none.
func typed(item *yaml.Node, apiVersion, kind string) *yaml.Node {
	if item == nil || item.Kind != yaml.MappingNode || Text(item, "apiVersion")+Text(item, "kind") != "" ||
		Field(item, "items") != nil {
		return item
	}
	whole := *item
	whole.Content = []*yaml.Node{String("apiVersion"), String(apiVersion), String("kind"), String(kind)}
	for i := 0; i+1 < len(item.Content); i += 2 {
		if key := Key(item.Content[i]); key != "apiVersion" && key != "kind" {
			whole.Content = append(whole.Content, item.Content[i], item.Content[i+1])
		}
	}
	return &whole
}

const (
	policyGroup       = "policy.open-cluster-management.io"
	remediationAction = "remediationAction"
)

// HeldByPolicy returns the objects that a policy of ACM brings to clusters or deletes there.
// One that is disabled or informs does neither.
func HeldByPolicy(n *yaml.Node) []Held {
	switch id := IDOf(n); {
	case id.Group != policyGroup || Text(n, "spec", "disabled") == "true":
		return nil
	case id.Kind == "Policy":
		return inPolicy(n)
	case id.Kind == "ConfigurationPolicy":
		return inConfigurationPolicy(n, "")
	}
	return nil
}

// inPolicy returns what the ConfigurationPolicies in a Policy hold. Its remediationAction
// stands for theirs.
func inPolicy(n *yaml.Node) []Held {
	var all []Held
	action := Text(n, "spec", remediationAction)
	for _, template := range inList(Field(n, "spec"), "policy-templates") {
		policy := Field(template.Node, "objectDefinition")
		if Text(policy, "kind") != "ConfigurationPolicy" {
			continue
		}
		for _, held := range inConfigurationPolicy(policy, action) {
			outer := "spec." + template.Path + ".objectDefinition."
			held.Path = outer + held.Path
			for i := range held.Rules {
				held.Rules[i].Path = outer + held.Rules[i].Path
			}
			all = append(all, held)
		}
	}
	return all
}

func inConfigurationPolicy(n *yaml.Node, outer string) []Held {
	action := Text(n, "spec", remediationAction)
	if strings.EqualFold(action, "InformOnly") || strings.EqualFold(cmp.Or(outer, action), "inform") {
		return nil
	}
	var all []Held
	for _, template := range inList(Field(n, "spec"), "object-templates") {
		object := Target(Field(template.Node, "objectDefinition"))
		if object == nil {
			continue
		}
		held := Held{Path: "spec." + template.Path + ".objectDefinition", Node: object}
		held.Forbidden = strings.EqualFold(Text(template.Node, "complianceType"), "mustnothave")
		held.Rules = append(held.Rules, Rule{"spec.pruneObjectBehavior", Text(n, "spec", "pruneObjectBehavior")})
		for _, key := range []string{"complianceType", "recreateOption"} {
			held.Rules = append(held.Rules, Rule{"spec." + template.Path + "." + key, Text(template.Node, key)})
		}
		all = append(all, held)
	}
	return all
}

// inList returns the items of the list under a key.
func inList(n *yaml.Node, key string) []Held {
	list := Target(Field(n, key))
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	all := make([]Held, len(list.Content))
	for i, item := range list.Content {
		all[i] = Held{Path: fmt.Sprintf("%s[%d]", key, i), Node: Target(item)}
	}
	return all
}
