package stream

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// ofRegistry begins the names by which the registry knows its storage, and ofClaim are the names under
// which a claim's provisioner writes credentials. Elsewhere than beside the registry the latter may be
// of anything.
const ofRegistry = "REGISTRY_STORAGE_S3_"

var ofClaim = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

// Credentials reports the values that stand under the names of credentials: in a Secret or ConfigMap,
// in the environment of pods, and in annotations. It never shows one.
func Credentials(n *yaml.Node) kptfn.Results { return newObject(n, 0).credentials() }

func (o *object) credentials() kptfn.Results {
	var results kptfn.Results
	report := func(path string) {
		results = append(results, o.error(finding.Credential, path,
			"stands in Git; remove it, the Job copies the credentials in the cluster")...)
	}
	if o.is("", "Secret") || o.is("", "ConfigMap") {
		for _, field := range []string{"data", "stringData", "binaryData"} {
			for _, key := range sorted(o.value[field]) {
				value := text(o.value, field, key)
				if isCredential(key, o.mayBeIn(v1alpha1.ImageRegistryNamespace)) && isLiteral(value) {
					report(field + "." + key)
				}
			}
		}
	}
	for _, key := range sorted(at(o.value, "metadata", "annotations")) {
		name := key[strings.LastIndex(key, "/")+1:]
		if isCredential(name, o.isBesideRegistry()) && isLiteral(o.annotation(key)) {
			report(annotations + key)
		}
	}
	if o.into == nil { // what it brings is judged by itself
		o.inEnvironment(report)
		o.inText(report)
	}
	return results
}

// isCredential tells whether a name is that of credentials, of a claim's only beside the registry.
func isCredential(name string, besideRegistry bool) bool {
	name = strings.ToUpper(name)
	return strings.HasPrefix(name, ofRegistry) || besideRegistry && slices.Contains(ofClaim, name)
}

// isBesideRegistry tells whether the object is the registry's for sure.
func (o *object) isBesideRegistry() bool {
	return o.isOurs() || o.isSingleton() || o.id.Namespace == v1alpha1.ImageRegistryNamespace
}

// isLiteral leaves out what somebody has still to fill in, and a variable that names another one.
func isLiteral(value string) bool {
	return value != "" && !template().MatchString(value) && !strings.HasPrefix(value, "$(")
}

// secretKey matches the secret key in a file of credentials, a script, a command or JSON, which
// may stand in a text of JSON itself. Behind a colon a line of plain text would go on.
var secretKey = sync.OnceValue(func() *regexp.Regexp {
	const quotes = `\\*["']?`
	return regexp.MustCompile(`(?im)\b(aws_secret_access_key|registry_storage_s3_secretkey)` + quotes +
		`\s*(?:=\s*` + quotes + `[\w/+]|:\s*` + quotes + `[\w/+=]+` + quotes + `\s*(?:$|[,;&})\]]))`)
})

// inText reports the texts anywhere in the object that hold the secret key under its name: a file
// of credentials, what kubectl has kept of an object, the arguments of a command.
func (o *object) inText(report func(path string)) {
	for f := range fieldsOf(o.value) {
		if s, _ := f.value.(string); o.holdsKey(s) && !o.isSkipped(f.path) {
			report(f.path)
		}
	}
}

// holdsKey tells whether a text, or what is encoded in it, has a secret key: the registry's, or that
// of any claim beside the registry.
func (o *object) holdsKey(s string) bool {
	found := secretKey().FindStringSubmatch(s)
	if found == nil {
		decoded, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return false
		}
		found = secretKey().FindStringSubmatch(string(decoded))
	}
	return found != nil && isCredential(found[1], o.isBesideRegistry())
}

// inEnvironment reports the credentials in the environment of containers anywhere in the object. The
// other variables of the storage are no secrets there.
func (o *object) inEnvironment(report func(path string)) {
	for f := range fieldsOf(o.value) {
		variables, _ := f.value.([]any)
		for i, variable := range variables {
			name := strings.ToUpper(text(variable, "name"))
			isKey := strings.HasSuffix(name, "KEY") || strings.HasSuffix(name, "KEY_ID")
			if f.key == "env" && isKey && isCredential(name, o.isBesideRegistry()) && isLiteral(text(variable, "value")) {
				report(fmt.Sprintf("%s[%d].value", f.path, i))
			}
		}
	}
}
