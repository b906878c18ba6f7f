package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

// config has no storage and no managementState: the Job alone writes both, in one patch.
// Managed without storage degrades the operator at once, and Removed with a storage that it
// manages lets it delete the images.
type config struct {
	Spec v1alpha1.Registry `yaml:"spec"`
}

var configGenerator = Generator{
	Order:         600,
	APIVersion:    registryGroup + "/v1",
	Kind:          "Config",
	ClusterScoped: true,
	Stage:         StageAfter,
	Class:         ClassShared,
	Doc:           "the registry's settings, without its storage",
	generate: func(p *expansion) []object {
		spec := p.Spec.Registry
		spec.ManagementState = ""
		return []object{{name: SingletonName, content: config{spec}}}
	},
}
