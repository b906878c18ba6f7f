package controlplane

import (
	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	configv1 "github.com/openshift/api/config/v1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	routev1 "github.com/openshift/api/route/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
)

// Scheme knows every kind that the product writes or reads, except
// StorageCluster, which has no Go type here.
var Scheme = scheme()

func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme,
		configv1.AddToScheme,
		imageregistryv1.AddToScheme,
		routev1.AddToScheme,
		bucketv1alpha1.AddToScheme,
	} {
		utilruntime.Must(add(s))
	}
	return s
}
