package v1alpha1

import (
	"sync"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/schema"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// Schema returns the OpenAPI schema of a RegistryProfile, from registryprofile.yaml.
// It must not be modified.
//
// The program has it as Go code, in zz_generated.schema.go: reading the YAML took a tenth
// of a cold start. A test writes that file, and holds it to what kyaml's
// framework.SchemaFromFunctionDefinition reads, as other tools do.
func Schema() *spec.Schema { return definition().Root }

var definition = sync.OnceValue(func() *schema.Schema { return schema.New(functionSchema(), refused) })

// refused are fields of Config.spec and of storage.s3 that a profile refuses on purpose.
var refused = map[string]schema.Refusal{
	"spec.registry.storage": {
		Code:    finding.RegistryStorage,
		Message: "belongs to the Job, which switches it safely; describe the storage under spec.storage",
	},
	"spec.registry.managementState": {
		Code:    finding.RegistryManagementState,
		Message: "belongs to the Job, which sets Managed together with the storage; remove it",
	},
	"spec.registry.httpSecret": {
		Code:    finding.RegistryHTTPSecret,
		Message: "is a credential and would stand in Git; remove it, the operator generates one",
	},
	"spec.registry.observedConfig": {
		Code:    finding.RegistryOperatorField,
		Message: "is written by the operator; remove it",
	},
	"spec.registry.unsupportedConfigOverrides": {
		Code:    finding.RegistryOperatorField,
		Message: "blocks upgrades of the cluster; remove it",
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
}
