package generators

import (
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// CouldMake tells whether a profile of a name, whatever else it says, can make an object of
// an identity. One that carries the marks of the profile without that is a copy: somebody
// has given it another name, and not taken the marks off.
func CouldMake(profile string, id ynode.ID) bool {
	switch kind := KindOf(id.Group, id.Kind); {
	case len(kind.generators) == 0:
		return false
	case kind.Is(ClassClaim):
		return id.Namespace == v1alpha1.ImageRegistryNamespace
	case kind.Is(ClassShared):
		return id.Name == SingletonName
	case kind.Is(ClassGuard):
		return strings.HasPrefix(id.Name, ManagedBy+"-")
	case id.Kind == namespaceGenerator.Kind:
		return true
	default:
		return strings.Contains("-"+id.Name+"-", "-"+profile+"-")
	}
}
