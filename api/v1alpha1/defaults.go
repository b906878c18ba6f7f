package v1alpha1

import "strings"

// ImageRegistryNamespace is where the registry, its claim and its Secret live.
const ImageRegistryNamespace = "openshift-image-registry"

// Where the operator of the registry looks for what the Job writes.
const (
	// CredentialsSecret is the name of the Secret with the credentials
	// (cluster-image-registry-operator, pkg/defaults/defaults.go), and the other two are its keys.
	CredentialsSecret    = "image-registry-private-configuration-user"
	CredentialsAccessKey = "REGISTRY_STORAGE_S3_ACCESSKEY"
	CredentialsSecretKey = "REGISTRY_STORAGE_S3_SECRETKEY"
	// CANamespace is where Config's trustedCA is looked up, and CAKey the key of that
	// ConfigMap (pkg/storage/s3/s3.go).
	CANamespace = "openshift-config"
	CAKey       = "ca-bundle.crt"
)

// DefaultBootstrapNamespace is where a profile's Job is unless the profile says otherwise.
const DefaultBootstrapNamespace = "registry-profile"

// defaultRunbookURL is where docs/alerts.md is read.
const defaultRunbookURL = "https://github.com/registryprofile/registry-profile/blob/main/docs/alerts.md"

// DefaultVerifyNamespace is where the smoke test's image and pods are unless the profile says
// otherwise.
const DefaultVerifyNamespace = DefaultBootstrapNamespace + "-smoke-test"

// What ODF adds to the name of the StorageCluster for its Routes.
const routeSuffix, secureSuffix = "-cephobjectstore", "-secure"

// setDefaults fills every field that the profile left open.
func (p *RegistryProfile) setDefaults() {
	s := &p.Spec
	or(&s.OpenShiftVersion, "4.20")
	or(&s.ODF.Namespace, "openshift-storage")
	or(&s.ODF.StorageCluster, "ocs-storagecluster")
	s.Storage.setDefaults(s.ODF)
	s.Registry.setDefaults(s.Storage)
	s.Pruner.setDefaults()
	s.Bootstrap.setDefaults(s.OpenShiftVersion)
	s.Bootstrap.Reconcile.setDefaults(p.Metadata.Name, s.Storage)
	s.Verify.setDefaults(s.Registry, s.Bootstrap)
	orNil(&s.Alerts.Enabled, true)
	or(&s.Alerts.RunbookURL, defaultRunbookURL)
	orNil(&s.Protection.AdmissionPolicies, hasAdmissionPolicies(s.OpenShiftVersion))
}

// setDefaults names classes and Routes as ODF does (ocs-operator,
// pkg/util/storageclasses.go and internal/controller/storagecluster/routes.go;
// noobaa-operator, pkg/options/options.go and deploy/internal/route-s3.yaml).
func (s *Storage) setDefaults(odf ODF) {
	if *s == (Storage{}) {
		s.RGW = &ObjectStore{}
	}
	if b := s.RGW; b != nil {
		b.setDefaults("image-registry-rgw")
		or(&b.StorageClassName, odf.StorageCluster+"-ceph-rgw")
		if r := b.Endpoint.Route; r != nil {
			// The Route without "-secure" serves http; the other redirects it.
			name := odf.StorageCluster + routeSuffix
			if r.Scheme == HTTPS {
				name += secureSuffix
			}
			or(&r.Name, name)
		}
	}
	if b := s.NooBaa; b != nil {
		b.setDefaults("image-registry-noobaa")
		or(&b.StorageClassName, odf.Namespace+".noobaa.io")
		if r := b.Endpoint.Route; r != nil {
			or(&r.Name, "s3")
		}
	}
	if v := s.CephFS; v != nil {
		v.setDefaults("image-registry-cephfs", odf.StorageCluster+"-cephfs")
	}
	if v := s.RBD; v != nil {
		v.setDefaults("image-registry-rbd", odf.StorageCluster+"-ceph-rbd")
	}
}

// setDefaults names the claim after its backend: a change of the backend must never edit
// a claim that is live, which its provisioner would ignore.
func (b *ObjectStore) setDefaults(claimName string) {
	or(&b.Region, "us-east-1")
	if b.ExistingClaim != nil {
		or(&b.ExistingClaim.Namespace, ImageRegistryNamespace)
	} else {
		or(&b.ClaimName, claimName)
		if b.Bucket.Name == "" {
			or(&b.Bucket.GenerateName, "image-registry")
		}
	}
	b.Endpoint.setDefaults()
	if b.TrustedCA == nil && b.Endpoint.Scheme() == HTTPS {
		b.TrustedCA = b.Endpoint.defaultCA()
	}
}

func (e *Endpoint) setDefaults() {
	if *e == (Endpoint{}) {
		e.Route = &RouteEndpoint{}
	}
	if e.Route != nil {
		or(&e.Route.Scheme, HTTPS)
	}
	if e.Service != nil {
		or(&e.Service.Scheme, HTTPS)
	}
	if e.External != nil {
		or(&e.External.Scheme, HTTPS)
	}
}

// defaultCA returns the CA that signs the certificate of a Route or a Service of this
// cluster, or nil: who has signed that of another host is not known.
func (e *Endpoint) defaultCA() *TrustedCA {
	switch {
	case e.Service != nil:
		return &TrustedCA{Service: &struct{}{}}
	case e.Route != nil && e.Route.Host == "":
		return &TrustedCA{Ingress: &struct{}{}}
	}
	return nil
}

func (v *Volume) setDefaults(claimName, storageClassName string) {
	or(&v.StorageClassName, storageClassName)
	if v.ExistingClaim != nil {
		or(&v.ExistingClaim.Namespace, ImageRegistryNamespace)
		return
	}
	or(&v.ClaimName, claimName)
	or(&v.Size, "100Gi")
}

func (r *Registry) setDefaults(s Storage) {
	if s.RBD != nil {
		// A ReadWriteOnce volume serves one pod at a time.
		orNil(&r.Replicas, 1)
		or(&r.RolloutStrategy, Recreate)
	}
	or(&r.ManagementState, Managed)
	orNil(&r.Replicas, 2)
	or(&r.RolloutStrategy, RollingUpdate)
	orNil(&r.DefaultRoute, false)
	if o := s.Object(); o != nil && o.Endpoint.Service != nil {
		orNil(&r.DisableRedirect, true)
	}
}

func (p *Pruner) setDefaults() {
	or(&p.Schedule, "0 0 * * *")
	orNil(&p.Suspend, false)
	orNil(&p.KeepTagRevisions, 5)
	if p.KeepYoungerThan == nil {
		or(&p.KeepYoungerThanDuration, "720h")
	}
	// Always explicit: where an update drops it, it turns false upstream, and a
	// single invalid reference then fails the pruner and degrades the operator.
	orNil(&p.IgnoreInvalidImageReferences, true)
	orNil(&p.SuccessfulJobsHistoryLimit, 3)
	orNil(&p.FailedJobsHistoryLimit, 3)
}

func (b *Bootstrap) setDefaults(openshiftVersion string) {
	or(&b.Namespace, DefaultBootstrapNamespace)
	orNil(&b.CreateNamespace, true)
	or(&b.Image, defaultImage(openshiftVersion))
	or(&b.Timeout, "30m")
	orNil(&b.Resources, Resources{Requests: map[string]string{"cpu": "10m", "memory": "64Mi"}})
	orNil(&b.NetworkPolicy, false)
}

// setDefaults lets the Job be repeated where the claim's credentials, or the CA that was
// copied, can change without it.
func (r *Reconcile) setDefaults(profile string, s Storage) {
	orNil(&r.Enabled, s.Object() != nil || r.Schedule != "")
	or(&r.Schedule, dailySchedule(profile))
}

func (v *Verify) setDefaults(r Registry, b Bootstrap) {
	orNil(&v.Enabled, r.takesPushes())
	or(&v.Namespace, DefaultVerifyNamespace)
	orNil(&v.CreateNamespace, *b.CreateNamespace)
	or(&v.Timeout, "10m")
	orNil(&v.Nodes.Count, 1)
	or(&v.Nodes.TopologyKey, "kubernetes.io/hostname")
}

// defaultImage is Red Hat's image of oc for an OpenShift version. It is built on
// RHEL 9 under a name of its own since 4.16.
func defaultImage(openshiftVersion string) string {
	name := "ose-cli-rhel9"
	if strings.HasPrefix(openshiftVersion, "4.14") || strings.HasPrefix(openshiftVersion, "4.15") {
		name = "ose-cli"
	}
	return "registry.redhat.io/openshift4/" + name + ":v" + openshiftVersion
}

// or sets a field that is empty.
func or(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// orNil sets an optional field that is unset.
func orNil[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}
