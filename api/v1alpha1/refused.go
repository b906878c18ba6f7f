package v1alpha1

import (
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/schema"
)

// Refused returns why a field is refused on purpose, if it is.
func Refused(path string) (schema.Refusal, bool) {
	refusal, ok := refused[path]
	return refusal, ok
}

// refused are fields of Config.spec and of storage.s3 that a profile refuses on purpose,
// where they would stand and where people put them who begin with a Config.
var refused = map[string]schema.Refusal{
	"spec.registry.storage":                    ownStorage,
	"spec.managementState":                     ownManagementState,
	"spec.registry.httpSecret":                 ownHTTPSecret,
	"spec.httpSecret":                          ownHTTPSecret,
	"spec.registry.observedConfig":             ownObservedConfig,
	"spec.observedConfig":                      ownObservedConfig,
	"spec.registry.unsupportedConfigOverrides": ownOverrides,
	"spec.unsupportedConfigOverrides":          ownOverrides,
	"spec.storage.managementState": {
		Code:    finding.RegistryManagementState,
		Message: "belongs to the Job, which sets Unmanaged together with the storage; remove it",
	},
	"spec.storage.s3": {
		Code: finding.RegistryStorage,
		Message: "belongs to the Job, which finds out bucket and endpoint; write rgw: {} or noobaa: {} in its place, " +
			"with region and chunkSizeMiB below it",
	},
	"spec.storage.pvc": {
		Code: finding.RegistryStorage,
		Message: "belongs to the Job; write cephfs or rbd in its place, with the claim's name as claimName or " +
			"existingClaim",
	},
	"spec.storage.emptyDir": {
		Code:    finding.RegistryStorage,
		Message: "loses every image with its pod; remove it, or write rgw: {} in its place",
	},
	"spec.bootstrap.allowStorageSwitch": {
		Code:    finding.StorageSwitch,
		Message: "is no permission any more, as it never ended; name what may be left behind in leaveStorage",
	},
	"spec.storage.rgw.encrypt": {
		Code:    finding.StorageEncrypt,
		Message: "makes every push to RGW fail without a KMS (InvalidArgument 400); remove it, and encrypt at rest in ODF",
	},
	"spec.storage.noobaa.encrypt": {
		Code:    finding.StorageEncrypt,
		Message: "makes pushes to NooBaa fail (OCPBUGS-5051); remove it, NooBaa encrypts at rest by itself",
	},
	"spec.storage.rgw.regionEndpoint":        ownEndpoint,
	"spec.storage.noobaa.regionEndpoint":     ownEndpoint,
	"spec.storage.rgw.virtualHostedStyle":    ownAddressing,
	"spec.storage.noobaa.virtualHostedStyle": ownAddressing,
}

var (
	ownStorage = schema.Refusal{
		Code:    finding.RegistryStorage,
		Message: "belongs to the Job, which switches it safely; describe the storage under spec.storage",
	}
	ownManagementState = schema.Refusal{
		Code: finding.RegistryManagementState,
		Message: "belongs to the Job, which sets Managed together with the storage; remove it, or write Removed as " +
			"spec.registry.managementState",
	}
	ownHTTPSecret = schema.Refusal{
		Code:    finding.RegistryHTTPSecret,
		Message: "is a credential and would stand in Git; remove it, the operator generates one",
	}
	ownObservedConfig = schema.Refusal{
		Code:    finding.RegistryOperatorField,
		Message: "is written by the operator; remove it",
	}
	ownOverrides = schema.Refusal{
		Code:    finding.RegistryOperatorField,
		Message: "blocks upgrades of the cluster; remove it",
	}
	ownEndpoint = schema.Refusal{
		Code:    finding.UnknownField,
		Message: "is found out by the Job; remove it, or write a host of your own as endpoint.route.host",
	}
	ownAddressing = schema.Refusal{
		Code:    finding.UnknownField,
		Message: "is always false, as ODF's stores are reached by path; remove it",
	}
)
