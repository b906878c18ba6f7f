package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type persistentVolumeClaim struct {
	*typeMeta `yaml:",inline"`
	Spec      persistentVolumeClaimSpec `yaml:"spec"`
}

type persistentVolumeClaimSpec struct {
	AccessModes      []string           `yaml:"accessModes"`
	Resources        v1alpha1.Resources `yaml:"resources"`
	StorageClassName string             `yaml:"storageClassName"`
	VolumeMode       string             `yaml:"volumeMode"`
}

var persistentVolumeClaimGenerator = Generator{
	Name:    "PersistentVolumeClaim",
	Doc:     "the volume; deleting it deletes every image",
	Enabled: usesVolume,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		v := p.Spec.Storage.Volume()
		mode := "ReadWriteMany"
		if p.Spec.Storage.RBD != nil {
			mode = "ReadWriteOnce"
		}
		// Beside the Job: a class with WaitForFirstConsumer binds the claim when
		// the registry's pod comes, which is after the switch.
		return []Resource{resource(StageSwitch, ClassClaim, persistentVolumeClaim{
			typeMeta: object(p, "v1", "PersistentVolumeClaim", v1alpha1.ImageRegistryNamespace, v.ClaimName),
			Spec: persistentVolumeClaimSpec{
				AccessModes:      []string{mode},
				Resources:        v1alpha1.Resources{Requests: map[string]string{"storage": v.Size}},
				StorageClassName: v.StorageClassName,
				VolumeMode:       "Filesystem",
			},
		})}
	},
}
