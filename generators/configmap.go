package generators

import (
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators/bootstrap"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

type configMap struct {
	*typeMeta `yaml:",inline"`
	Data      struct{} `yaml:"data"`
}

const scriptFile = "bootstrap.sh"

var configMapGenerator = Generator{
	Name:    "ConfigMap",
	Doc:     "the Job's script, with its hash in the name",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageBase, ClassScript, configMap{typeMeta: object(p, "v1", "ConfigMap", p.Spec.Bootstrap.Namespace, scriptConfigMapName(p))})}
	},
}

// complete adds the script. Encoding it like the rest would write and parse all
// of it, which is a third of the time of a cold start.
func (configMap) complete(n *yaml.Node) {
	data := n.Content[len(n.Content)-1]
	data.Style = 0
	data.Content = []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: scriptFile},
		{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Style: yaml.LiteralStyle, Value: bootstrap.Script},
	}
}

func scriptConfigMapName(p *v1alpha1.RegistryProfile) string {
	return bootstrapName(p) + "-" + hash(bootstrap.Script)
}
