package generators

import (
	"github.com/registryprofile/registry-profile/generators/bootstrap"
)

type configMap struct {
	Immutable bool              `yaml:"immutable"`
	Data      map[string]string `yaml:"data"`
}

// ScriptFile is the key of the Job's script in its ConfigMap.
const ScriptFile = "bootstrap.sh"

var configMapGenerator = Generator{
	Order:      120,
	APIVersion: "v1",
	Kind:       "ConfigMap",
	Stage:      StageBase,
	Class:      ClassScript,
	Doc:        "the Job's script, with its hash in the name",
	generate: func(p *expansion) []object {
		return []object{{p.Spec.Bootstrap.Namespace, scriptConfigMapName(p), configMap{
			Immutable: true,
			Data:      map[string]string{ScriptFile: bootstrap.Script()},
		}}}
	},
}

// ScriptFiles are the keys of all scripts, each in a ConfigMap of its own.
var ScriptFiles = []string{ScriptFile, SmokeScriptFile}

func scriptConfigMapName(p *expansion) string {
	return bootstrapName(p) + "-" + bootstrap.Hash()
}
