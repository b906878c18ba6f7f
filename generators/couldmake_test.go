package generators_test

import (
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
)

// TestAProfileCouldMakeWhatItMakes: what it could not, a later run would refuse to remove.
func TestAProfileCouldMakeWhatItMakes(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			id := ynode.IDOf(r.YNode())
			assert.True(t, generators.CouldMake(p.Metadata.Name, id), "%v", id)
		}
	})
}

func TestNoProfileMakesACopy(t *testing.T) {
	for _, id := range []ynode.ID{
		{Group: "objectbucket.io", Kind: "ObjectBucketClaim", Namespace: "openshift-logging", Name: "image-registry-rgw"},
		{Kind: "PersistentVolumeClaim", Namespace: "openshift-storage", Name: "image-registry-cephfs"},
		{Group: "imageregistry.operator.openshift.io", Kind: "Config", Name: "copy"},
		{Group: "batch", Kind: "Job", Namespace: "registry-profile", Name: "registryx-bootstrap-0badc0de"},
		{Group: "rbac.authorization.k8s.io", Kind: "Role", Namespace: "mine", Name: "mine"},
		{Group: "apps", Kind: "Deployment", Namespace: "registry-profile", Name: "registry-bootstrap"},
		{Kind: "Secret", Namespace: "registry-profile", Name: "registry-bootstrap"},
	} {
		assert.False(t, generators.CouldMake("registry", id), "%v", id)
	}
}
