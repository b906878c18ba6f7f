package v1alpha1

// Storage chooses the backend: at most one field is set, none means RGW.
type Storage struct {
	RGW    *ObjectStore `yaml:"rgw,omitempty"`
	NooBaa *ObjectStore `yaml:"noobaa,omitempty"`
	CephFS *Volume      `yaml:"cephfs,omitempty"`
	RBD    *Volume      `yaml:"rbd,omitempty"`
}

// Object returns the object store that the profile uses, or nil where it uses
// a volume.
func (s Storage) Object() *ObjectStore {
	if s.RGW != nil {
		return s.RGW
	}
	return s.NooBaa
}

// Volume returns the volume that the profile uses, or nil where it uses an
// object store.
func (s Storage) Volume() *Volume {
	if s.CephFS != nil {
		return s.CephFS
	}
	return s.RBD
}

// ObjectStore is a bucket of the Ceph object gateway (RGW) or of the
// Multicloud Object Gateway (NooBaa), obtained by an ObjectBucketClaim.
type ObjectStore struct {
	// ClaimName names the ObjectBucketClaim in openshift-image-registry.
	ClaimName        string `yaml:"claimName,omitempty"`
	StorageClassName string `yaml:"storageClassName,omitempty"`
	// BucketClass names a NooBaa BucketClass; NooBaa alone knows it.
	BucketClass string `yaml:"bucketClass,omitempty"`
	Bucket      Bucket `yaml:"bucket,omitempty"`
	// Region is what the S3 client signs with. It must not be empty where a
	// custom endpoint is set; neither store cares for its value.
	Region string `yaml:"region,omitempty"`
	// ChunkSizeMiB is the size of an upload's parts, in MiB, 5 to 5120.
	ChunkSizeMiB *int     `yaml:"chunkSizeMiB,omitempty"`
	Endpoint     Endpoint `yaml:"endpoint,omitempty"`
	// TrustedCA names a ConfigMap of the user's own in openshift-config, with the
	// key ca-bundle.crt. Empty means that the Job copies the endpoint's CA.
	TrustedCA string `yaml:"trustedCA,omitempty"`
}

// Bucket names the bucket: by a generated name, or by a fixed one.
type Bucket struct {
	// GenerateName is cut after 26 characters by lib-bucket-provisioner
	// (pkg/provisioner/helpers.go), and followed by "-" and a UUID.
	GenerateName string `yaml:"generateName,omitempty"`
	// Name is a fixed name. On RGW a claim with the name of an existing bucket
	// takes that bucket over, and deleting either claim deletes its content.
	Name string `yaml:"name,omitempty"`
	// AdoptExisting says that Name is meant to take over an existing bucket.
	AdoptExisting bool `yaml:"adoptExisting,omitempty"`
	// MaxSize is the bucket's quota as a Kubernetes quantity of bytes.
	MaxSize string `yaml:"maxSize,omitempty"`
	// MaxObjects is the bucket's quota in objects.
	MaxObjects *int64 `yaml:"maxObjects,omitempty"`
}

// Endpoint says how registry, operator and nodes reach the object store: by
// exactly one of Route and Service.
type Endpoint struct {
	Route   *RouteEndpoint   `yaml:"route,omitempty"`
	Service *ServiceEndpoint `yaml:"service,omitempty"`
}

// The values of the Scheme fields.
const (
	HTTP  = "http"
	HTTPS = "https"
)

// RouteEndpoint is a Route of ODF, which nodes can reach: blobs are served by
// redirects to it.
type RouteEndpoint struct {
	Name   string `yaml:"name,omitempty"`
	Scheme string `yaml:"scheme,omitempty"`
	// Host, with an optional port, is used as it is; no Route is looked up then.
	Host string `yaml:"host,omitempty"`
}

// ServiceEndpoint is the in-cluster Service that the claim's ConfigMap names.
// Nodes cannot resolve it, so redirects are off.
type ServiceEndpoint struct {
	Scheme string `yaml:"scheme,omitempty"`
}

// Volume is a persistent volume of CephFS or Ceph RBD.
type Volume struct {
	// ClaimName names the PersistentVolumeClaim in openshift-image-registry.
	ClaimName        string `yaml:"claimName,omitempty"`
	StorageClassName string `yaml:"storageClassName,omitempty"`
	// Size is a Kubernetes quantity of bytes.
	Size string `yaml:"size,omitempty"`
}

// Scheme returns the scheme of whichever endpoint is chosen.
func (e Endpoint) Scheme() string {
	if e.Service != nil {
		return e.Service.Scheme
	}
	return e.Route.Scheme
}
