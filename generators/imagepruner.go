package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type imagePruner struct {
	*typeMeta `yaml:",inline"`
	Spec      v1alpha1.Pruner `yaml:"spec"`
}

var imagePrunerGenerator = Generator{
	Name:    "ImagePruner",
	Doc:     "when and what the operator prunes",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageAfter, ClassShared, imagePruner{
			typeMeta: object(p, registryGroup+"/v1", "ImagePruner", "", "cluster"),
			Spec:     p.Spec.Pruner,
		})}
	},
}
