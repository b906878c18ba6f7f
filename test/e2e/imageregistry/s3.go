package imageregistry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	accessKey = "REGISTRY_STORAGE_S3_ACCESSKEY"
	secretKey = "REGISTRY_STORAGE_S3_SECRETKEY"
	caKey     = "ca-bundle.crt"
)

// s3: pkg/storage/s3/s3.go.
type s3 struct {
	operator *Operator
	config   *imageregistryv1.ImageRegistryConfigStorageS3
}

// changed: 608-617.
func (d *s3) changed(config *imageregistryv1.Config) bool {
	if reflect.DeepEqual(config.Status.Storage.S3, config.Spec.Storage.S3) {
		return false
	}
	storageExists(config, operatorv1.ConditionUnknown, "S3 Configuration Changed", "S3 storage is in an unknown state")
	return true
}

// exists: 583-605.
func (d *s3) exists(ctx context.Context, config *imageregistryv1.Config) (bool, error) {
	exists, err := d.head(ctx)
	switch {
	case err != nil:
		storageExists(config, operatorv1.ConditionUnknown, "Unknown Error Occurred", err.Error())
	case exists:
		storageExists(config, operatorv1.ConditionTrue, "S3 Bucket Exists", "")
	default:
		storageExists(config, operatorv1.ConditionFalse, "NotFound", "the bucket is not there or not ours")
	}
	return exists, err
}

// create: 621-712. A bucket that can be reached is taken over as Unmanaged if
// nothing else is said (660-668), and the spec stays as it is; one that cannot
// is created (682-702), which an ObjectBucketClaim's user may not do: rook
// pkg/operator/ceph/object/bucket/provisioner.go:148-157, noobaa-operator
// pkg/obc/provisioner.go:774-775.
func (d *s3) create(ctx context.Context, config *imageregistryv1.Config) error {
	exists, err := d.head(ctx)
	if err != nil {
		storageExists(config, operatorv1.ConditionUnknown, "Unknown Error Occurred", err.Error())
		return err
	}
	if !exists {
		storageExists(config, operatorv1.ConditionFalse, "TooManyBuckets", "the claim's user may not create buckets")
		return fmt.Errorf("TooManyBuckets: cannot create bucket %q", d.config.Bucket)
	}
	if config.Spec.Storage.ManagementState == "" {
		config.Spec.Storage.ManagementState = imageregistryv1.StorageManagementStateUnmanaged
	}
	config.Status.Storage = imageregistryv1.ImageRegistryConfigStorage{S3: d.config.DeepCopy()}
	storageExists(config, operatorv1.ConditionTrue, "S3 Bucket Exists", "User supplied S3 bucket exists and is accessible")
	if config.Spec.Storage.ManagementState == imageregistryv1.StorageManagementStateManaged {
		d.manage(config)
	}
	return nil
}

// manage is what happens to a bucket that is the operator's own: besides tags
// and the like, default encryption, which is then written into the spec: 726-843.
func (d *s3) manage(config *imageregistryv1.Config) {
	d.config.Encrypt = true
	config.Status.Storage.S3 = d.config.DeepCopy()
	config.Spec.Storage.S3 = d.config.DeepCopy()
}

// head asks for the bucket. That it is not there and that it is not ours are
// the same to the operator: 641-645.
func (d *s3) head(ctx context.Context) (bool, error) {
	if d.config.Bucket == "" {
		return false, nil
	}
	s3, err := d.connect(ctx)
	if err != nil {
		return false, err
	}
	exists, err := s3.BucketExists(ctx, d.config.Bucket)
	var response minio.ErrorResponse
	if errors.As(err, &response) && (response.StatusCode == http.StatusForbidden || response.StatusCode == http.StatusNotFound) {
		return false, nil
	}
	return exists, err
}

func (d *s3) connect(ctx context.Context) (*minio.Client, error) {
	// 144-165 fill in a region on AWS only; the SDK fails without one.
	if d.config.Region == "" {
		return nil, errors.New("MissingRegion: could not find region configuration")
	}
	keys, err := d.credentials(ctx)
	if err != nil {
		return nil, err
	}
	transport, err := d.transport(ctx)
	if err != nil {
		return nil, err
	}
	endpoint, err := url.Parse(d.config.RegionEndpoint)
	if err != nil || endpoint.Host == "" {
		return nil, fmt.Errorf("RequestError: send request failed: unsupported protocol scheme in %q", d.config.RegionEndpoint)
	}
	lookup := minio.BucketLookupPath // 356-360
	if d.config.VirtualHostedStyle {
		lookup = minio.BucketLookupDNS
	}
	return minio.New(endpoint.Host, &minio.Options{
		Creds: keys, Secure: endpoint.Scheme == "https", Region: d.config.Region, Transport: transport, BucketLookup: lookup, MaxRetries: 1,
	})
}

// credentials: 199-231.
func (d *s3) credentials(ctx context.Context) (*credentials.Credentials, error) {
	secret := &corev1.Secret{}
	err := d.operator.client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: CredentialsName}, secret)
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("unable to get cluster minted credentials %q: secret %q not found", Namespace+"/installer-cloud-credentials", "installer-cloud-credentials")
	}
	if err != nil {
		return nil, err
	}
	for _, name := range []string{accessKey, secretKey} {
		if _, ok := secret.Data[name]; !ok {
			return nil, fmt.Errorf("secret %q does not contain required key %q", Namespace+"/"+CredentialsName, name)
		}
	}
	return credentials.NewStaticV4(string(secret.Data[accessKey]), string(secret.Data[secretKey]), ""), nil
}

// transport trusts the bundle of trustedCA and nothing else, or, without it,
// the system's: 235-246, 295-305.
func (d *s3) transport(ctx context.Context) (*http.Transport, error) {
	transport := &http.Transport{DialContext: d.operator.dial, DisableKeepAlives: true}
	if d.config.TrustedCA.Name == "" {
		transport.TLSClientConfig = &tls.Config{RootCAs: d.operator.system}
		return transport, nil
	}
	cm := &corev1.ConfigMap{}
	if err := d.operator.client.Get(ctx, client.ObjectKey{Namespace: ConfigNamespace, Name: d.config.TrustedCA.Name}, cm); err != nil {
		return nil, fmt.Errorf("failed to get trusted CA %q: %w", d.config.TrustedCA.Name, err)
	}
	bundle, ok := cm.Data[caKey]
	if !ok {
		return nil, fmt.Errorf("trusted CA config map %q does not contain required key %q", d.config.TrustedCA.Name, caKey)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(bundle))
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	return transport, nil
}
