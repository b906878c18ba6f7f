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
func WrittenInCluster(p *v1alpha1.RegistryProfile) []Written { return WrittenFor(Parameters(p)) }

// WrittenFor returns the same for the variables of a Job.
func WrittenFor(variables map[string]string) []Written {
	if variables[BackendVariable] != BackendS3 {
		return nil
	}
	all := append([]Written{WrittenCredentials()},
		WrittenForClaim(variables[ClaimNamespaceVariable], variables[ClaimNameVariable])...)
	if variables[CASourceVariable] != "" {
		ca := coreID("ConfigMap", v1alpha1.CANamespace, variables[TrustedCAVariable])
		all = append(all, Written{ID: ca, From: "the CA of the endpoint"})
	}
	return all
}

// WrittenCredentials is the Secret from which the operator takes the registry's credentials.
func WrittenCredentials() Written {
	return Written{
		ID:   coreID("Secret", v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret),
		From: "the claim's credentials",
	}
}

// WrittenForClaim returns what a provisioner writes for an ObjectBucketClaim.
func WrittenForClaim(namespace, name string) []Written {
	return []Written{
		{ID: coreID("Secret", namespace, name), From: "the bucket's credentials", ByProvisioner: true},
		{ID: coreID("ConfigMap", namespace, name), From: "the bucket's address", ByProvisioner: true},
	}
}

func coreID(kind, namespace, name string) ynode.ID {
	return ynode.ID{Kind: kind, Namespace: namespace, Name: name}
}
