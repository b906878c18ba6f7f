package verdict

import (
	"context"
	"fmt"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
)

// Bucket is where images are kept, as the registry reaches it.
type Bucket struct {
	// Source names the object that says which bucket it is.
	Source string
	Name   string
	Region string
	// Endpoint is a URL, or "" for that of Amazon Web Services.
	Endpoint string
	Keys     Keys
}

// Keys names the credentials of a bucket, and does not hold them.
type Keys struct {
	// Namespace and Secret are where they are.
	Namespace, Secret string
	// AccessKey and SecretKey are the keys of the Secret under which they stand.
	AccessKey, SecretKey string
}

// BucketOfClaim returns the bucket of the claim that a Job with these parameters uses. It
// has no Name where the verdict says why it is not known.
func BucketOfClaim(ctx context.Context, reader cluster.Reader, p Parameters) (Bucket, *Verdict) {
	l := &look{ctx: ctx, reader: reader, Parameters: p, verdict: &Verdict{}}
	if p.backend() != objectStore {
		l.run(func() error {
			return never("The profile keeps the images on a volume, "+l.theClaim()+", and so in no bucket.",
				"Give a profile with storage.rgw or storage.noobaa.")
		})
		return Bucket{}, l.verdict
	}
	l.run(l.lookAtClaim, l.resolveEndpoint)
	l.withoutJob()
	if l.bucket == "" || l.endpoint == "" || l.stops() {
		return Bucket{}, l.verdict
	}
	return Bucket{
		Source: l.theClaim(), Name: l.bucket, Region: p["REGION"], Endpoint: l.endpoint,
		Keys: Keys{p["CLAIM_NAMESPACE"], p["CLAIM_NAME"], "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
	}, l.verdict
}

// BucketOfConfig returns the bucket that is in Config, under the same condition.
func BucketOfConfig(ctx context.Context, reader cluster.Reader) (Bucket, *Verdict) {
	l := &look{ctx: ctx, reader: reader, verdict: &Verdict{}}
	var bucket Bucket
	l.run(func() error {
		found, answer := cluster.Read[config](ctx, reader, cluster.Configs, "", "cluster")
		if !l.saw(answer.Outcome, "Config cluster", Wait{Advice: "Name a profile: its claim has the bucket too."}) {
			return nil
		}
		s3 := found.Spec.Storage.s3()
		if s3.Bucket == "" {
			return never("Config cluster names no bucket in spec.storage.s3.", "Name a profile: its claim has a bucket.")
		}
		keys := Keys{v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret, v1alpha1.CredentialsAccessKey, v1alpha1.CredentialsSecretKey}
		l.saw(reader.Get(ctx, cluster.Secrets, keys.Namespace, keys.Secret).Outcome,
			fmt.Sprintf("Secret %s/%s", keys.Namespace, keys.Secret),
			Wait{Advice: "Without it the registry has its keys from the cloud, or none."})
		if l.stops() {
			return nil
		}
		bucket = Bucket{"Config cluster", s3.Bucket, s3.set["region"], s3.RegionEndpoint, keys}
		return nil
	})
	return bucket, l.verdict
}

// stops tells whether a Job could not use the storage now.
func (l *look) stops() bool { return l.verdict.Exit != Done || len(l.verdict.Waits) > 0 }

// withoutJob takes the advice to start the Job from where no Job is meant.
func (l *look) withoutJob() {
	for i := range l.verdict.Waits {
		l.verdict.Waits[i].Advice = strings.TrimSuffix(l.verdict.Waits[i].Advice, " "+again)
	}
}
