package v1alpha1

import (
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// StrictAnnotation of a profile makes warnings errors, as the flag --strict does, if its
// value is "true". kustomize gives a plugin no flags, and drops what a plugin that
// succeeds has written on stderr (api/internal/plugins/execplugin).
const StrictAnnotation = Group + "/strict"

// IsStrict tells whether an object asks for warnings to be errors.
func IsStrict(n *yaml.RNode) bool {
	return !n.IsNil() && ynode.MetaOf(n.YNode()).Annotations[StrictAnnotation] == "true"
}
