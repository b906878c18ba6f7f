package generators

import (
	"slices"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// The objects that the Job reads and writes outside of its own namespace.
const (
	// credentialsSecret is the name that the operator looks for
	// (cluster-image-registry-operator, pkg/defaults/defaults.go).
	credentialsSecret = "image-registry-private-configuration-user"
	// caNamespace is where Config's trustedCA is looked up (pkg/storage/s3/s3.go).
	caNamespace = "openshift-config"
	caKey       = "ca-bundle.crt"
)

// rule is an RBAC rule on named objects.
type rule struct {
	APIGroups     []string `yaml:"apiGroups"`
	Resources     []string `yaml:"resources"`
	ResourceNames []string `yaml:"resourceNames,omitempty"`
	Verbs         []string `yaml:"verbs"`
}

func allow(group, resource, name string, verbs ...string) rule {
	return rule{APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: []string{name}, Verbs: verbs}
}

// access is what the Job may do in one namespace.
type access struct {
	namespace string
	rules     []rule
}

// accesses lists what the Job may do, namespace by namespace. Creating by name
// works because the Job writes with server-side apply: the API server then knows
// the name when it authorizes the create.
func accesses(p *v1alpha1.RegistryProfile) []access {
	s := p.Spec
	inRegistry := access{namespace: v1alpha1.ImageRegistryNamespace}
	inODF := access{namespace: s.ODF.Namespace, rules: []rule{allow("ocs.openshift.io", "storageclusters", s.ODF.StorageCluster, "get")}}
	var others []access
	if b := s.Storage.Object(); b != nil {
		inRegistry.rules = []rule{
			allow("objectbucket.io", "objectbucketclaims", b.ClaimName, "get"),
			allow("", "configmaps", b.ClaimName, "get"),
			allow("", "secrets", b.ClaimName, "get"),
			allow("", "secrets", credentialsSecret, "get", "create", "patch"),
			{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"list"}},
		}
		if r := b.Endpoint.Route; r != nil && r.Host == "" {
			inODF.rules = append(inODF.rules, allow("route.openshift.io", "routes", r.Name, "get"))
		}
		others = caAccesses(p, b)
	}
	return byNamespace(append([]access{inRegistry, inODF}, others...))
}

// byNamespace joins what belongs in one Role, and leaves out empty ones.
func byNamespace(all []access) []access {
	var joined []access
	for _, a := range all {
		i := slices.IndexFunc(joined, func(j access) bool { return j.namespace == a.namespace })
		switch {
		case len(a.rules) == 0:
		case i < 0:
			joined = append(joined, a)
		default:
			joined[i].rules = append(joined[i].rules, a.rules...)
		}
	}
	return joined
}

func caAccesses(p *v1alpha1.RegistryProfile, b *v1alpha1.ObjectStore) []access {
	ca := trustedCA(p)
	if ca.name == "" {
		return nil
	}
	if ca.sourceName == "" {
		return []access{{namespace: caNamespace, rules: []rule{allow("", "configmaps", ca.name, "get")}}}
	}
	return []access{
		{namespace: ca.sourceNamespace, rules: []rule{allow("", "configmaps", ca.sourceName, "get")}},
		{namespace: caNamespace, rules: []rule{allow("", "configmaps", ca.name, "get", "create", "patch")}},
	}
}

// trust is the ConfigMap that Config's trustedCA names, and where the Job copies
// it from. A name without a source is the user's own; no name means http.
type trust struct {
	name                                   string
	sourceNamespace, sourceName, sourceKey string
}

func trustedCA(p *v1alpha1.RegistryProfile) trust {
	b := p.Spec.Storage.Object()
	if b == nil || b.Endpoint.Scheme() == v1alpha1.HTTP {
		return trust{}
	}
	if b.TrustedCA != "" {
		return trust{name: b.TrustedCA}
	}
	copied := trust{name: p.Metadata.Name + "-s3-ca"}
	if b.Endpoint.Service != nil {
		// Published into every namespace by kube-controller-manager, with the CA
		// that signs the certificates of Services.
		copied.sourceNamespace, copied.sourceName, copied.sourceKey = p.Spec.Bootstrap.Namespace, "openshift-service-ca.crt", "service-ca.crt"
	} else {
		copied.sourceNamespace, copied.sourceName, copied.sourceKey = "openshift-config-managed", "default-ingress-cert", caKey
	}
	return copied
}
