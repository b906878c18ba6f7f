package bucket

import (
	"context"
	"fmt"
	"sync"

	bucketv1alpha1 "github.com/kube-object-storage/lib-bucket-provisioner/pkg/apis/objectbucket.io/v1alpha1"
	"github.com/kube-object-storage/lib-bucket-provisioner/pkg/provisioner"
	"github.com/kube-object-storage/lib-bucket-provisioner/pkg/provisioner/api"
	"k8s.io/client-go/rest"
)

// The names of the provisioners and what else tells them apart.
var (
	// Rook serves the storage class of RGW.
	Rook = Kind{
		Name: "openshift-storage.ceph.rook.io/bucket",
		Host: "rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc", Port: 443,
		// rook pkg/operator/ceph/object/bucket/util.go:93-161
		allowed: map[string]bool{"maxObjects": true, "maxSize": true},
	}
	// NooBaa serves the storage class of the Multicloud Object Gateway.
	NooBaa = Kind{
		Name: "openshift-storage.noobaa.io/obc",
		Host: "s3.openshift-storage.svc", Port: 443,
		// noobaa-operator pkg/util/util.go:2281-2313
		allowed: map[string]bool{"maxObjects": true, "maxSize": true, "bucketclass": true, "replicationPolicy": true},
	}
)

// A Kind is one of the two kinds of object store of ODF.
type Kind struct {
	Name string // of the provisioner
	Host string // BUCKET_HOST: the Service
	Port int    // BUCKET_PORT

	allowed map[string]bool // keys of additionalConfig
}

// A Provisioner serves the claims of one Kind.
type Provisioner struct {
	kind   Kind
	store  *Store
	config *rest.Config

	mu   sync.Mutex
	held error
	host string
	port int
	stop context.CancelFunc
	done chan struct{}
}

// NewProvisioner makes a provisioner; Start starts it.
func NewProvisioner(config *rest.Config, kind Kind, store *Store) *Provisioner {
	return &Provisioner{kind: kind, store: store, config: rest.CopyConfig(config), host: kind.Host, port: kind.Port}
}

// The library sets up its loggers and flags in package variables.
var library sync.Mutex

// Start starts the provisioner; one that runs already is started anew, which
// makes it look at every claim again, as the real ones do.
func (p *Provisioner) Start() error {
	p.Stop()
	library.Lock()
	defer library.Unlock()
	running, err := provisioner.NewProvisioner(p.config, p.kind.Name, p, "")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop, p.done = cancel, make(chan struct{})
	go func() {
		defer close(p.done)
		_ = running.RunWithContext(ctx)
	}()
	return nil
}

// Stop stops the provisioner.
func (p *Provisioner) Stop() {
	if p.stop == nil {
		return
	}
	p.stop()
	<-p.done
	p.stop = nil
}

// Hold makes the provisioner fail with err until it is called with nil.
func (p *Provisioner) Hold(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = err
}

// Place says where the buckets of the claims that are served from now on are: at a host
// outside of the cluster, as those of an external StorageCluster or of a provider. An
// empty host means the kind's Service.
func (p *Provisioner) Place(host string, port int) {
	if host == "" {
		host, port = p.kind.Host, p.kind.Port
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.host, p.port = host, port
}

// GenerateUserID names the claim's own user: rook
// pkg/operator/ceph/object/bucket/util.go, obc-NAMESPACE-NAME-UID.
func (p *Provisioner) GenerateUserID(claim *bucketv1alpha1.ObjectBucketClaim, _ *bucketv1alpha1.ObjectBucket) (string, error) {
	return UserID(claim), nil
}

// UserID is the name of a claim's user in the store.
func UserID(claim *bucketv1alpha1.ObjectBucketClaim) string {
	return fmt.Sprintf("obc-%s-%s-%s", claim.Namespace, claim.Name, claim.UID)
}

// Provision makes user and bucket. It is run again at every restart: rook
// pkg/operator/ceph/object/bucket/provisioner.go:122-145.
func (p *Provisioner) Provision(options *api.BucketOptions) (*bucketv1alpha1.ObjectBucket, error) {
	if err := p.refuse(options.ObjectBucketClaim); err != nil {
		return nil, err
	}
	ctx := context.Background()
	keys, err := p.store.User(ctx, options.UserID)
	if err != nil {
		return nil, err
	}
	if err := p.store.MakeBucket(ctx, options.BucketName, keys); err != nil {
		return nil, err
	}
	return p.objectBucket(options, keys), nil
}

func (p *Provisioner) refuse(claim *bucketv1alpha1.ObjectBucketClaim) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		return p.held
	}
	for key := range claim.Spec.AdditionalConfig {
		if !p.kind.allowed[key] {
			return fmt.Errorf("OBC config %q is not allowed", key)
		}
	}
	return nil
}

// objectBucket: the region stays empty, as with Rook
// (pkg/operator/ceph/object/bucket/provisioner.go:489-500) and NooBaa.
func (p *Provisioner) objectBucket(options *api.BucketOptions, keys Keys) *bucketv1alpha1.ObjectBucket {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &bucketv1alpha1.ObjectBucket{Spec: bucketv1alpha1.ObjectBucketSpec{
		Connection: &bucketv1alpha1.Connection{
			Endpoint: &bucketv1alpha1.Endpoint{
				BucketHost: p.host, BucketPort: p.port, BucketName: options.BucketName,
				AdditionalConfigData: options.ObjectBucketClaim.Spec.AdditionalConfig,
			},
			Authentication: &bucketv1alpha1.Authentication{
				AccessKeys: &bucketv1alpha1.AccessKeys{AccessKeyID: keys.Access, SecretAccessKey: keys.Secret},
			},
			AdditionalState: map[string]string{"user": options.UserID},
		},
	}}
}

// Grant is for buckets named by a storage class, which ODF's classes do not do.
func (p *Provisioner) Grant(*api.BucketOptions) (*bucketv1alpha1.ObjectBucket, error) {
	return nil, fmt.Errorf("%s: buckets of a storage class are not served here", p.kind.Name)
}

// Delete purges the bucket, as Rook (rgw-handlers.go:111-117) and NooBaa
// (pkg/obc/provisioner.go:830-857) do, and removes the user.
func (p *Provisioner) Delete(bucket *bucketv1alpha1.ObjectBucket) error {
	ctx := context.Background()
	if err := p.store.Purge(ctx, bucket.Spec.Endpoint.BucketName); err != nil {
		return err
	}
	return p.Revoke(bucket)
}

// Revoke removes the user and leaves the bucket.
func (p *Provisioner) Revoke(bucket *bucketv1alpha1.ObjectBucket) error {
	return p.store.RemoveUser(context.Background(), bucket.Spec.AdditionalState["user"])
}
