package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type imagePruner struct {
	Spec v1alpha1.Pruner `yaml:"spec"`
}

var imagePrunerGenerator = Generator{
	Order:         610,
	APIVersion:    registryGroup + "/v1",
	Kind:          "ImagePruner",
	ClusterScoped: true,
	Stage:         StageAfter,
	Class:         ClassShared,
	Doc:           "when and what the operator prunes",
	generate: func(p *expansion) []object {
		return []object{{name: SingletonName, content: imagePruner{p.Spec.Pruner}}}
	},
}
