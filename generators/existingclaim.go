package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

// ExistingClaim returns the claim that a profile names and does not make, and whether it
// names one. Whoever delivers it beside the profile gives it these marks, which keep it as
// they keep a claim of ours. Its spec holds what the Job demands of it.
func ExistingClaim(p *v1alpha1.RegistryProfile) (Resource, bool) {
	e := newExpansion(p)
	claim, ok := existingClaim(e)
	if !ok {
		return Resource{}, false
	}
	r := newResource(claim, append(plan(e), claim), e)
	r.Existing = true
	return r, true
}

func existingClaim(p *expansion) (planned, bool) {
	generator, claim := objectBucketClaimGenerator, (*v1alpha1.ClaimReference)(nil)
	if b := p.Spec.Storage.Object(); b != nil {
		claim = b.ExistingClaim
	} else {
		generator, claim = persistentVolumeClaimGenerator, p.Spec.Storage.Volume().ExistingClaim
	}
	if claim == nil {
		return planned{}, false
	}
	var demanded struct {
		Spec struct {
			StorageClassName string `yaml:"storageClassName"`
		} `yaml:"spec"`
	}
	demanded.Spec.StorageClassName = p.Spec.Storage.ClassName()
	return planned{generator, object{claim.Namespace, claim.Name, demanded}}, true
}
