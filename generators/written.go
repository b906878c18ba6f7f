package generators

import (
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// Written is an object that is written in the cluster and has no place in Git.
type Written struct {
	ynode.ID
	// ByProvisioner says that the claim's provisioner writes the object, and not the Job.
	ByProvisioner bool
	// From says what the object is made from.
	From string
}

// WrittenInCluster returns what the Job and the claim's provisioner write for a profile,
// beside Config.
func WrittenInCluster(p *v1alpha1.RegistryProfile) []Written {
	b := p.Spec.Storage.Object()
	if b == nil {
		return nil
	}
	claim := b.Claim()
	all := []Written{
		{ID: coreID("Secret", v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret), From: "the claim's credentials"},
		{ID: coreID("Secret", claim.Namespace, claim.Name), From: "the bucket's credentials", ByProvisioner: true},
		{ID: coreID("ConfigMap", claim.Namespace, claim.Name), From: "the bucket's address", ByProvisioner: true},
	}
	if ca := trustedCA(p); ca.sourceName != "" {
		all = append(all, Written{ID: coreID("ConfigMap", v1alpha1.CANamespace, ca.name), From: "the CA of the endpoint"})
	}
	return all
}

func coreID(kind, namespace, name string) ynode.ID {
	return ynode.ID{Kind: kind, Namespace: namespace, Name: name}
}
