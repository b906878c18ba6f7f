package cluster

import "context"

// Bucket is what is read of an ObjectBucket.
type Bucket struct {
	Spec struct {
		Endpoint struct {
			BucketName string `json:"bucketName"`
		} `json:"endpoint"`
		ClaimRef struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"claimRef"`
	} `json:"spec"`
}

// ClaimsOfBucket are the ObjectBucketClaims, as NAMESPACE/NAME, of the ObjectBuckets that have
// a bucket of that name. They add to what the claims say themselves: where ObjectBuckets cannot
// be read, there are none.
func ClaimsOfBucket(ctx context.Context, reader Reader, name string) []string {
	var claims []string
	buckets, _ := ReadAll[Bucket](ctx, reader, Buckets, "")
	for _, b := range buckets {
		if b.Spec.Endpoint.BucketName == name {
			claims = append(claims, b.Spec.ClaimRef.Namespace+"/"+b.Spec.ClaimRef.Name)
		}
	}
	return claims
}

// BucketOfClaim is the bucket that the ConfigMap of an ObjectBucketClaim names, or "".
func BucketOfClaim(ctx context.Context, reader Reader, namespace, name string) string {
	type configMap struct {
		Data map[string]string `json:"data"`
	}
	where, _ := Read[configMap](ctx, reader, ConfigMaps, namespace, name)
	return where.Data["BUCKET_NAME"]
}
