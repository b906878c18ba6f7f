package generators_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/generators/smoke"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// smokeTestOf leaves what is the smoke test's.
func smokeTestOf(resources []generators.Resource) []generators.Resource {
	return slices.DeleteFunc(slices.Clone(resources), func(r generators.Resource) bool { return r.Stage != generators.StageProof })
}

func TestSmokeTestCanBeLeftOut(t *testing.T) {
	with := generators.Expand(profileOf(t, ""))
	for _, spec := range []string{"verify: {enabled: false}", "registry: {readOnly: true}"} {
		without := generators.Expand(profileOf(t, spec))
		assert.Empty(t, smokeTestOf(without), spec)
		assert.Len(t, without, len(withoutSmokeTest(with)), spec)
	}
	own := smokeTestOf(generators.Expand(profileOf(t, "bootstrap: {createNamespace: false}")))
	assert.Len(t, own, len(smokeTestOf(with))-1, "its namespace is there already, too")
	for _, r := range own {
		assert.NotEqual(t, "Namespace", r.GetKind())
	}
}

// TestSmokeTestAccess is the whole of what the smoke test may do: nothing that changes a
// setting of the registry, and nothing unnamed outside of its own namespace.
func TestSmokeTestAccess(t *testing.T) {
	resources := generators.Expand(profileOf(t, "bootstrap: {namespace: b}, verify: {namespace: v}"))
	bootstrapJob := find(t, resources, "Job").GetName()
	own := smokeTestOf(resources)
	assert.ElementsMatch(t, []string{
		": get imageregistry.operator.openshift.io/configs/cluster",
		"b: get batch/jobs/" + bootstrapJob,
		"v: get /serviceaccounts/default",
		"v: create,list,delete /pods/",
		"v: list /events/",
		"v: create image.openshift.io/imagestreams/",
		"v: delete image.openshift.io/imagestreams/registry-smoke-test",
		"v: get,update image.openshift.io/imagestreams/layers/registry-smoke-test",
	}, grants(t, own))
	assertBound(t, "b/registry-smoke-test", own)
}

// TestSmokeTestIsRepeated by the same pod with another image: both may run at once, and what
// one takes away is not the other's.
func TestSmokeTestIsRepeated(t *testing.T) {
	resources := smokeTestOf(generators.Expand(profileOf(t, "verify: {schedule: 0 5 * * *}")))
	job, cronJob := find(t, resources, "Job").MustString(), find(t, resources, "CronJob")
	repeated := cronJob.MustString()
	assert.Contains(t, repeated, "schedule: 0 5 * * *")
	indented := strings.ReplaceAll(strings.TrimSuffix(job[strings.Index(job, "\nspec:"):], "\n"), "\n", "\n    ")
	assert.Contains(t, repeated, strings.ReplaceAll(indented, "value: registry-smoke-test\n", "value: registry-verify\n"))
	allowed := grants(t, resources)
	for _, image := range []string{"registry-smoke-test", "registry-verify"} {
		assert.Contains(t, allowed, "registry-profile-smoke-test: delete image.openshift.io/imagestreams/"+image)
		assert.Contains(t, allowed, "registry-profile-smoke-test: get,update image.openshift.io/imagestreams/layers/"+image)
	}
}

// TestSmokeTestReachesNoOtherAccount: whoever may start pods in a namespace can act as any
// ServiceAccount there, so there is none but what OpenShift makes.
func TestSmokeTestReachesNoOtherAccount(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			if r.GetKind() == "ServiceAccount" {
				assert.NotEqual(t, p.Spec.Verify.Namespace, r.GetNamespace(), r.GetName())
			}
		}
	})
}

func TestSmokeTestPod(t *testing.T) {
	resources := smokeTestOf(generators.Expand(profileOf(t, "bootstrap: {resources: {limits: {cpu: 1}}, nodeSelector: {a: b}}")))
	script := find(t, resources, "ConfigMap")
	assert.Equal(t, smoke.Script(), script.GetDataMap()["smoke-test.sh"])
	sum := sha256.Sum256([]byte(smoke.Script()))
	assert.Equal(t, "registry-smoke-test-"+hex.EncodeToString(sum[:4]), script.GetName())
	job := find(t, resources, "Job").MustString()
	for _, part := range []string{
		"activeDeadlineSeconds: 2400\n", "containerName: smoke-test\n", "serviceAccountName: registry-smoke-test\n",
		"- /bin/bash\n        - -p\n        - /opt/registry-profile/smoke-test.sh\n", "name: " + script.GetName() + "\n",
		"runAsNonRoot: true\n", "readOnlyRootFilesystem: true\n", "- ALL\n", "cpu: \"1\"\n", "a: b\n",
		"mountPath: /run/registry-profile\n", "medium: Memory\n", "name: openshift-service-ca.crt\n",
	} {
		assert.Contains(t, job, part)
	}
	for _, absent := range []string{"secret:", "secretKeyRef", "hostPath", "hostNetwork", "LEAVE_STORAGE"} {
		assert.NotContains(t, job, absent)
	}
}

// TestSmokeTestParameters is the contract of its script.
func TestSmokeTestParameters(t *testing.T) {
	for spec, expected := range map[string]map[string]string{
		"": {
			"HOME": "/tmp", "BOOTSTRAP_NAMESPACE": "registry-profile", "PULL_NAMESPACE": "registry-profile-smoke-test",
			"IMAGE_NAME": "registry-smoke-test", "NODES": "1", "TOPOLOGY_KEY": "kubernetes.io/hostname",
			"WAIT_SECONDS": "1740", "TIMEOUT_SECONDS": "540", "SECRETS_FOLDER": "/run/registry-profile",
			"SERVICE_CA_FILE": "/opt/service-ca/service-ca.crt", "BOOTSTRAP_JOB": "",
		},
		"verify: {timeout: 1m, nodes: {count: 3, topologyKey: topology.kubernetes.io/zone, nodeSelector: {z: '', a: b}, " +
			"tolerations: [{key: infra, operator: Exists, effect: NoSchedule}]}}": {
			"TIMEOUT_SECONDS": "54", "NODES": "3", "TOPOLOGY_KEY": "topology.kubernetes.io/zone", "NODE_SELECTOR": "a=b z=",
			"TOLERATIONS": `[{"effect":"NoSchedule","key":"infra","operator":"Exists"}]`,
		},
	} {
		resources := generators.Expand(profileOf(t, spec))
		actual := map[string]string{}
		list, err := find(t, smokeTestOf(resources), "Job").Pipe(
			yaml.Lookup("spec", "template", "spec", "containers", "[name=smoke-test]", "env"),
		)
		require.NoError(t, err)
		require.NoError(t, list.VisitElements(func(n *yaml.RNode) error {
			actual[n.Field("name").Value.YNode().Value] = n.Field("value").Value.YNode().Value
			return nil
		}))
		for name, value := range expected {
			if name == "BOOTSTRAP_JOB" {
				value = find(t, resources, "Job").GetName()
				assert.Len(t, actual, len(expected), "no more than these")
			}
			assert.Equal(t, value, actual[name], name)
			assert.False(t, strings.Contains(value, "}}"), "no template to ACM or Helm")
		}
	}
}
