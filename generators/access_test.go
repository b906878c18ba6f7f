package generators_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Grants are written NAMESPACE: VERBS GROUP/RESOURCE/NAME.
const grantsCluster = `
: get,patch imageregistry.operator.openshift.io/configs/cluster
: get config.openshift.io/clusteroperators/image-registry`

func grantsClass(name string) string { return "\n: get storage.k8s.io/storageclasses/" + name }

func grantsBucket(class, namespace, claim string) string {
	return grantsCluster + grantsClass(class) + strings.NewReplacer("NAMESPACE", namespace, "CLAIM", claim).Replace(`
NAMESPACE: get objectbucket.io/objectbucketclaims/CLAIM
NAMESPACE: get /configmaps/CLAIM
NAMESPACE: get /secrets/CLAIM
NAMESPACE: list /events/
openshift-image-registry: get,create,patch /secrets/image-registry-private-configuration-user`)
}

func grantsVolume(class, claim string) string {
	return grantsCluster + grantsClass(class) + `
openshift-image-registry: get /persistentvolumeclaims/` + claim + `
openshift-image-registry: list /events/`
}

func grantsRoute(name string) string {
	return `
openshift-storage: get ocs.openshift.io/storageclusters/ocs-storagecluster
openshift-storage: get route.openshift.io/routes/` + name
}

const (
	grantsRouterCA = `
openshift-config-managed: get /configmaps/default-ingress-cert
openshift-config: get,create,patch /configmaps/registry-s3-ca`
	grantsServiceCA = `
registry-profile: get /configmaps/openshift-service-ca.crt
openshift-config: get,create,patch /configmaps/registry-s3-ca`
	grantsOwnCA = `
openshift-config: get /configmaps/company-ca`
)

// TestAccess is the whole of what the Job may do, for each way to reach each backend: no
// less, no more, and nothing in a namespace that need not exist.
func TestAccess(t *testing.T) {
	rgw := grantsBucket("ocs-storagecluster-ceph-rgw", "openshift-image-registry", "image-registry-rgw")
	noobaa := grantsBucket("openshift-storage.noobaa.io", "openshift-image-registry", "image-registry-noobaa")
	secure := grantsRoute("ocs-storagecluster-cephobjectstore-secure")
	for spec, expected := range map[string]string{
		"storage: {rgw: {}}": rgw + secure + grantsRouterCA,
		"storage: {rgw: {endpoint: {route: {scheme: http}}}}":                                    rgw + grantsRoute("ocs-storagecluster-cephobjectstore"),
		"storage: {rgw: {trustedCA: {configMap: {name: company-ca}}}}":                           rgw + secure + grantsOwnCA,
		"storage: {rgw: {trustedCA: {system: {}}}}":                                              rgw + secure,
		"storage: {rgw: {trustedCA: {service: {}}}}":                                             rgw + secure + grantsServiceCA,
		"storage: {rgw: {endpoint: {route: {host: h, scheme: http}}}}":                           rgw,
		"storage: {rgw: {endpoint: {external: {scheme: http}}}}":                                 rgw,
		"storage: {rgw: {endpoint: {service: {}}}}":                                              rgw + grantsServiceCA,
		"storage: {rgw: {endpoint: {service: {scheme: http}}}}":                                  rgw,
		"storage: {noobaa: {}}":                                                                  noobaa + grantsRoute("s3") + grantsRouterCA,
		"storage: {noobaa: {endpoint: {route: {scheme: http}}}}":                                 noobaa + grantsRoute("s3"),
		"storage: {noobaa: {endpoint: {service: {}}}}":                                           noobaa + grantsServiceCA,
		"storage: {cephfs: {}}":                                                                  grantsVolume("ocs-storagecluster-cephfs", "image-registry-cephfs"),
		"storage: {rbd: {}}":                                                                     grantsVolume("ocs-storagecluster-ceph-rbd", "image-registry-rbd"),
		"storage: {cephfs: {existingClaim: {name: registry-storage-pvc}}}":                       grantsVolume("ocs-storagecluster-cephfs", "registry-storage-pvc"),
		"storage: {rgw: {endpoint: {route: {host: h.example}}, trustedCA: {ingress: {}}}}":       rgw + grantsRouterCA,
		"storage: {rgw: {endpoint: {external: {}}, trustedCA: {configMap: {name: company-ca}}}}": rgw + grantsOwnCA,
		"storage: {rgw: {existingClaim: {namespace: openshift-storage, name: rgwbucket}}}": grantsBucket(
			"ocs-storagecluster-ceph-rgw", "openshift-storage", "rgwbucket") + secure + grantsRouterCA,
		"storage: {noobaa: {existingClaim: {name: x}, storageClassName: c, endpoint: {external: {scheme: http}}}}": grantsBucket(
			"c", "openshift-image-registry", "x"),
	} {
		t.Run(spec, func(t *testing.T) {
			expected := strings.Split(strings.TrimPrefix(expected, "\n"), "\n")
			assert.ElementsMatch(t, expected, grants(t, withoutSmokeTest(generators.Expand(profileOf(t, spec)))))
		})
	}
}

// TestAccessStaysNamed holds every case to the same shape: by name, nothing
// deleted, nothing with a star, and never a Secret of the user's own.
func TestAccessStaysNamed(t *testing.T) {
	allowed := []string{"get", "get,patch", "get,create,patch"}
	cases.EachRendered(t, func(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		resources = withoutSmokeTest(resources)
		for _, grant := range grants(t, resources) {
			assert.NotContains(t, grant, "*")
			_, grant, _ := strings.Cut(grant, ": ")
			verbs, object, _ := strings.Cut(grant, " ")
			if object == "/events/" {
				assert.Equal(t, "list", verbs)
				continue
			}
			assert.Contains(t, allowed, verbs, grant)
			assert.NotRegexp(t, "/$", object, "every object by its name")
			if strings.HasPrefix(object, "/secrets/") {
				b := p.Spec.Storage.Object()
				require.NotNil(t, b)
				assert.Contains(t, []string{"/secrets/" + b.Claim().Name, "/secrets/image-registry-private-configuration-user"}, object)
			}
		}
		assertBound(t, p.Spec.Bootstrap.Namespace+"/"+p.Metadata.Name+"-bootstrap", resources)
	})
}

type roleObject struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name, Namespace string
	} `yaml:"metadata"`
	Rules []struct {
		APIGroups     []string `yaml:"apiGroups"`
		Resources     []string `yaml:"resources"`
		ResourceNames []string `yaml:"resourceNames"`
		Verbs         []string `yaml:"verbs"`
	} `yaml:"rules"`
	RoleRef  struct{ APIGroup, Kind, Name string } `yaml:"roleRef"`
	Subjects []struct{ Kind, Name, Namespace string }
}

func grants(t testing.TB, resources []generators.Resource) []string {
	t.Helper()
	var all []string
	for _, r := range resources {
		if r.GetKind() != "Role" && r.GetKind() != "ClusterRole" {
			continue
		}
		var role roleObject
		require.NoError(t, r.YNode().Decode(&role))
		assert.NotEmpty(t, role.Rules)
		for _, rule := range role.Rules {
			name := ""
			if len(rule.ResourceNames) > 0 {
				name = rule.ResourceNames[0]
			}
			require.LessOrEqual(t, len(rule.ResourceNames), 1)
			require.Len(t, rule.APIGroups, 1)
			require.Len(t, rule.Resources, 1)
			all = append(all, fmt.Sprintf("%s: %s %s/%s/%s", role.Metadata.Namespace, strings.Join(rule.Verbs, ","), rule.APIGroups[0], rule.Resources[0], name))
		}
	}
	return all
}

// assertBound finds a binding to a ServiceAccount for every role.
func assertBound(t *testing.T, account string, resources []generators.Resource) {
	t.Helper()
	var roles, bindings []string
	for _, r := range resources {
		var o roleObject
		require.NoError(t, r.YNode().Decode(&o))
		switch {
		case strings.HasSuffix(o.Kind, "Role"):
			roles = append(roles, o.Kind+" "+o.Metadata.Namespace+"/"+o.Metadata.Name)
		case strings.HasSuffix(o.Kind, "RoleBinding"):
			bindings = append(bindings, o.RoleRef.Kind+" "+o.Metadata.Namespace+"/"+o.RoleRef.Name)
			require.Len(t, o.Subjects, 1)
			assert.Equal(t, "ServiceAccount "+account, o.Subjects[0].Kind+" "+o.Subjects[0].Namespace+"/"+o.Subjects[0].Name)
		}
	}
	slices.Sort(roles)
	slices.Sort(bindings)
	assert.Equal(t, roles, bindings)
	assert.Equal(t, roles, slices.Compact(slices.Clone(roles)))
}
