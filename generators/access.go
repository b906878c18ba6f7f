package generators

import (
	"slices"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
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

// accesses lists what the Job may do, namespace by namespace: none in a namespace that the
// backend and the endpoint have no use for, since it may not exist. Creating by name works
// because the Job writes with server-side apply: the API server then knows the name when
// it authorizes the create.
func accesses(p *expansion) []access {
	b := p.Spec.Storage.Object()
	if b == nil {
		claim := p.Spec.Storage.Volume().Claim()
		return []access{{claim.Namespace, []rule{allow("", "persistentvolumeclaims", claim.Name, "get"), listEvents}}}
	}
	claim := b.Claim()
	all := []access{
		{claim.Namespace, []rule{
			allow("objectbucket.io", "objectbucketclaims", claim.Name, "get"),
			allow("", "configmaps", claim.Name, "get"),
			allow("", "secrets", claim.Name, "get"),
			listEvents,
		}},
		{v1alpha1.ImageRegistryNamespace, []rule{allow("", "secrets", v1alpha1.CredentialsSecret, "get", "create", "patch")}},
	}
	if r := b.Endpoint.Route; r != nil && r.Host == "" {
		all = append(all, access{p.Spec.ODF.Namespace, []rule{
			allow("ocs.openshift.io", "storageclusters", p.Spec.ODF.StorageCluster, "get"),
			allow("route.openshift.io", "routes", r.Name, "get"),
		}})
	}
	return byNamespace(append(all, caAccesses(p)...))
}

// listEvents is for the last words of a Job that waits in vain. Events have no names that
// could be known before.
var listEvents = rule{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"list"}}

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

func caAccesses(p *expansion) []access {
	ca := trustedCA(p)
	if ca.name == "" {
		return nil
	}
	if ca.sourceName == "" {
		return []access{{namespace: v1alpha1.CANamespace, rules: []rule{allow("", "configmaps", ca.name, "get")}}}
	}
	return []access{
		{namespace: ca.sourceNamespace, rules: []rule{allow("", "configmaps", ca.sourceName, "get")}},
		{namespace: v1alpha1.CANamespace, rules: []rule{allow("", "configmaps", ca.name, "get", "create", "patch")}},
	}
}

// trust is the ConfigMap that Config's trustedCA names, and where the Job copies it from. A
// name without a source is the user's own; no name means http, or the system's CAs.
type trust struct {
	name                                   string
	sourceNamespace, sourceName, sourceKey string
}

func trustedCA(p *expansion) trust {
	b := p.Spec.Storage.Object()
	if b == nil || b.Endpoint.Scheme() == v1alpha1.HTTP {
		return trust{}
	}
	copied := p.Metadata.Name + "-s3-ca"
	switch ca := b.TrustedCA; {
	case ca.ConfigMap != nil:
		return trust{name: ca.ConfigMap.Name}
	case ca.Ingress != nil:
		return trust{copied, "openshift-config-managed", "default-ingress-cert", v1alpha1.CAKey}
	case ca.Service != nil:
		return trust{copied, p.Spec.Bootstrap.Namespace, serviceCA, serviceCAKey}
	}
	return trust{}
}

// serviceCA is the ConfigMap that kube-controller-manager publishes into every namespace, with
// the CA that signs the certificates of Services.
const serviceCA, serviceCAKey = "openshift-service-ca.crt", "service-ca.crt"
