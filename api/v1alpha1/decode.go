package v1alpha1

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// operatorGroup is the API group of Config and ImagePruner.
const operatorGroup = "imageregistry.operator.openshift.io"

// Decode reads a RegistryProfile, fills in its defaults and checks it against the schema
// and the rules. It returns all findings at once, in the order of the node's lines. The
// profile is nil if any of them is an error. Decode does not modify the node.
func Decode(n *yaml.RNode) (*RegistryProfile, kptfn.Results) {
	if kind := identity(n); kind != APIVersion+" "+Kind {
		return nil, kptfn.Results{notAProfile(kind)}
	}
	p, results := decode(n.YNode())
	refer(results, n.YNode())
	if finding.HasErrors(results) {
		return nil, results
	}
	return p, results
}

func decode(n *yaml.Node) (*RegistryProfile, kptfn.Results) {
	content, found := ynode.Plain(n)
	if content == nil {
		return nil, found
	}
	found = addNew(found, texts(content))
	found = addNew(found, definition().Check(content))
	p := &RegistryProfile{}
	if err := decodeTypes(content, p); err != nil {
		return nil, append(found, finding.Error(finding.YAML, "", "%s", finding.OneLine(err.Error())))
	}
	p.setDefaults()
	found = addNew(found, withoutDerived(content, checkRules(p), found))
	sortByPosition(found, n)
	return p, found
}

// addNew adds findings to those that an earlier check has made. It leaves out what is said
// about a field in which a fault has been found already: the value that the later check
// saw may not be the one that stands there.
func addNew(found, more kptfn.Results) kptfn.Results {
	known := found
	for _, result := range more {
		if !slices.ContainsFunc(known, func(r *kptfn.Result) bool { return covers(r, finding.Path(result)) }) {
			found = append(found, result)
		}
	}
	return found
}

// covers tells whether a finding is about the field at path, or about one that holds it.
func covers(r *kptfn.Result, path string) bool {
	rest, ok := strings.CutPrefix(path, finding.Path(r))
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// texts checks every text of a profile but its labels and annotations, which are copied
// nowhere and are other tools' own.
func texts(content *yaml.Node) kptfn.Results {
	var results kptfn.Results
	for _, path := range []string{"metadata.name", "metadata.namespace", "spec"} {
		if _, n := ynode.Find(content, path); n != nil {
			results = append(results, ynode.Texts(n, path)...)
		}
	}
	return results
}

// sortByPosition sorts findings as their fields stand in the text, and those of one place
// by path and code.
func sortByPosition(results kptfn.Results, n *yaml.Node) {
	type position struct{ line, column int }
	positions := make(map[*kptfn.Result]position, len(results))
	for _, r := range results {
		line, column := ynode.Position(n, finding.Path(r))
		positions[r] = position{line, column}
	}
	slices.SortFunc(results, func(a, b *kptfn.Result) int {
		return cmp.Or(
			cmp.Compare(positions[a].line, positions[b].line), cmp.Compare(positions[a].column, positions[b].column),
			strings.Compare(finding.Path(a), finding.Path(b)),
			strings.Compare(finding.CodeOf(a), finding.CodeOf(b)), strings.Compare(a.Message, b.Message))
	})
}

func notAProfile(kind string) *kptfn.Result {
	what, hint := "the input", ""
	if kind != "" {
		what = finding.Quote(kind)
	}
	switch kind {
	case operatorGroup + "/v1 Config":
		hint = ", with its spec under spec.registry, and rgw or noobaa under spec.storage"
	case operatorGroup + "/v1 ImagePruner":
		hint = ", with its spec under spec.pruner"
	}
	return finding.Error(finding.NotAProfile, "", "%s is not a RegistryProfile; write apiVersion: %s and kind: %s%s",
		what, APIVersion, Kind, hint)
}

func identity(n *yaml.RNode) string {
	if n.IsNil() || n.YNode().Kind != yaml.MappingNode {
		return ""
	}
	return strings.TrimSpace(ynode.Text(n.YNode(), "apiVersion") + " " + ynode.Text(n.YNode(), "kind"))
}

// decodeTypes decodes what the schema left standing. It does not return type errors:
// the schema has reported them by field path.
func decodeTypes(content *yaml.Node, p *RegistryProfile) error {
	var mismatch *yaml.TypeError
	if err := content.Decode(p); err != nil && !errors.As(err, &mismatch) {
		return err
	}
	return nil
}

// refer names the profile in its findings.
func refer(results kptfn.Results, n *yaml.Node) {
	name, namespace := ynode.Text(n, "metadata", "name"), ynode.Text(n, "metadata", "namespace")
	for _, r := range results {
		r.ResourceRef = &kptfn.ResourceRef{APIVersion: APIVersion, Kind: Kind, Name: name, Namespace: namespace}
	}
}
