package generators_test

import (
	"fmt"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Expand returns the resources in the order in which they are applied.
func ExampleExpand() {
	profile, _ := v1alpha1.Decode(yaml.MustParse(`
apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfile
metadata: {name: registry}
`))
	for _, resource := range generators.Expand(profile) {
		if resource.Class.Kept() {
			fmt.Println(resource.FileName(), resource.GetName())
		}
	}
	// Output:
	// 300-validatingadmissionpolicy.yaml registry-profile-claims
	// 302-validatingadmissionpolicy.yaml registry-profile-claims-in-use
	// 305-validatingadmissionpolicy.yaml registry-profile-config
	// 310-validatingadmissionpolicybinding.yaml registry-profile-claims
	// 312-validatingadmissionpolicybinding.yaml registry-profile-claims-in-use
	// 315-validatingadmissionpolicybinding.yaml registry-profile-config
	// 400-objectbucketclaim.yaml image-registry-rgw
	// 600-config.yaml cluster
	// 610-imagepruner.yaml cluster
}
