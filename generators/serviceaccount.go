package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

var serviceAccountGenerator = Generator{
	Name:    "ServiceAccount",
	Doc:     "the Job's identity",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageBase, ClassPlumbing, object(p, "v1", "ServiceAccount", p.Spec.Bootstrap.Namespace, bootstrapName(p)))}
	},
}
