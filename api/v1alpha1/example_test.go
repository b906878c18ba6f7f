package v1alpha1_test

import (
	"fmt"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Decode fills in the defaults.
func ExampleDecode() {
	profile, results := v1alpha1.Decode(yaml.MustParse(`
apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfile
metadata: {name: registry}
spec: {storage: {rbd: {}}}
`))
	fmt.Println(profile.Spec.Storage.RBD.StorageClassName, *profile.Spec.Registry.Replicas)
	for _, result := range results {
		fmt.Println(result.Severity, result.Field.Path)
	}
	// Output:
	// ocs-storagecluster-ceph-rbd 1
	// warning spec.storage.rbd
}
