package v1alpha1

import (
	"fmt"
	"strconv"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/internal/finding"
	"k8s.io/apimachinery/pkg/util/validation"
)

// longestName leaves room in a Job's name, at most 63 characters, for
// "-bootstrap-" and a hash of 8.
const longestName = 40

// longestCluster leaves room in the name of ODF's longest Route.
const longestCluster = validation.DNS1123SubdomainMaxLength - len(routeSuffix+secureSuffix)

// OldestMinor and newestMinor are the minor versions of OpenShift 4 that the facts behind the
// manifests were checked for: ODF serves both Routes since 4.13, and the image's name is known.
const OldestMinor, newestMinor = 14, 23

var profileRules = []Rule{strictRule, {
	Code:     "profile-name",
	Severity: kptfn.Error,
	Doc:      "The profile's name is part of every emitted name, so it is a DNS label of at most 40 characters.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		name := p.Metadata.Name
		if len(validation.IsDNS1123Label(name)) > 0 || len(name) > longestName {
			r.At("metadata.name").Value(name).Say(
				"cannot be part of the emitted names; write at most %d lower-case letters, digits and '-', such as "+
					"\"registry\"", longestName)
		}
	},
}, {
	Code:     "openshift-version",
	Severity: kptfn.Error,
	Doc:      "The version is a minor version of OpenShift 4 that the manifests were checked for.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		version := p.Spec.OpenShiftVersion
		if minorVersion(version) != 0 {
			return
		}
		at := r.At("spec.openshiftVersion").Value(version)
		if minor := withoutPatch(version); minor != "" {
			at.Propose(minor).Say("is not a minor version; use %q", minor)
			return
		}
		at.Say("is not a supported version; write \"4.%d\" to \"4.%d\"", OldestMinor, newestMinor)
	},
}, {
	Code:     "dns-name",
	Severity: kptfn.Error,
	Doc:      "Names of Kubernetes objects are DNS names; the API server would refuse others.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		for path, name := range objectNames(&p.Spec) {
			if name != "" && len(validation.IsDNS1123Subdomain(name)) > 0 {
				r.At(path).Value(name).Say(
					"is not the name of a Kubernetes object; use lower-case letters, digits, '-' and '.'")
			}
		}
		if cluster := p.Spec.ODF.StorageCluster; len(cluster) > longestCluster {
			r.At("spec.odf.storageCluster").Value(cluster).Say(
				"is too long for what ODF names after it; write at most %d characters", longestCluster)
		}
		namespaces := map[string]string{
			"spec.odf.namespace":       p.Spec.ODF.Namespace,
			"spec.bootstrap.namespace": p.Spec.Bootstrap.Namespace,
			"spec.verify.namespace":    p.Spec.Verify.Namespace,
		}
		for path, b := range objectStores(&p.Spec) {
			namespaces[path+".existingClaim.namespace"] = b.Claim().Namespace
		}
		for path, name := range namespaces {
			if len(validation.IsDNS1123Label(name)) > 0 {
				r.At(path).Value(name).Say(
					"is not the name of a namespace; use at most 63 lower-case letters, digits and '-'")
			}
		}
	},
}, {
	Code:     "admission-policies-version",
	Severity: kptfn.Error,
	Doc: "ValidatingAdmissionPolicies came with Kubernetes 1.30, which is OpenShift 4.17; to an older API server the " +
		"kind is unknown, and engines that dry-run first apply nothing.",
	check: func(p *RegistryProfile, r finding.Reporter) {
		version := p.Spec.OpenShiftVersion
		if minorVersion(version) != 0 && *p.Spec.Protection.AdmissionPolicies && !hasAdmissionPolicies(version) {
			r.At("spec.protection.admissionPolicies").Stands(true).Say(
				"is not known to OpenShift %s; remove it, it came with 4.17", version)
		}
	},
}}

// hasAdmissionPolicies tells whether an OpenShift version has ValidatingAdmissionPolicies.
func hasAdmissionPolicies(version string) bool { return minorVersion(version) >= 17 }

// withoutPatch returns the supported minor version that a longer one such as "v4.20.3"
// belongs to, or "".
func withoutPatch(version string) string {
	bare := strings.TrimPrefix(version, "v")
	parts := strings.SplitN(bare, ".", 3)
	minor := strings.Join(parts[:min(2, len(parts))], ".")
	if minor == version || minorVersion(minor) == 0 {
		return ""
	}
	return minor
}

// minorVersion returns the minor version, or 0 where it is not supported.
func minorVersion(version string) int {
	minor, err := strconv.Atoi(strings.TrimPrefix(version, "4."))
	if err != nil || minor < OldestMinor || minor > newestMinor || version != fmt.Sprintf("4.%d", minor) {
		return 0
	}
	return minor
}

// objectNames returns every name of an object in the profile by field path.
func objectNames(s *Spec) map[string]string {
	names := map[string]string{"spec.odf.storageCluster": s.ODF.StorageCluster}
	for path, b := range objectStores(s) {
		names[path+".claimName"] = b.ClaimName
		names[path+".storageClassName"] = b.StorageClassName
		names[path+".bucketClass"] = b.BucketClass
		if b.ExistingClaim != nil {
			names[path+".existingClaim.name"] = b.ExistingClaim.Name
		}
		if b.TrustedCA != nil && b.TrustedCA.ConfigMap != nil {
			names[path+".trustedCA.configMap.name"] = b.TrustedCA.ConfigMap.Name
		}
		if r := b.Endpoint.Route; r != nil {
			names[path+".endpoint.route.name"] = r.Name
		}
	}
	for path, v := range volumes(s) {
		names[path+".claimName"] = v.ClaimName
		names[path+".storageClassName"] = v.StorageClassName
		if v.ExistingClaim != nil {
			names[path+".existingClaim.name"] = v.ExistingClaim.Name
		}
	}
	for i, r := range s.Registry.Routes {
		names[fmt.Sprintf("spec.registry.routes[%d].name", i)] = r.Name
		names[fmt.Sprintf("spec.registry.routes[%d].secretName", i)] = r.SecretName
	}
	for i, r := range s.Bootstrap.ImagePullSecrets {
		names[fmt.Sprintf("spec.bootstrap.imagePullSecrets[%d].name", i)] = r.Name
	}
	for i, r := range s.Bootstrap.LeaveStorage {
		names[fmt.Sprintf("spec.bootstrap.leaveStorage[%d].claim", i)] = r.Claim
	}
	return names
}
