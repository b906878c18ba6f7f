package stream

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Credentials reports an object that is, makes or holds the registry's credentials, which
// the Job alone writes.
func Credentials(item *yaml.RNode) kptfn.Results {
	var results kptfn.Results
	for _, o := range open([]*yaml.RNode{item}).objects {
		results = append(results, credentials(nil, o)...)
	}
	return results
}

func credentials(_ *stream, o *object) kptfn.Results {
	const namespace = v1alpha1.ImageRegistryNamespace
	switch {
	case o.is("", "Secret") && o.id.Name == v1alpha1.CredentialsSecret && o.mayBeIn(namespace):
		return o.error(finding.JobObject, "", "holds the registry's credentials, which the Job writes; remove it from Git")
	case o.is("", "Secret"), o.is("", "ConfigMap"):
		return o.credentialKeys()
	case o.makesSecret(v1alpha1.CredentialsSecret) && o.mayBeIn(namespace):
		return o.error(finding.JobObject, "", "makes the Secret %s, which the Job writes; remove it",
			v1alpha1.CredentialsSecret)
	}
	return nil
}

// mayBeIn tells whether an object lands in a namespace. One without a namespace lands
// wherever it is applied, or everywhere.
func (o *object) mayBeIn(namespace string) bool {
	return o.id.Namespace == "" || o.id.Namespace == namespace
}

// credentialKeys reports values under the names by which the registry knows its
// credentials. It never shows one.
func (o *object) credentialKeys() kptfn.Results {
	var results kptfn.Results
	for _, field := range []string{"data", "stringData", "binaryData"} {
		for _, key := range sorted(o.value[field]) {
			if strings.HasPrefix(key, "REGISTRY_STORAGE_S3_") && text(o.value, field, key) != "" {
				results = append(results, o.error(finding.Credential, field+"."+key,
					"stands in Git; remove it, the Job copies the credentials in the cluster")...)
			}
		}
	}
	return results
}

// makesSecret tells whether a controller makes a Secret of that name from the object, such
// as an ExternalSecret, SealedSecret, SopsSecret, VaultStaticSecret or SecretProviderClass.
func (o *object) makesSecret(name string) bool {
	if !strings.Contains(o.id.Kind, "Secret") || o.id.Kind == "Secret" || o.id.Kind == "PushSecret" {
		return false
	}
	if namesSecret(o.value["spec"], name) {
		return true
	}
	for _, target := range targets {
		if text(o.value["spec"], target...) != "" {
			return false
		}
	}
	return o.id.Name == name
}

// targets are where a Secret gets another name than the object that it is made from.
var targets = [][]string{
	{"target", "name"}, {"destination", "name"}, {"template", "metadata", "name"},
	{"externalSecretName"}, {"externalSecretSpec", "target", "name"},
}

// namesSecret looks for the name of a Secret at any depth, in a field that holds names.
func namesSecret(value any, name string) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return namesSecret(item, name) })
	case map[string]any:
		for key, item := range v {
			isName := strings.HasSuffix(strings.ToLower(key), "name")
			if isName && item == any(name) || namesSecret(item, name) {
				return true
			}
		}
	}
	return false
}

// copiedCA reports the ConfigMap with the CA that a Job of the stream copies.
func copiedCA(s *stream, o *object) kptfn.Results {
	if !o.is("", "ConfigMap") || o.id.Namespace != v1alpha1.CANamespace {
		return nil
	}
	for _, job := range s.ours {
		v := job.variables()
		if v[generators.CASourceVariable] != "" && v[generators.TrustedCAVariable] == o.id.Name {
			return o.error(finding.JobObject, "", "is written by the Job, from %s; remove it, or name a ConfigMap of "+
				"your own in the trustedCA of the profile", v[generators.CASourceVariable])
		}
	}
	return nil
}
