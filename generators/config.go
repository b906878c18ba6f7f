package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type config struct {
	*typeMeta `yaml:",inline"`
	Spec      configSpec `yaml:"spec"`
}

// configSpec never has a storage key: the Job alone writes spec.storage.
type configSpec struct {
	ManagementState   string `yaml:"managementState,omitempty"`
	v1alpha1.Registry `yaml:",inline"`
}

var configGenerator = Generator{
	Name:    "Config",
	Doc:     "the registry's settings, without its storage",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		c := config{
			typeMeta: object(p, registryGroup+"/v1", "Config", "", "cluster"),
			Spec:     configSpec{Registry: p.Spec.Registry},
		}
		// Managed without storage degrades the operator at once, so Git says it
		// only where the engine applies Config after the Job has succeeded.
		if only(p, v1alpha1.ArgoCD) {
			c.Spec.ManagementState = "Managed"
		}
		return []Resource{resource(StageAfter, ClassShared, c)}
	},
}
