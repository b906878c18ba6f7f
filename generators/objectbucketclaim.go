package generators

import (
	"strconv"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

type objectBucketClaim struct {
	Spec objectBucketClaimSpec `yaml:"spec"`
}

type objectBucketClaimSpec struct {
	StorageClassName   string            `yaml:"storageClassName"`
	BucketName         string            `yaml:"bucketName,omitempty"`
	GenerateBucketName string            `yaml:"generateBucketName,omitempty"`
	AdditionalConfig   map[string]string `yaml:"additionalConfig,omitempty"`
}

var objectBucketClaimGenerator = Generator{
	Order:      400,
	APIVersion: "objectbucket.io/v1alpha1",
	Kind:       "ObjectBucketClaim",
	Stage:      StageBase,
	Class:      ClassClaim,
	Spec: map[string][]string{
		"storageClassName": nil, "generateBucketName": nil, "bucketName": nil,
		"additionalConfig": {"maxSize", "maxObjects", "bucketclass"},
	},
	Doc: "the bucket; deleting it deletes every image",
	generate: func(p *expansion) []object {
		b := p.Spec.Storage.Object()
		if b == nil || b.ExistingClaim != nil {
			return nil
		}
		return []object{{v1alpha1.ImageRegistryNamespace, b.ClaimName, objectBucketClaim{objectBucketClaimSpec{
			StorageClassName:   b.StorageClassName,
			BucketName:         b.Bucket.Name,
			GenerateBucketName: b.Bucket.GenerateName,
			AdditionalConfig:   additionalConfig(b),
		}}}}
	},
}

// additionalConfig holds the keys that the provisioners accept by default: Rook
// maxSize and maxObjects (rook, pkg/operator/ceph/object/bucket/util.go), NooBaa
// bucketclass too (noobaa-operator, pkg/obc/provisioner.go). With any other the
// claim is never bound.
func additionalConfig(b *v1alpha1.ObjectStore) map[string]string {
	config := map[string]string{}
	if b.BucketClass != "" {
		config["bucketclass"] = b.BucketClass
	}
	if b.Bucket.MaxSize != "" {
		config["maxSize"] = b.Bucket.MaxSize
	}
	if b.Bucket.MaxObjects != nil {
		config["maxObjects"] = strconv.FormatInt(*b.Bucket.MaxObjects, 10)
	}
	return config
}
