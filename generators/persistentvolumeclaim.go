package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type persistentVolumeClaim struct {
	Spec persistentVolumeClaimSpec `yaml:"spec"`
}

type persistentVolumeClaimSpec struct {
	AccessModes      []string           `yaml:"accessModes"`
	Resources        v1alpha1.Resources `yaml:"resources"`
	StorageClassName string             `yaml:"storageClassName"`
	VolumeMode       string             `yaml:"volumeMode"`
}

// persistentVolumeClaimGenerator puts the claim beside the Job: a class with
// WaitForFirstConsumer binds the claim when the registry's pod comes, which is after the
// switch.
var persistentVolumeClaimGenerator = Generator{
	Order:      500,
	APIVersion: "v1",
	Kind:       "PersistentVolumeClaim",
	Stage:      StageSwitch,
	Class:      ClassClaim,
	Spec:       map[string][]string{"storageClassName": nil, "accessModes": nil, "volumeMode": nil, "resources": nil},
	Doc:        "the volume; deleting it deletes every image",
	generate: func(p *expansion) []object {
		v := p.Spec.Storage.Volume()
		if v == nil || v.ExistingClaim != nil {
			return nil
		}
		return []object{{v1alpha1.ImageRegistryNamespace, v.ClaimName, persistentVolumeClaim{persistentVolumeClaimSpec{
			AccessModes:      []string{accessMode(p.Spec.Storage)},
			Resources:        v1alpha1.Resources{Requests: map[string]string{"storage": v.Size}},
			StorageClassName: v.StorageClassName,
			VolumeMode:       "Filesystem",
		}}}}
	},
}

// accessMode is what the volume of a backend can do: a block device is mounted once.
func accessMode(s v1alpha1.Storage) string {
	if s.RBD != nil {
		return "ReadWriteOnce"
	}
	return "ReadWriteMany"
}
