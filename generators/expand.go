package generators

import (
	"slices"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// Generator emits the resources of one kind.
type Generator struct {
	// Name is the kind, Doc says in one line what it is emitted for.
	Name, Doc string
	Enabled   func(*v1alpha1.RegistryProfile) bool
	Generate  func(*v1alpha1.RegistryProfile) []Resource
}

// All returns the generators in the order in which their resources are applied.
func All() []Generator {
	return []Generator{
		namespaceGenerator,
		serviceAccountGenerator,
		configMapGenerator,
		roleGenerator,
		roleBindingGenerator,
		clusterRoleGenerator,
		clusterRoleBindingGenerator,
		objectBucketClaimGenerator,
		persistentVolumeClaimGenerator,
		jobGenerator,
		configGenerator,
		imagePrunerGenerator,
		cronJobGenerator,
	}
}

// Expand returns the resources of a profile in apply order, with the ordering
// and protection annotations of its engines.
func Expand(p *v1alpha1.RegistryProfile) []Resource {
	var resources []Resource
	for _, g := range All() {
		if g.Enabled(p) {
			resources = append(resources, g.Generate(p)...)
		}
	}
	annotate(resources, p.Spec.Delivery)
	encode(resources)
	return resources
}

func always(*v1alpha1.RegistryProfile) bool { return true }

func usesObjectStore(p *v1alpha1.RegistryProfile) bool { return p.Spec.Storage.Object() != nil }

func usesVolume(p *v1alpha1.RegistryProfile) bool { return p.Spec.Storage.Volume() != nil }

// only tells whether an engine is the one that delivers the profile.
func only(p *v1alpha1.RegistryProfile, engine string) bool {
	return slices.Equal(p.Spec.Delivery.Engines, []string{engine})
}
