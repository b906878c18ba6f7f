package generators

import (
	"github.com/registryprofile/registry-profile/fn/v1alpha1"
	"github.com/registryprofile/registry-profile/generators/bootstrap"
)

type configMap struct {
	typeMeta `yaml:",inline"`
	Data     map[string]string `yaml:"data"`
}

const scriptFile = "bootstrap.sh"

var configMapGenerator = Generator{
	Name:    "ConfigMap",
	Doc:     "the Job's script, with its hash in the name",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageBase, ClassScript, configMap{
			typeMeta: object(p, "v1", "ConfigMap", p.Spec.Bootstrap.Namespace, scriptConfigMapName(p)),
			Data:     map[string]string{scriptFile: bootstrap.Script},
		})}
	},
}

func scriptConfigMapName(p *v1alpha1.RegistryProfile) string {
	return bootstrapName(p) + "-" + hash(bootstrap.Script)
}
