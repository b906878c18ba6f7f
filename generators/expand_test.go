package generators_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/generators/bootstrap"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// dependsOn names the objects that kpt applies before: it changes with the names of others.
var dependsOn = regexp.MustCompile(`(?m)^    config.kubernetes.io/depends-on: .*\n`)

// manifests returns what a profile becomes, by kind, namespace and name, but for dependsOn.
func manifests(t *testing.T, spec string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range generators.Expand(profileOf(t, spec)) {
		all[r.GetKind()+" "+r.GetNamespace()+"/"+r.GetName()] = dependsOn.ReplaceAllString(r.MustString(), "")
	}
	return all
}

// changed returns the kinds of the objects in which two outputs differ, but for those of the
// smoke test, which runs again after each change of the Job.
func changed(before, after map[string]string) []string {
	kinds := map[string]bool{}
	for _, pair := range [][2]map[string]string{{before, after}, {after, before}} {
		for id, manifest := range pair[0] {
			if pair[1][id] != manifest && !strings.Contains(id, "-smoke-test") {
				kind, _, _ := strings.Cut(id, " ")
				kinds[kind] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

func find(t *testing.T, resources []generators.Resource, kind string) generators.Resource {
	t.Helper()
	i := slices.IndexFunc(resources, func(r generators.Resource) bool { return r.GetKind() == kind })
	require.GreaterOrEqual(t, i, 0, kind)
	return resources[i]
}

// withoutSmokeTest leaves what puts the registry on its storage.
func withoutSmokeTest(resources []generators.Resource) []generators.Resource {
	return slices.DeleteFunc(slices.Clone(resources), func(r generators.Resource) bool { return r.Stage == generators.StageProof })
}

func TestExpandIsPure(t *testing.T) {
	const spec = "bootstrap: {reconcile: {schedule: '@daily'}, nodeSelector: {a: b, c: d}}, registry: {nodeSelector: {a: b, c: d, e: f}}"
	p := profileOf(t, spec)
	first := manifests(t, spec)
	for range 10 {
		assert.Equal(t, first, manifests(t, spec))
	}
	generators.Expand(p)
	assert.Equal(t, profileOf(t, spec), p)
}

// TestScriptIsNamedAfterItsContent: kubelet would mount a changed ConfigMap into
// a running Job.
func TestScriptIsNamedAfterItsContent(t *testing.T) {
	resources := generators.Expand(profileOf(t, "bootstrap: {reconcile: {schedule: '@daily'}}"))
	script := find(t, resources, "ConfigMap")
	content := script.GetDataMap()["bootstrap.sh"]
	assert.Equal(t, bootstrap.Script(), content)
	sum := sha256.Sum256([]byte(content))
	assert.Equal(t, "registry-bootstrap-"+hex.EncodeToString(sum[:4]), script.GetName())
	for _, kind := range []string{"Job", "CronJob"} {
		assert.Contains(t, find(t, resources, kind).MustString(), "name: "+script.GetName()+"\n", kind)
	}
}

// TestJobIsNamedAfterWhatItRuns: a Job cannot be changed, so that every change of
// it is another Job, of which the alerts know, and nothing but a change is.
func TestJobIsNamedAfterWhatItRuns(t *testing.T) {
	before := manifests(t, "")
	for spec, expected := range map[string][]string{
		"bootstrap: {leaveStorage: [{bucket: old}]}":       {"AlertingRule", "Job"},
		"bootstrap: {timeout: 31m}":                        {"AlertingRule", "CronJob", "Job"},
		"bootstrap: {image: 'registry.example.com/oc:v1'}": {"AlertingRule", "CronJob", "Job"},
		"bootstrap: {resources: {limits: {cpu: 1}}}":       {"AlertingRule", "CronJob", "Job"},
		"bootstrap: {nodeSelector: {a: b}}":                {"AlertingRule", "CronJob", "Job"},
		"bootstrap: {tolerations: [{operator: Exists}]}":   {"AlertingRule", "CronJob", "Job"},
		"bootstrap: {imagePullSecrets: [{name: pull}]}":    {"AlertingRule", "CronJob", "Job"},
		"storage: {rgw: {chunkSizeMiB: 5}}":                {"AlertingRule", "CronJob", "Job"},
		"storage: {rgw: {region: eu-1}}":                   {"AlertingRule", "CronJob", "Job"},
		"registry: {replicas: 3}":                          {"AlertingRule", "Config", "CronJob", "Job"},
		"registry: {rolloutStrategy: Recreate}":            {"AlertingRule", "Config", "CronJob", "Job"},
		"registry: {disableRedirect: true}":                {"AlertingRule", "Config", "CronJob", "Job"},
		"bootstrap: {reconcile: {schedule: '@daily'}}":     {"CronJob"},
		"registry: {logLevel: Debug}":                      {"Config"},
		"pruner: {suspend: true}":                          {"ImagePruner"},
		"storage: {rgw: {bucket: {maxObjects: 7}}}":        {"ObjectBucketClaim"},
		"storage: {rgw: {storageClassName: retain}}":       {"AlertingRule", "ClusterRole", "CronJob", "Job", "ObjectBucketClaim"},
		"odf: {storageCluster: other}, storage: {rgw: {storageClassName: ocs-storagecluster-ceph-rgw, " +
			"endpoint: {route: {name: ocs-storagecluster-cephobjectstore-secure}}}}": {
			"AlertingRule", "CronJob", "Job", "Role",
		},
	} {
		t.Run(spec, func(t *testing.T) {
			after := manifests(t, spec)
			assert.Equal(t, expected, changed(before, after))
			changes := slices.Contains(expected, "Job")
			assert.Equal(t, changes, jobName(before) != jobName(after))
			assert.Equal(t, changes, smokeJobName(before) != smokeJobName(after), "what is new has to be tested anew")
		})
	}
	// Annotations can be changed.
	assert.Equal(t, jobName(before), jobName(manifests(t, "delivery: {argocd: {baseWave: 5}}")))
}

func jobName(all map[string]string) string {
	for id := range all {
		if strings.HasPrefix(id, "Job ") && !strings.Contains(id, "-smoke-test") {
			return id
		}
	}
	return ""
}

func smokeJobName(all map[string]string) string {
	for id := range all {
		if strings.HasPrefix(id, "Job ") && strings.Contains(id, "-smoke-test") {
			return id
		}
	}
	return ""
}

// TestParameters is the script's contract: what a backend or an endpoint has no use for is
// not set, and nothing is set to an empty value.
func TestParameters(t *testing.T) {
	type variables map[string]string
	always := variables{"HOME": "/tmp", "REPLICAS": "2", "ROLLOUT_STRATEGY": "RollingUpdate", "TIMEOUT_SECONDS": "1740"}
	claim := func(backend, namespace, name, class string) variables {
		return variables{"BACKEND": backend, "CLAIM_NAMESPACE": namespace, "CLAIM_NAME": name, "CLAIM_CLASS": class}
	}
	const here = "openshift-image-registry"
	s3 := variables{"REGION": "us-east-1"}
	rgw := claim("s3", here, "image-registry-rgw", "ocs-storagecluster-ceph-rgw")
	cephfs := claim("pvc", here, "image-registry-cephfs", "ocs-storagecluster-cephfs")
	rbd := claim("pvc", here, "image-registry-rbd", "ocs-storagecluster-ceph-rbd")
	route := variables{
		"ENDPOINT": "route", "ENDPOINT_SCHEME": "https",
		"ROUTE_NAMESPACE": "openshift-storage", "ROUTE_NAME": "ocs-storagecluster-cephobjectstore-secure",
		"STORAGE_NAMESPACE": "openshift-storage", "STORAGE_CLUSTER": "ocs-storagecluster",
	}
	host := func(name, scheme string) variables {
		return variables{"ENDPOINT": "host", "ENDPOINT_SCHEME": scheme, "ENDPOINT_HOST": name}
	}
	service := func(scheme string) variables {
		return variables{"ENDPOINT": "service", "ENDPOINT_SCHEME": scheme, "DISABLE_REDIRECT": "true"}
	}
	external := func(scheme string) variables {
		return variables{"ENDPOINT": "external", "ENDPOINT_SCHEME": scheme}
	}
	ca := func(namespace, name, key string) variables {
		return variables{
			"TRUSTED_CA": "registry-s3-ca", "CA_SOURCE_NAMESPACE": namespace, "CA_SOURCE_NAME": name, "CA_SOURCE_KEY": key,
		}
	}
	ingressCA := ca("openshift-config-managed", "default-ingress-cert", "ca-bundle.crt")
	serviceCA := ca("registry-profile", "openshift-service-ca.crt", "service-ca.crt")
	for spec, parts := range map[string][]variables{
		"": {rgw, s3, route, ingressCA},
		"storage: {rgw: {endpoint: {route: {scheme: http}}}}": {
			rgw, s3, route, {"ENDPOINT_SCHEME": "http", "ROUTE_NAME": "ocs-storagecluster-cephobjectstore"},
		},
		"storage: {rgw: {endpoint: {route: {host: 's3.example.com:8443'}}, trustedCA: {ingress: {}}}}": {
			rgw, s3, host("s3.example.com:8443", "https"), ingressCA,
		},
		"storage: {rgw: {endpoint: {route: {host: h.example, scheme: http}}}}": {rgw, s3, host("h.example", "http")},
		"storage: {rgw: {endpoint: {service: {}}}}":                            {rgw, s3, service("https"), serviceCA},
		"storage: {rgw: {endpoint: {service: {scheme: http}}}}":                {rgw, s3, service("http")},
		"storage: {rgw: {endpoint: {external: {}}, trustedCA: {system: {}}}}":  {rgw, s3, external("https")},
		"storage: {rgw: {endpoint: {external: {scheme: http}}}}":               {rgw, s3, external("http")},
		"storage: {rgw: {trustedCA: {configMap: {name: mine}}, chunkSizeMiB: 64}}": {
			rgw, s3, route, {"TRUSTED_CA": "mine", "CHUNK_SIZE_MIB": "64"},
		},
		"storage: {rgw: {existingClaim: {namespace: openshift-storage, name: rgwbucket}}}": {
			claim("s3", "openshift-storage", "rgwbucket", "ocs-storagecluster-ceph-rgw"), s3, route, ingressCA,
		},
		"storage: {noobaa: {}}": {
			claim("s3", here, "image-registry-noobaa", "openshift-storage.noobaa.io"), s3, route, ingressCA, {"ROUTE_NAME": "s3"},
		},
		"storage: {cephfs: {}}": {cephfs, {"ACCESS_MODE": "ReadWriteMany"}},
		"storage: {rbd: {}}": {
			rbd, {"ACCESS_MODE": "ReadWriteOnce", "REPLICAS": "1", "ROLLOUT_STRATEGY": "Recreate"},
		},
		"storage: {cephfs: {existingClaim: {name: pvc}}}": {cephfs, {"ACCESS_MODE": "ReadWriteMany", "CLAIM_NAME": "pvc"}},
		"registry: {disableRedirect: false}":              {rgw, s3, route, ingressCA, {"DISABLE_REDIRECT": "false"}},
		"bootstrap: {leaveStorage: [{bucket: a-b}, {claim: c}, {backend: swift}], timeout: 90s}": {
			rgw, s3, route, ingressCA, {"LEAVE_STORAGE": "bucket=a-b claim=c backend=swift", "TIMEOUT_SECONDS": "81"},
		},
		"bootstrap: {timeout: 10s}": {rgw, s3, route, ingressCA, {"TIMEOUT_SECONDS": "9"}},
	} {
		t.Run(spec, func(t *testing.T) {
			expected := maps.Clone(always)
			for _, part := range parts {
				maps.Copy(expected, part)
			}
			actual := variables{}
			for _, v := range environment(t, generators.Expand(profileOf(t, spec))) {
				assert.NotContains(t, actual, v.name, "set twice")
				actual[v.name] = v.value
			}
			assert.Equal(t, expected, actual)
		})
	}
}

// TestPermissionIsNotForTheNight: the CronJob repeats what the Job has done, and leaves no
// storage.
func TestPermissionIsNotForTheNight(t *testing.T) {
	resources := generators.Expand(profileOf(t, "bootstrap: {leaveStorage: [{bucket: old}], reconcile: {schedule: '@daily'}}"))
	assert.Contains(t, find(t, resources, "Job").MustString(), "LEAVE_STORAGE")
	assert.NotContains(t, find(t, resources, "CronJob").MustString(), "LEAVE_STORAGE")
}

// TestPodIsWhatTheContractSays: restricted, one container, nothing mounted that
// could hold a credential.
func TestPodIsWhatTheContractSays(t *testing.T) {
	resources := generators.Expand(profileOf(t, "bootstrap: {reconcile: {schedule: '@daily'}}"))
	template := func(kind string, path ...string) string {
		n, err := find(t, resources, kind).Pipe(yaml.Lookup(path...))
		require.NoError(t, err)
		return n.MustString()
	}
	pod := template("Job", "spec", "template")
	assert.Equal(t, pod, template("CronJob", "spec", "jobTemplate", "spec", "template"), "one pod for both")
	for _, part := range []string{
		"restartPolicy: Never\n", "runAsNonRoot: true\n", "type: RuntimeDefault\n", "allowPrivilegeEscalation: false\n", "readOnlyRootFilesystem: true\n", "- ALL\n",
		"mountPath: /opt/registry-profile\n", "readOnly: true\n", "terminationMessagePolicy: FallbackToLogsOnError\n", "- /bin/bash\n    - -p\n    - /opt/registry-profile/bootstrap.sh\n",
	} {
		assert.Contains(t, pod, part)
	}
	for _, absent := range []string{"initContainers", "projected", "downwardAPI", "secret:", "secretKeyRef", "envFrom", "hostPath", "privileged", "hostNetwork"} {
		assert.NotContains(t, pod, absent)
	}
	job := find(t, resources, "Job").MustString()
	assert.Contains(t, job, "activeDeadlineSeconds: 1800\n  backoffLimit: 6\n")
	assert.Contains(t, job, "- action: FailJob\n      onExitCodes:\n        containerName: bootstrap\n        operator: In\n        values:\n        - 2\n        - 3\n")
	assert.Contains(t, job, "- action: Ignore\n      onPodConditions:\n      - type: DisruptionTarget\n        status: \"True\"\n")
	assert.Contains(t, find(t, resources, "CronJob").MustString(), "concurrencyPolicy: Forbid\n")
}

// TestGenerators: each has a number and a sentence of its own, and emits what it says.
func TestGenerators(t *testing.T) {
	orders, last := map[int]bool{}, 0
	emitted := map[string]bool{}
	for _, spec := range []string{"", "storage: {cephfs: {}}, bootstrap: {networkPolicy: true}"} {
		for _, r := range generators.Expand(profileOf(t, spec)) {
			emitted[r.GetApiVersion()+" "+r.GetKind()] = true
		}
	}
	for _, g := range generators.All() {
		assert.False(t, orders[g.Order], "%d is taken", g.Order)
		orders[g.Order] = true
		assert.Greater(t, g.Order, last, "files are applied in the order of their names")
		last = g.Order
		assert.NotEmpty(t, g.Doc, g.Kind)
		assert.True(t, emitted[g.APIVersion+" "+g.Kind], g.Kind)
	}
}

// TestFileNames: whoever applies a folder in the order of its names applies it in ours,
// and a kind that comes or goes renames no file.
func TestFileNames(t *testing.T) {
	names := map[string]string{}
	cases.EachRendered(t, func(t *testing.T, _ *v1alpha1.RegistryProfile, resources []generators.Resource) {
		last := ""
		for _, r := range resources {
			name := r.FileName()
			assert.Regexp(t, `^[0-9]{3}-[a-z]+(-[a-z0-9-]+)?\.yaml$`, name)
			assert.NotRegexp(t, `[0-9a-f]{8}`, name, "a hash would make a new file of every change")
			kind := strings.SplitN(strings.TrimSuffix(name, ".yaml"), "-", 3)[1]
			assert.Equal(t, strings.ToLower(r.GetKind()), kind)
			purpose := r.GetKind()
			if r.Class == generators.ClassGuard {
				purpose += r.GetName()
			}
			if r.Stage == generators.StageProof {
				purpose += " of the smoke test"
			}
			if known, ok := names[purpose]; ok {
				assert.Equal(t, known, name[:3], "one number for a purpose, whatever stands beside it")
			}
			names[purpose] = name[:3]
			assert.Less(t, last[:min(3, len(last))], name[:3]+"x")
			assert.NotEqual(t, last, name)
			last = name
		}
	})
}

// TestClusterScopedKindsHaveNoNamespace, and all others have one.
func TestClusterScopedKindsHaveNoNamespace(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, _ *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			scoped := generators.ClusterScoped(ynode.Group(r.GetApiVersion()), r.GetKind())
			assert.Equal(t, scoped, r.GetNamespace() == "", r.GetKind())
		}
	})
	assert.False(t, generators.ClusterScoped("example.com", "Config"))
}

// TestWrittenInClusterIsWhatTheRolesAllow: the Job writes what it may create.
func TestWrittenInClusterIsWhatTheRolesAllow(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		written := map[string]bool{}
		for _, w := range generators.WrittenInCluster(p) {
			if !w.ByProvisioner {
				written[w.Namespace+"/"+strings.ToLower(w.Kind)+"s/"+w.Name] = true
			}
		}
		allowed := map[string]bool{}
		for _, r := range withoutSmokeTest(resources) { // which has a namespace of its own to write in
			if r.GetKind() != "Role" {
				continue
			}
			var role struct {
				Rules []struct {
					Resources, Verbs []string
					Names            []string `yaml:"resourceNames"`
				}
			}
			require.NoError(t, r.YNode().Decode(&role))
			for _, rule := range role.Rules {
				if slices.Contains(rule.Verbs, "create") {
					allowed[r.GetNamespace()+"/"+rule.Resources[0]+"/"+rule.Names[0]] = true
				}
			}
		}
		assert.Equal(t, allowed, written)
	})
}
