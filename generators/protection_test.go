package generators_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// kept are the annotations by which each engine keeps an object when it leaves Git, and
// when the Application, Kustomization, package, release or Subscription is deleted.
var kept = map[string]string{
	"kustomize.toolkit.fluxcd.io/prune":                "disabled",
	"cli-utils.sigs.k8s.io/on-remove":                  "keep",
	"client.lifecycle.config.k8s.io/deletion":          "detach",
	"helm.sh/resource-policy":                          "keep",
	"apps.open-cluster-management.io/do-not-delete":    "true",
	"apps.open-cluster-management.io/reconcile-option": "merge",
}

// expectedMarks are the annotations of each kind, but for those that order. The claim
// holds the images; without Config or ImagePruner the operator starts anew.
func expectedMarks(kind string) map[string]string {
	with := func(more map[string]string) map[string]string {
		marks := maps.Clone(kept)
		maps.Copy(marks, more)
		return marks
	}
	const argo, flux = "argocd.argoproj.io/sync-options", "kustomize.toolkit.fluxcd.io/"
	switch kind {
	case "ObjectBucketClaim":
		return with(map[string]string{argo: "Prune=false,Delete=false,SkipDryRunOnMissingResource=true"})
	case "PersistentVolumeClaim":
		return with(map[string]string{
			argo: "Prune=false,Delete=false,SkipDryRunOnMissingResource=true", flux + "ssa": "IfNotPresent",
		})
	case "Config", "ImagePruner":
		return with(map[string]string{
			argo:         "Prune=false,Delete=false,ServerSideApply=true,SkipDryRunOnMissingResource=true",
			flux + "ssa": "Merge",
		})
	case "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
		return with(map[string]string{argo: "Prune=false,Delete=false"})
	case "AlertingRule":
		return map[string]string{argo: "SkipDryRunOnMissingResource=true"}
	case "ConfigMap", "Job", "CronJob":
		return map[string]string{flux + "substitute": "disabled"}
	}
	return map[string]string{}
}

// profileOf returns a profile with a spec, the inside of a YAML flow mapping.
func profileOf(t testing.TB, spec string) *v1alpha1.RegistryProfile {
	t.Helper()
	p, results := v1alpha1.Decode(yaml.MustParse(head + "spec: {" + spec + "}\n"))
	require.NotNil(t, p, "%v", results)
	return p
}

const head = "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\n"

func TestEveryBackendIsProtected(t *testing.T) {
	for _, backend := range []string{"rgw", "noobaa", "cephfs", "rbd"} {
		for _, wave := range []int{0, -3, 10000, -10000} {
			t.Run(fmt.Sprint(backend, wave), func(t *testing.T) {
				p := profileOf(t, fmt.Sprintf("storage: {%s: {}}, bootstrap: {reconcile: {schedule: '@daily'}}, "+
					"delivery: {argocd: {baseWave: %d}}", backend, wave))
				resources := generators.Expand(p)
				assertProtected(t, p, resources)
				assertOrdered(t, p, resources)
			})
		}
	}
}

func TestEveryCaseIsProtected(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		assertProtected(t, p, resources)
		assertOrdered(t, p, resources)
	})
}

// compareOptions let what stays after it left Git be no difference to Argo CD.
const compareOptions = "argocd.argoproj.io/compare-options"

func assertProtected(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
	t.Helper()
	counted := map[string]int{}
	for _, r := range resources {
		actual := maps.Clone(r.GetAnnotations())
		maps.DeleteFunc(actual, func(key, _ string) bool {
			return slices.Contains([]string{
				generators.ProfileAnnotation, generators.ContentAnnotation, "argocd.argoproj.io/sync-wave", "config.kubernetes.io/depends-on",
				compareOptions,
			}, key)
		})
		assert.Equal(t, expectedMarks(r.GetKind()), actual, r.GetKind())
		assert.Equal(t, r.Class.Kept(), r.GetAnnotations()[compareOptions] == "IgnoreExtraneous", r.GetKind())
		counted[r.GetKind()]++
	}
	claims := 1
	if b := p.Spec.Storage.Object(); b != nil && b.ExistingClaim != nil {
		claims = 0
	} else if b == nil && p.Spec.Storage.Volume().ExistingClaim != nil {
		claims = 0
	}
	assert.Equal(t, claims, counted["ObjectBucketClaim"]+counted["PersistentVolumeClaim"])
	assert.Equal(t, 1, counted["Config"])
	assert.Equal(t, 1, counted["ImagePruner"])
}

// stages is the order in which things must be there; a volume claim stands beside the
// Job, since its class may wait for its first pod, and the alerts do, as what follows a Job
// that fails is not delivered.
var stages = map[string]int{"PersistentVolumeClaim": 1, "Job": 1, "AlertingRule": 1, "Config": 2, "ImagePruner": 2, "CronJob": 2}

// stageOf is that of what an object is for: the smoke test comes after all else.
func stageOf(r generators.Resource) int {
	if strings.Contains(r.GetName(), "-smoke-test") || strings.HasSuffix(r.GetName(), "-verify") {
		return 3
	}
	return stages[r.GetKind()]
}

func assertOrdered(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
	t.Helper()
	stage, before := 0, map[int][]string{}
	var accounts, guards, claims []string
	for _, r := range resources {
		assert.LessOrEqual(t, stage, stageOf(r), "%s comes too late for a plain apply", r.GetKind())
		stage = stageOf(r)
		before[stage+1] = append(before[stage+1], dependency(r))
		switch {
		case r.GetKind() == "ServiceAccount" && stage == 0:
			accounts = append(accounts, dependency(r))
		case r.Class == generators.ClassGuard:
			guards = append(guards, dependency(r))
		case r.Class == generators.ClassClaim:
			claims = append(claims, dependency(r))
		}
	}
	for _, r := range resources {
		stage := stageOf(r)
		wave := stage
		if r.GetKind() == "CronJob" || r.GetKind() == "ImagePruner" { // in any other, a night that failed stops the sync
			wave = 3
		}
		assert.Equal(t, strconv.Itoa(p.Spec.Delivery.ArgoCD.BaseWave+wave), r.GetAnnotations()["argocd.argoproj.io/sync-wave"])
		dependsOn := r.GetAnnotations()["config.kubernetes.io/depends-on"]
		first := before[stage]
		switch { // kpt removes nothing that a kept object depends on
		case r.GetKind() == "PersistentVolumeClaim":
			first = slices.Concat(accounts, guards) // beside the Job, for which kpt waits
		case r.Class == generators.ClassClaim:
			first = guards
		case r.Class.Kept() && r.Class != generators.ClassGuard:
			first = slices.Concat(guards, claims)
		}
		assert.Equal(t, strings.Join(first, ","), dependsOn, "%s/%s", r.GetKind(), r.GetName())
	}
}

// dependency is how cli-utils names an object (pkg/object/dependson).
func dependency(r generators.Resource) string {
	group := ynode.Group(r.GetApiVersion())
	if r.GetNamespace() == "" {
		return group + "/" + r.GetKind() + "/" + r.GetName()
	}
	return group + "/namespaces/" + r.GetNamespace() + "/" + r.GetKind() + "/" + r.GetName()
}

// TestGitNeverSwitches: the Job alone writes the storage and managementState. Managed
// without storage degrades the operator at once, and on emptyDir it takes pushes that
// are lost.
func TestGitNeverSwitches(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, _ *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			if r.GetKind() != "Config" {
				continue
			}
			var object struct {
				Spec map[string]any `yaml:"spec"`
			}
			require.NoError(t, r.YNode().Decode(&object))
			for _, owned := range []string{
				"storage", "managementState", "httpSecret", "observedConfig", "unsupportedConfigOverrides",
			} {
				assert.NotContains(t, object.Spec, owned)
			}
		}
	})
}
