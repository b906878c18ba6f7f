package stream

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// ofClaim are the keys under which a claim's provisioner writes credentials. Elsewhere than beside
// the registry they may be of anything.
var ofClaim = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

// Credentials reports the values of a Secret or ConfigMap under the names by which the
// registry knows its credentials. It never shows one.
func Credentials(n *yaml.Node) kptfn.Results { return newObject(n, 0).credentials() }

func (o *object) credentials() kptfn.Results {
	if !o.is("", "Secret") && !o.is("", "ConfigMap") {
		return nil
	}
	var results kptfn.Results
	for _, field := range []string{"data", "stringData", "binaryData"} {
		for _, key := range sorted(o.value[field]) {
			isCredential := strings.HasPrefix(strings.ToUpper(key), "REGISTRY_STORAGE_S3_") ||
				slices.Contains(ofClaim, key) && o.mayBeIn(v1alpha1.ImageRegistryNamespace)
			if isCredential && text(o.value, field, key) != "" {
				results = append(results, o.error(finding.Credential, field+"."+key,
					"stands in Git; remove it, the Job copies the credentials in the cluster")...)
			}
		}
	}
	return results
}
