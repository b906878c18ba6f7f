//go:build never

package conformance

// Each minor version of OpenShift brings the CRDs of the revision of openshift/api that its
// registry operator was built with (cluster-image-registry-operator, go.mod of the branch
// release-4.N). go.mod gives each revision a name of its own. These imports keep them there;
// nothing of them is compiled, which the tag sees to.
import (
	_ "openshift.example/api-4.14/imageregistry/v1"
	_ "openshift.example/api-4.16/imageregistry/v1"
	_ "openshift.example/api-4.17/imageregistry/v1"
	_ "openshift.example/api-4.18/imageregistry/v1"
	_ "openshift.example/api-4.19/imageregistry/v1"
	_ "openshift.example/api-4.22/imageregistry/v1"
)
