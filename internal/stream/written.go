package stream

import (
	"fmt"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// InTheWay says what is wrong with an object that is written in the cluster, or from which
// a controller would make such an object. It returns "" for any other.
func InTheWay(n *yaml.Node, written []generators.Written) string {
	i := ynode.MetaOf(n)
	for _, w := range written {
		by := "the Job"
		if w.ByProvisioner {
			by = "the claim's provisioner"
		}
		switch {
		case is(i, w):
			return fmt.Sprintf("is written in the cluster, by %s from %s; take it out of Git, and see that nothing prunes it",
				by, w.From)
		case makes(n, i, w):
			return fmt.Sprintf("makes the %s %s/%s, which %s writes from %s; %s",
				w.Kind, w.Namespace, w.Name, by, w.From, instead(i))
		}
	}
	return ""
}

// inTheWay reports an object that is written in the cluster.
func inTheWay(s *stream, o *object) kptfn.Results {
	if message := InTheWay(o.node, s.written); message != "" {
		return o.error(finding.WrittenInCluster, "", "%s", message)
	}
	return o.credentials()
}

// writtenInCluster returns what the Jobs of the stream, and the provisioners of its claims,
// write. Without a Job nobody knows that the storage is none with credentials.
func (s *stream) writtenInCluster() []generators.Written {
	var all []generators.Written
	known := false
	for _, o := range s.ours {
		if variables := o.variables(); variables[generators.BackendVariable] != "" {
			known = true
			all = append(all, generators.WrittenFor(variables)...)
		}
		if o.is(bucketGroup, bucketClaimKind) {
			all = append(all, generators.WrittenForClaim(o.id.Namespace, o.id.Name)...)
		}
	}
	if !known {
		all = append(all, generators.WrittenCredentials())
	}
	return all
}

const bucketGroup, bucketClaimKind = "objectbucket.io", "ObjectBucketClaim"

// instead says what to do about what makes a written object. No claim is ever removed.
func instead(i ynode.Meta) string {
	if i.Kind == bucketClaimKind {
		return "use a claim of another name, and keep this one as long as its bucket is of use"
	}
	return "take it out of Git, or give its target another name"
}

// willBeRenamed is set by kustomize on what its generators have made: the hash of the
// content comes to the name after the functions have run.
const willBeRenamed = "internal.config.kubernetes.io/needsHashSuffix"

// is tells whether an item is the written object. An engine or kustomize gives a namespace
// to what has none.
func is(i ynode.Meta, w generators.Written) bool {
	return i.Group == w.Group && i.Kind == w.Kind && i.Name == w.Name && in(i, w.Namespace) &&
		i.Annotations[willBeRenamed] == ""
}

func in(i ynode.Meta, namespace string) bool { return i.Namespace == "" || i.Namespace == namespace }

// maker is a kind of object from which a controller makes a Secret or a ConfigMap.
type maker struct {
	// kinds are those of the objects made.
	kinds []string
	// targets are where the name of the object made stands; the first that is there counts.
	targets []string
	// own says that the object made has the maker's name if no target is there.
	own bool
}

var secret = []string{"Secret"}

// makers are the kinds that are in wide use.
var makers = map[string]maker{
	"AzureKeyVaultSecret": {secret, []string{"spec.output.secret.name"}, false},
	"BitwardenSecret":     {secret, []string{"spec.secretName"}, false},
	"Bundle":              {[]string{"ConfigMap", "Secret"}, nil, true}, // trust-manager
	"Certificate":         {secret, []string{"spec.secretName"}, false},
	"ClusterExternalSecret": {secret, []string{
		"spec.externalSecretSpec.target.name", "spec.externalSecretName"}, true},
	"DopplerSecret":  {secret, []string{"spec.managedSecret.name"}, false},
	"ExternalSecret": {secret, []string{"spec.target.name"}, true},
	"InfisicalSecret": {secret, []string{
		"spec.managedSecretReference.secretName", "spec.managedKubeSecretReferences[].secretName"}, false},
	"ObjectBucketClaim":   {[]string{"ConfigMap", "Secret"}, nil, true},
	"OnePasswordItem":     {secret, nil, true},
	"SealedSecret":        {secret, []string{"spec.template.metadata.name"}, true},
	"SecretProviderClass": {secret, []string{"spec.secretObjects[].secretName"}, false},
	"SopsSecret":          {secret, []string{"spec.secretTemplates[].name"}, false},
	"VaultDynamicSecret":  {secret, []string{"spec.destination.name"}, false},
	"VaultPKISecret":      {secret, []string{"spec.destination.name"}, false},
	"VaultSecret":         {secret, []string{"spec.output.name"}, true},
	"VaultStaticSecret":   {secret, []string{"spec.destination.name"}, false},
	// These read a Secret.
	"ClusterPushSecret": {}, "ClusterSecretStore": {}, "PushSecret": {}, "SecretExport": {}, "SecretStore": {},
}

// makes tells whether a controller would make the written object from an item. Of kinds
// that nobody here knows, those with Secret in their name do so if the name of the written
// Secret is theirs or stands in their spec.
func makes(n *yaml.Node, i ynode.Meta, w generators.Written) bool {
	if i.Group == "" || !in(i, w.Namespace) || w.ByProvisioner && i.Kind == bucketClaimKind {
		return false
	}
	if m, known := makers[i.Kind]; known {
		return slices.Contains(m.kinds, w.Kind) && slices.Contains(m.names(n), w.Name)
	}
	return w.Kind == "Secret" && strings.Contains(i.Kind, "Secret") &&
		(i.Name == w.Name || holds(ynode.Field(n, "spec"), w.Name, map[*yaml.Node]bool{}))
}

// names returns the names of the objects that a controller makes from an item.
func (m maker) names(n *yaml.Node) []string {
	for _, target := range m.targets {
		if names := textsAt(n, strings.Split(target, ".")); len(names) > 0 {
			return names
		}
	}
	if m.own {
		return []string{ynode.IDOf(n).Name}
	}
	return nil
}

// textsAt returns the texts at the end of a path, in which name[] stands for every item of
// a list.
func textsAt(n *yaml.Node, path []string) []string {
	if len(path) == 0 {
		if text := ynode.Text(n); text != "" {
			return []string{text}
		}
		return nil
	}
	key, isList := strings.CutSuffix(path[0], "[]")
	below := []*yaml.Node{ynode.Field(n, key)}
	if list := ynode.Target(below[0]); isList && list != nil {
		below = list.Content
	}
	var texts []string
	for _, child := range below {
		texts = append(texts, textsAt(child, path[1:])...)
	}
	return texts
}

// holds tells whether a text stands anywhere below a node, other than as a key. It leaves
// out the nodes that were searched before: a node can hold itself.
func holds(n *yaml.Node, text string, before map[*yaml.Node]bool) bool {
	n = ynode.Target(n)
	if n == nil || before[n] {
		return false
	}
	before[n] = true
	for at, child := range n.Content {
		isKey := n.Kind == yaml.MappingNode && at%2 == 0
		if !isKey && holds(child, text, before) {
			return true
		}
	}
	return ynode.Text(n) == text
}
