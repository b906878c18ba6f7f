// Package generators expands a RegistryProfile into the resources that put the
// registry on its storage. It is pure: the same profile gives the same bytes.
package generators

import (
	"maps"
	"sync"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Generator emits the resources of one kind for one purpose.
type Generator struct {
	// Order leads the name of the resource's file. Users have these names in Git: an
	// Order is never changed, and a new generator takes a free number.
	Order int
	// APIVersion and Kind are those of every resource of the generator.
	APIVersion, Kind string
	// ClusterScoped says that the kind has no namespaces. Whatever stands in an object's
	// metadata.namespace then is no part of its identity.
	ClusterScoped bool
	// PerNamespace says that there is one resource in each of several namespaces.
	PerNamespace bool
	// Sealed says that every resource carries the ContentAnnotation.
	Sealed bool
	Stage  Stage
	Class  Class
	// Labels are those of every resource, beside the one that all of ours have.
	Labels map[string]string
	// Spec has the fields that a claim gets; a list has all that can stand below one of them.
	Spec map[string][]string
	// Doc says in one line what the resource is for.
	Doc string
	// generate returns the objects that a profile asks for, or none.
	generate func(*expansion) []object
}

// object is what differs between the resources of a generator.
type object struct {
	namespace, name string
	// content holds the fields beside apiVersion, kind and metadata: a value to encode, or a
	// node. It may be nil.
	content any
}

// All returns the generators in the order in which their resources are applied.
func All() []Generator {
	return append([]Generator{
		namespaceGenerator,
		serviceAccountGenerator,
		configMapGenerator,
		networkPolicyGenerator,
		roleGenerator,
		roleBindingGenerator,
		clusterRoleGenerator,
		clusterRoleBindingGenerator,
		claimPolicyGenerator,
		usePolicyGenerator,
		configPolicyGenerator,
		claimPolicyBindingGenerator,
		usePolicyBindingGenerator,
		configPolicyBindingGenerator,
		objectBucketClaimGenerator,
		persistentVolumeClaimGenerator,
		jobGenerator,
		alertingRuleGenerator,
		configGenerator,
		imagePrunerGenerator,
		cronJobGenerator,
	}, smokeGenerators()...)
}

// ClusterScoped tells whether a kind is one of ours that has no namespaces.
func ClusterScoped(group, kind string) bool {
	return clusterScoped()[ynode.ID{Group: group, Kind: kind}]
}

var clusterScoped = sync.OnceValue(func() map[ynode.ID]bool {
	kinds := map[ynode.ID]bool{}
	for _, g := range All() {
		if g.ClusterScoped {
			kinds[ynode.ID{Group: ynode.Group(g.APIVersion), Kind: g.Kind}] = true
		}
	}
	return kinds
})

// expansion is a profile that is expanded, and what several generators need of it.
type expansion struct {
	*v1alpha1.RegistryProfile
	bootstrapJob, smokeJob func() object
}

func newExpansion(p *v1alpha1.RegistryProfile) *expansion {
	e := &expansion{RegistryProfile: p}
	e.bootstrapJob = sync.OnceValue(func() object { return newBootstrapJob(e) })
	e.smokeJob = sync.OnceValue(func() object { return newSmokeJob(e) })
	return e
}

// Expand returns the resources of a profile in apply order. Each carries the ordering
// and protection marks of every engine.
func Expand(p *v1alpha1.RegistryProfile) []Resource {
	e := newExpansion(p)
	planned := plan(e)
	resources := make([]Resource, len(planned))
	for i, o := range planned {
		resources[i] = newResource(o, planned, e)
	}
	return resources
}

func newResource(o planned, all []planned, p *expansion) Resource {
	return Resource{
		RNode: encode(o, all, p),
		Stage: o.Stage, Class: o.Class, order: o.Order, named: o.PerNamespace,
	}
}

// planned is an object with what its generator says of it.
type planned struct {
	Generator
	object
}

func plan(p *expansion) []planned {
	var all []planned
	for _, g := range All() {
		for _, o := range g.generate(p) {
			all = append(all, planned{g, o})
		}
	}
	return all
}

// encode returns the node of an object; all are the objects beside it.
func encode(o planned, all []planned, p *expansion) *yaml.RNode {
	annotations := marks(o, all, p.Spec.Delivery)
	annotations[ProfileAnnotation] = p.Metadata.Name
	content := encodeContent(o.content)
	if o.Sealed {
		annotations[ContentAnnotation] = contentHash(schema.Value(content).(map[string]any))
	}
	meta := metadata{
		Name:        o.name,
		Namespace:   o.namespace,
		Labels:      map[string]string{ManagedByLabel: ManagedBy},
		Annotations: annotations,
	}
	maps.Copy(meta.Labels, o.Labels)
	if o.Class == ClassGuard {
		meta.Finalizers = []string{GuardFinalizer}
	}
	n := ynode.Encode(header{APIVersion: o.APIVersion, Kind: o.Kind, Metadata: meta})
	n.Content = append(n.Content, content.Content...)
	return yaml.NewRNode(n)
}

func encodeContent(content any) *yaml.Node {
	switch content := content.(type) {
	case nil:
		return &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	case *yaml.Node:
		return content
	default:
		return ynode.Encode(content)
	}
}
