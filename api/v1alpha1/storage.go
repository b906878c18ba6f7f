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

// ClassName returns the storage class of whichever backend is chosen.
func (s Storage) ClassName() string {
	if b := s.Object(); b != nil {
		return b.StorageClassName
	}
	return s.Volume().StorageClassName
}

// ObjectStore is a bucket of the Ceph object gateway (RGW) or of the
// Multicloud Object Gateway (NooBaa), obtained by an ObjectBucketClaim.
type ObjectStore struct {
	// ClaimName names the ObjectBucketClaim that is made in openshift-image-registry.
	ClaimName string `yaml:"claimName,omitempty"`
	// ExistingClaim names an ObjectBucketClaim that is there already, in the place of
	// ClaimName, Bucket and BucketClass.
	ExistingClaim *ClaimReference `yaml:"existingClaim,omitempty"`
	// StorageClassName is the class that the claim is made with, or must have.
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
	// TrustedCA says who has signed the certificate of an https endpoint. It is nil for
	// http.
	TrustedCA *TrustedCA `yaml:"trustedCA,omitempty"`
}

// ClaimReference names a claim in any namespace.
type ClaimReference struct {
	// Namespace is openshift-image-registry by default. A PersistentVolumeClaim can be
	// in no other: the registry's pods mount it.
	Namespace string `yaml:"namespace,omitempty"`
	Name      string `yaml:"name"`
}

// Claim returns where the ObjectBucketClaim is.
func (b *ObjectStore) Claim() ClaimReference {
	if b.ExistingClaim != nil {
		return *b.ExistingClaim
	}
	return ClaimReference{Namespace: ImageRegistryNamespace, Name: b.ClaimName}
}

// TrustedCA is exactly one of the CAs that can have signed the endpoint's certificate.
// The operator and the registry trust that CA alone (cluster-image-registry-operator,
// pkg/storage/s3/s3.go).
type TrustedCA struct {
	// Ingress is the CA of the cluster's default ingress: the Job copies it.
	Ingress *struct{} `yaml:"ingress,omitempty"`
	// Service is the CA of the cluster's Services: the Job copies it.
	Service *struct{} `yaml:"service,omitempty"`
	// System stands for the CAs of the operating system and those of the cluster's proxy.
	System *struct{} `yaml:"system,omitempty"`
	// ConfigMap is one of the user's own in openshift-config, with the key ca-bundle.crt.
	ConfigMap *LocalReference `yaml:"configMap,omitempty"`
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

// Endpoint says how registry, operator and nodes reach the object store: by exactly one
// of Route, Service and External.
type Endpoint struct {
	Route    *RouteEndpoint    `yaml:"route,omitempty"`
	Service  *ServiceEndpoint  `yaml:"service,omitempty"`
	External *ExternalEndpoint `yaml:"external,omitempty"`
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

// ExternalEndpoint is the host outside of the cluster that the claim's ConfigMap names: a
// store of an external StorageCluster, or of the provider of a client cluster.
type ExternalEndpoint struct {
	Scheme string `yaml:"scheme,omitempty"`
}

// Volume is a persistent volume of CephFS or Ceph RBD.
type Volume struct {
	// ClaimName names the PersistentVolumeClaim that is made in openshift-image-registry.
	ClaimName string `yaml:"claimName,omitempty"`
	// ExistingClaim names a PersistentVolumeClaim that is there already, in the place of
	// ClaimName and Size.
	ExistingClaim *ClaimReference `yaml:"existingClaim,omitempty"`
	// StorageClassName is the class that the claim is made with, or must have.
	StorageClassName string `yaml:"storageClassName,omitempty"`
	// Size is a Kubernetes quantity of bytes.
	Size string `yaml:"size,omitempty"`
}

// Claim returns where the PersistentVolumeClaim is.
func (v *Volume) Claim() ClaimReference {
	if v.ExistingClaim != nil {
		return *v.ExistingClaim
	}
	return ClaimReference{Namespace: ImageRegistryNamespace, Name: v.ClaimName}
}

// Scheme returns the scheme of whichever endpoint is chosen.
func (e Endpoint) Scheme() string {
	switch {
	case e.Service != nil:
		return e.Service.Scheme
	case e.External != nil:
		return e.External.Scheme
	}
	return e.Route.Scheme
}

// Provable tells whether the Job can find out in the cluster that the endpoint leads to
// the claim's store: a literal host says nothing about that.
func (e Endpoint) Provable() bool { return e.Route == nil || e.Route.Host == "" }
