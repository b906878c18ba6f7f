package v1alpha1

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// longestPrefix is where lib-bucket-provisioner cuts generateBucketName
// (pkg/provisioner/helpers.go).
const longestPrefix = 26

// longestClaimName leaves room in the name of the ObjectBucket, obc-NAMESPACE-NAME
// (lib-bucket-provisioner, pkg/provisioner/helpers.go).
const longestClaimName = validation.DNS1123SubdomainMaxLength - len("obc-"+ImageRegistryNamespace+"-")

// operatorsNames are Secrets and ConfigMaps in openshift-image-registry
// (cluster-image-registry-operator, pkg/defaults/defaults.go, manifests and
// pkg/resource; kube-controller-manager publishes the last two everywhere).
var operatorsNames = []string{
	"image-registry-private-configuration", "image-registry-private-configuration-user",
	"installer-cloud-credentials", "installation-pull-secrets",
	"image-registry-tls", "image-registry-operator-tls", "image-registry-operator-config",
	"image-registry-certificates", "trusted-ca", "serviceca",
	"kube-root-ca.crt", "openshift-service-ca.crt",
}

var storageRules = []Rule{{
	Code:     "storage-backends",
	Severity: kptfn.Error,
	Doc:      "The operator refuses two storages; a profile chooses one.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		s := p.Spec.Storage
		chosen := chosen([]choice{
			{"rgw", s.RGW != nil}, {"noobaa", s.NooBaa != nil}, {"cephfs", s.CephFS != nil}, {"rbd", s.RBD != nil},
		})
		if len(chosen) > 1 {
			r.At("spec.storage").Say("chooses %s; keep one of them", strings.Join(chosen, " and "))
		}
	},
}, {
	Code:     "claim-name",
	Severity: kptfn.Error,
	Doc: "A provisioner writes a Secret and a ConfigMap of the claim's name, over those of that name " +
		"that the operator and its registry use, and an ObjectBucket whose name holds the claim's.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		if slices.Contains(operatorsNames, b.ClaimName) {
			r.At(path + ".claimName").Value(b.ClaimName).Propose("image-registry").Say(
				"is the name of a Secret or ConfigMap of the registry's operator, which the claim's own would " +
					"replace; use another, such as \"image-registry\"")
		}
		if len(b.ClaimName) > longestClaimName {
			r.At(path+".claimName").Value(b.ClaimName).Propose("image-registry").Say(
				"has %d characters, and its ObjectBucket's name would be too long; write at most %d",
				len(b.ClaimName), longestClaimName)
		}
	}),
}, {
	Code:     "existing-claim",
	Severity: kptfn.Error,
	Doc:      "A claim that is there already is not made again, so the fields that make one mean nothing beside it.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		const refused = "makes a claim and existingClaim names one; remove one of them"
		for path, b := range objectStores(&p.Spec) {
			makes := map[string]bool{
				"claimName": b.ClaimName != "", "bucket": b.Bucket != (Bucket{}), "bucketClass": b.BucketClass != "",
			}
			for field, set := range makes {
				if set && b.ExistingClaim != nil {
					r.At(path + "." + field).Say(refused)
				}
			}
		}
		for path, v := range volumes(&p.Spec) {
			for field, value := range map[string]string{"claimName": v.ClaimName, "size": v.Size} {
				if value != "" && v.ExistingClaim != nil {
					r.At(path + "." + field).Say(refused)
				}
			}
			if v.Claim().Namespace != ImageRegistryNamespace {
				r.At(path+".existingClaim.namespace").Value(v.Claim().Namespace).Propose(ImageRegistryNamespace).Say(
					"is not where the registry's pods run, so they cannot mount it; remove it, or use a claim in %q",
					ImageRegistryNamespace)
			}
		}
	},
}, {
	Code:     "endpoint-kinds",
	Severity: kptfn.Error,
	Doc:      "The registry reaches its store in one way: by a Route, by a Service, or at a host outside of the cluster.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		e := b.Endpoint
		chosen := chosen([]choice{{"route", e.Route != nil}, {"service", e.Service != nil}, {"external", e.External != nil}})
		if len(chosen) > 1 {
			r.At(path+".endpoint").Say("chooses %s; keep one of them", strings.Join(chosen, " and "))
		}
	}),
}, {
	Code:     "endpoint-host",
	Severity: kptfn.Error,
	Doc:      "A literal host is a host name with an optional port, without a scheme or a path.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		route := b.Endpoint.Route
		switch {
		case route == nil || route.Host == "":
		case !isHost(route.Host):
			sayHost(r.At(path+".endpoint.route.host").Value(route.Host), route.Host)
		case isLoopback(route.Host):
			r.At(path + ".endpoint.route.host").Value(route.Host).Say(
				"is the machine that asks, each its own; write the name by which pods and nodes reach the store")
		}
	}),
}, {
	Code:     "endpoint-redirect",
	Severity: kptfn.Error,
	Doc: "Nodes do not use the cluster's DNS: a redirect to a Service ends in \"no such host\" and " +
		"ImagePullBackOff.",
	check: eachObjectStore(func(path string, b *ObjectStore, s *Spec, r finding.Reporter) {
		off := s.Registry.DisableRedirect != nil && *s.Registry.DisableRedirect
		if off {
			return
		}
		if b.Endpoint.Service != nil {
			r.At("spec.registry.disableRedirect").Stands(false).Propose(true).Say(
				"false cannot work with a service endpoint, which nodes cannot resolve; write true, or use " +
					"endpoint.route")
		}
		if route := b.Endpoint.Route; route != nil && isServiceHost(route.Host, s.ODF) {
			r.At(path + ".endpoint.route.host").Value(route.Host).Say(
				"is a Service, which nodes cannot resolve; set spec.registry.disableRedirect: true, or use " +
					"endpoint.service")
		}
	}),
}, {
	Code:     "trusted-ca-http",
	Severity: kptfn.Warning,
	Doc:      "An http endpoint has no certificate that a trustedCA could verify.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		if b.TrustedCA != nil && b.Endpoint.Scheme() == HTTP {
			r.At(path + ".trustedCA").Say("has no effect on an http endpoint; remove it, or use scheme: https")
		}
	}),
}, {
	Code:     "trusted-ca",
	Severity: kptfn.Error,
	Doc: "The operator trusts the chosen CA alone. Who has signed the certificate of a host that is no Route " +
		"and no Service of this cluster, nobody but you knows.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		const choices = "ingress, service, system or configMap"
		if b.TrustedCA == nil {
			if b.Endpoint.Scheme() == HTTPS {
				r.At(path+".trustedCA").Say("is needed for an https host that the Job cannot look up; write one of %s, "+
					"such as {system: {}} for a certificate of a public CA", choices)
			}
			return
		}
		ca := b.TrustedCA
		chosen := chosen([]choice{
			{"ingress", ca.Ingress != nil}, {"service", ca.Service != nil},
			{"system", ca.System != nil}, {"configMap", ca.ConfigMap != nil},
		})
		switch len(chosen) {
		case 0:
			r.At(path+".trustedCA").Say("chooses no CA; write one of %s, or remove it", choices)
		case 1:
		default:
			r.At(path+".trustedCA").Say("chooses %s; keep one of them", strings.Join(chosen, " and "))
		}
	}),
}, {
	Code:     "bucket-names",
	Severity: kptfn.Error,
	Doc:      "A bucket has a fixed name or a generated one.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		if b.Bucket.Name != "" && b.Bucket.GenerateName != "" {
			r.At(path + ".bucket").Say("sets name and generateName; keep one of them")
		}
	}),
}, {
	Code:     "bucket-adopt",
	Severity: kptfn.Error,
	Doc: "A claim with a fixed name can take over a bucket that somebody uses, and deleting either " +
		"claim deletes its content: it must be meant.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		if b.Bucket.Name != "" && !b.Bucket.AdoptExisting {
			r.At(path + ".bucket.name").Stands(b.Bucket.Name).Say(
				"takes over an existing bucket of that name, and deleting either claim would delete its content; " +
					"use generateName, or add adoptExisting: true")
		}
		if b.Bucket.Name == "" && b.Bucket.AdoptExisting {
			r.At(path + ".bucket.adoptExisting").Stands(true).Say(
				"needs the name of the bucket to adopt; add name, or remove it")
		}
	}),
}, {
	Code:     "bucket-name",
	Severity: kptfn.Error,
	Doc:      "Bucket names are DNS labels; with any other the claim stays Pending for ever.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		names := map[string]string{"name": b.Bucket.Name, "generateName": b.Bucket.GenerateName}
		for field, name := range names {
			if name != "" && (len(validation.IsDNS1123Label(name)) > 0 || len(name) < 3) {
				r.At(path + ".bucket." + field).Value(name).Say(
					"is not a bucket name; use 3 to 63 lower-case letters, digits and '-'")
			}
		}
	}),
}, {
	Code:     "bucket-generate-name",
	Severity: kptfn.Error,
	Doc:      "The prefix of a generated name is cut after 26 characters by lib-bucket-provisioner.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		if name := b.Bucket.GenerateName; len(name) > longestPrefix {
			r.At(path+".bucket.generateName").Value(name).Propose(name[:longestPrefix]).Say(
				"has %d characters and would be cut after %d; use %q", len(name), longestPrefix,
				strings.Trim(name[:longestPrefix], "-"))
		}
	}),
}, {
	Code:     "bucket-size",
	Severity: kptfn.Error,
	Doc: "A quota is a quantity with a unit; the provisioner would refuse it after the sync, or every push would " +
		"fail.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		checkSize(path+".bucket.maxSize", b.Bucket.MaxSize, r)
	}),
}, {
	Code:     "noobaa-quota",
	Severity: kptfn.Error,
	Doc: "NooBaa accepts quotas of 1Gi to 1023Pi and of at most 2147483647 objects (noobaa-operator, " +
		"pkg/validations).",
	check: func(p *RegistryProfile, r finding.Reporter) {
		b := p.Spec.Storage.NooBaa
		if b == nil {
			return
		}
		smallest, largest := gibibyte, resource.MustParse("1023Pi")
		size, err := parseQuantity(b.Bucket.MaxSize)
		if err == nil && size.Cmp(mebibyte) >= 0 && (size.Cmp(smallest) < 0 || size.Cmp(largest) > 0) {
			r.At("spec.storage.noobaa.bucket.maxSize").Value(b.Bucket.MaxSize).Say(
				"is outside of what NooBaa accepts; write 1Gi to 1023Pi")
		}
		if most := b.Bucket.MaxObjects; most != nil && *most > 1<<31-1 {
			r.At("spec.storage.noobaa.bucket.maxObjects").Stands(*most).Say(
				"%d is outside of what NooBaa accepts; write at most %d", *most, 1<<31-1)
		}
	},
}, {
	Code:     "chunk-size-version",
	Severity: kptfn.Error,
	Doc:      "The operator knows chunkSizeMiB since OpenShift 4.18.",
	check: eachObjectStore(func(path string, b *ObjectStore, s *Spec, r finding.Reporter) {
		if minor := minorVersion(s.OpenShiftVersion); b.ChunkSizeMiB != nil && minor != 0 && minor < 18 {
			r.At(path+".chunkSizeMiB").Stands(*b.ChunkSizeMiB).Say(
				"is not known to OpenShift %s; remove it, it came with 4.18", s.OpenShiftVersion)
		}
	}),
}, {
	Code:     "region",
	Severity: kptfn.Error,
	Doc:      "A region is a word that S3 clients can sign with.",
	check: eachObjectStore(func(path string, b *ObjectStore, _ *Spec, r finding.Reporter) {
		if len(validation.IsDNS1123Label(b.Region)) > 0 {
			r.At(path + ".region").Value(b.Region).Propose("us-east-1").Say("is not a region; use \"us-east-1\"")
		}
	}),
}, {
	Code:     "volume-size",
	Severity: kptfn.Error,
	Doc:      "A volume's size is a quantity with a unit; nothing fits into a few bytes.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		for path, v := range volumes(&p.Spec) {
			checkSize(path+".size", v.Size, r)
		}
	},
}, {
	Code:     "unlikely-size",
	Severity: kptfn.Warning,
	Doc:      "A size below a gibibyte or above a pebibyte is most likely a slip in its unit.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		for path, v := range volumes(&p.Spec) {
			checkLikelySize(path+".size", v.Size, r)
		}
		if b := p.Spec.Storage.RGW; b != nil { // noobaa-quota is stricter
			checkLikelySize("spec.storage.rgw.bucket.maxSize", b.Bucket.MaxSize, r)
		}
	},
}, {
	Code:     "rbd-replicas",
	Severity: kptfn.Error,
	Doc: "A block device can be mounted once; the operator checks it at first and never again, so a " +
		"second pod would hang.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if p.Spec.Storage.RBD != nil && *p.Spec.Registry.Replicas > 1 {
			r.At("spec.registry.replicas").Stands(*p.Spec.Registry.Replicas).Propose(1).Say(
				"%d cannot share the rbd volume; write 1, or use an object store or cephfs",
				*p.Spec.Registry.Replicas)
		}
	},
}, {
	Code:     "rbd-strategy",
	Severity: kptfn.Error,
	Doc:      "A rolling update would start a second pod beside the first, and the block device can be mounted once.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if p.Spec.Storage.RBD != nil && p.Spec.Registry.RolloutStrategy == RollingUpdate {
			r.At("spec.registry.rolloutStrategy").Stands(RollingUpdate).Propose(Recreate).Say(
				"RollingUpdate cannot share the rbd volume; write Recreate, or use an object store or cephfs")
		}
	},
}, {
	Code:     "rbd-availability",
	Severity: kptfn.Warning,
	Doc:      "On a block device the registry has one pod and is down at every update, drain and change.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		if p.Spec.Storage.RBD != nil {
			r.At("spec.storage.rbd").Say(
				"the registry has one pod and is down at every update, node drain and change of its configuration; " +
					"use rgw or noobaa for a registry that must stay up")
		}
	},
}}

type storeCheck func(path string, b *ObjectStore, s *Spec, r finding.Reporter)

func eachObjectStore(check storeCheck) func(*RegistryProfile, finding.Reporter) {
	return func(p *RegistryProfile, r finding.Reporter) {
		for path, b := range objectStores(&p.Spec) {
			check(path, b, &p.Spec, r)
		}
	}
}

// choice is one of several fields of which one may be set.
type choice struct {
	name string
	set  bool
}

// chosen returns the names of the fields that are set.
func chosen(choices []choice) []string {
	var names []string
	for _, c := range choices {
		if c.set {
			names = append(names, c.name)
		}
	}
	return names
}

// objectStores returns the object stores that the profile mentions, by field
// path; rules look at all of them, also where only one may stay.
func objectStores(s *Spec) map[string]*ObjectStore {
	stores := map[string]*ObjectStore{}
	if s.Storage.RGW != nil {
		stores["spec.storage.rgw"] = s.Storage.RGW
	}
	if s.Storage.NooBaa != nil {
		stores["spec.storage.noobaa"] = s.Storage.NooBaa
	}
	return stores
}

func volumes(s *Spec) map[string]*Volume {
	claims := map[string]*Volume{}
	if s.Storage.CephFS != nil {
		claims["spec.storage.cephfs"] = s.Storage.CephFS
	}
	if s.Storage.RBD != nil {
		claims["spec.storage.rbd"] = s.Storage.RBD
	}
	return claims
}
