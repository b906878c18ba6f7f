package fn_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// protections are, by engine, the annotations that keep an object when it leaves
// Git, and when the package, Application or Kustomization is deleted. The claim
// holds the images; without Config or ImagePruner the operator starts anew.
var protections = map[string]struct{ claim, shared, script map[string]string }{
	v1alpha1.ArgoCD: {
		claim:  map[string]string{"argocd.argoproj.io/sync-options": "Prune=false,Delete=false,SkipDryRunOnMissingResource=true"},
		shared: map[string]string{"argocd.argoproj.io/sync-options": "ServerSideApply=true,Prune=false,Delete=false,SkipDryRunOnMissingResource=true"},
	},
	v1alpha1.Flux: {
		claim:  map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled"},
		shared: map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled", "kustomize.toolkit.fluxcd.io/ssa": "Merge"},
		script: map[string]string{"kustomize.toolkit.fluxcd.io/substitute": "disabled"},
	},
	v1alpha1.Kpt: {
		claim:  map[string]string{"cli-utils.sigs.k8s.io/on-remove": "keep", "client.lifecycle.config.k8s.io/deletion": "detach"},
		shared: map[string]string{"cli-utils.sigs.k8s.io/on-remove": "keep", "client.lifecycle.config.k8s.io/deletion": "detach"},
	},
}

// owners says which engine an annotation belongs to.
func engineOf(annotation string) string {
	domain, _, _ := strings.Cut(annotation, "/")
	return map[string]string{
		"argocd.argoproj.io":             v1alpha1.ArgoCD,
		"kustomize.toolkit.fluxcd.io":    v1alpha1.Flux,
		"config.kubernetes.io":           v1alpha1.Kpt,
		"cli-utils.sigs.k8s.io":          v1alpha1.Kpt,
		"client.lifecycle.config.k8s.io": v1alpha1.Kpt,
	}[domain]
}

func profile(t testing.TB, spec string) *v1alpha1.RegistryProfile {
	t.Helper()
	p, results := v1alpha1.Decode(parse(t, "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec:\n  "+strings.ReplaceAll(spec, "\n", "\n  ")))
	require.NotNil(t, p, findings(t, results))
	return p
}

func TestEveryEngineCombinationProtects(t *testing.T) {
	for _, backend := range []string{"rgw", "noobaa", "cephfs", "rbd"} {
		for _, engines := range []string{"", "ArgoCD", "Flux", "Kpt", "ArgoCD, Flux", "Flux, ArgoCD", "ArgoCD, Kpt", "Flux, Kpt", "ArgoCD, Flux, Kpt"} {
			t.Run(backend+"/"+engines, func(t *testing.T) {
				p := profile(t, fmt.Sprintf("storage: {%s: {}}\nbootstrap: {reconcile: {schedule: '@daily'}}\ndelivery: {engines: [%s]}", backend, engines))
				resources := generators.Expand(p)
				assertProtected(t, p, resources)
				assertOrdered(t, p, resources)
			})
		}
	}
}

func TestEveryCaseProtects(t *testing.T) {
	eachRendered(t, func(t *testing.T, _ goldenCase, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		assertProtected(t, p, resources)
		assertOrdered(t, p, resources)
	})
}

func assertProtected(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
	t.Helper()
	protected := map[string]int{}
	for _, r := range resources {
		expected := map[string]string{}
		for _, engine := range p.Spec.Delivery.Engines {
			marks := protections[engine].shared
			switch r.GetKind() {
			case "ObjectBucketClaim", "PersistentVolumeClaim":
				marks = protections[engine].claim
			case "Config", "ImagePruner":
			case "ConfigMap", "Job", "CronJob":
				marks = protections[engine].script
			default:
				marks = nil
			}
			for key, value := range marks {
				expected[key] = value
			}
		}
		actual := map[string]string{}
		for key, value := range r.GetAnnotations() {
			if engine := engineOf(key); engine != "" {
				assert.Contains(t, p.Spec.Delivery.Engines, engine, "%s is another engine's", key)
				if key != "argocd.argoproj.io/sync-wave" && key != "config.kubernetes.io/depends-on" {
					actual[key] = value
				}
			}
		}
		assert.Equal(t, expected, actual, r.GetKind())
		protected[r.GetKind()]++
	}
	assert.Equal(t, 1, protected["ObjectBucketClaim"]+protected["PersistentVolumeClaim"])
	assert.Equal(t, 1, protected["Config"])
	assert.Equal(t, 1, protected["ImagePruner"])
}

// stages is the order in which things must be there; a volume claim stands
// beside the Job, since its class may wait for its first pod.
var stages = map[string]int{"PersistentVolumeClaim": 1, "Job": 1, "Config": 2, "ImagePruner": 2, "CronJob": 2}

func assertOrdered(t *testing.T, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
	t.Helper()
	stage, ids := 0, map[string]int{}
	for _, r := range resources {
		assert.LessOrEqual(t, stage, stages[r.GetKind()], "%s comes too late for a plain apply", r.GetKind())
		stage = stages[r.GetKind()]
		ids[dependency(r)] = stage
	}
	for _, r := range resources {
		if slices.Contains(p.Spec.Delivery.Engines, v1alpha1.ArgoCD) {
			assert.Equal(t, strconv.Itoa(p.Spec.Delivery.ArgoCD.BaseWave+stages[r.GetKind()]), r.GetAnnotations()["argocd.argoproj.io/sync-wave"])
		}
		if slices.Contains(p.Spec.Delivery.Engines, v1alpha1.Kpt) && stages[r.GetKind()] > 0 {
			targets := strings.Split(r.GetAnnotations()["config.kubernetes.io/depends-on"], ",")
			for _, target := range targets {
				before, ok := ids[target]
				assert.True(t, ok, "%q is not in the package", target)
				assert.Equal(t, stages[r.GetKind()]-1, before, target)
			}
			assert.Equal(t, targets, slices.Compact(slices.Clone(targets)))
			assert.Len(t, targets, countOf(ids, stages[r.GetKind()]-1), "everything of the stage before")
		}
	}
}

func countOf(ids map[string]int, stage int) int {
	n := 0
	for _, s := range ids {
		if s == stage {
			n++
		}
	}
	return n
}

// dependency is how cli-utils names an object (pkg/object/dependson).
func dependency(r generators.Resource) string {
	group, _, ok := strings.Cut(r.GetApiVersion(), "/")
	if !ok {
		group = ""
	}
	if r.GetNamespace() == "" {
		return group + "/" + r.GetKind() + "/" + r.GetName()
	}
	return group + "/namespaces/" + r.GetNamespace() + "/" + r.GetKind() + "/" + r.GetName()
}

// TestManagedOnlyAfterTheJob: Managed without storage degrades the operator at
// once, so Git says it only where an engine waits for the Job.
func TestManagedOnlyAfterTheJob(t *testing.T) {
	eachRendered(t, func(t *testing.T, _ goldenCase, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			if r.GetKind() == "Config" {
				expected := ""
				if slices.Equal(p.Spec.Delivery.Engines, []string{"ArgoCD"}) {
					expected = "Managed"
				}
				state, err := r.GetString("spec.managementState")
				if expected == "" {
					assert.Error(t, err)
				}
				assert.Equal(t, expected, state)
			}
		}
	})
}
