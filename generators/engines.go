package generators

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// engines is the one place that knows the annotations by which an engine orders
// resources and keeps what must not be lost.
var engines = []struct {
	name        string
	annotations func(r Resource, all []Resource, d v1alpha1.Delivery) map[string]string
}{
	{v1alpha1.ArgoCD, argoCD},
	{v1alpha1.Flux, flux},
	{v1alpha1.Kpt, kpt},
}

// annotate gives each resource the annotations of the engines that deliver it.
func annotate(resources []Resource, d v1alpha1.Delivery) {
	for _, engine := range engines {
		if !slices.Contains(d.Engines, engine.name) {
			continue
		}
		for _, r := range resources {
			maps.Copy(r.object.meta().Metadata.Annotations, engine.annotations(r, resources, d))
		}
	}
}

// argoCD: a wave ends when its resources are healthy, a Job when it is complete.
// Prune=false and Delete=false are read from the live object, so they must be
// there before anybody removes it from Git (gitops-engine, pkg/sync/sync_context.go).
func argoCD(r Resource, _ []Resource, d v1alpha1.Delivery) map[string]string {
	annotations := map[string]string{"argocd.argoproj.io/sync-wave": strconv.Itoa(d.ArgoCD.BaseWave + int(r.Stage))}
	switch r.Class {
	case ClassClaim:
		annotations["argocd.argoproj.io/sync-options"] = "Prune=false,Delete=false,SkipDryRunOnMissingResource=true"
	case ClassShared:
		annotations["argocd.argoproj.io/sync-options"] = "ServerSideApply=true,Prune=false,Delete=false,SkipDryRunOnMissingResource=true"
	}
	return annotations
}

// flux has no order inside a Kustomization: the Job waits by itself. Merge keeps
// it from taking over the fields that others wrote into Config, and without
// "disabled" its postBuild would empty every ${VARIABLE} of the script
// (kustomize-controller, docs/spec/v1/kustomizations.md).
func flux(r Resource, _ []Resource, _ v1alpha1.Delivery) map[string]string {
	switch r.Class {
	case ClassClaim:
		return map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled"}
	case ClassShared:
		return map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled", "kustomize.toolkit.fluxcd.io/ssa": "Merge"}
	case ClassScript:
		return map[string]string{"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
	}
	return nil
}

// kpt orders by depends-on, whose targets must be in the same package (cli-utils,
// pkg/object/dependson).
func kpt(r Resource, all []Resource, _ v1alpha1.Delivery) map[string]string {
	annotations := map[string]string{}
	var before []string
	for _, other := range all {
		if other.Stage == r.Stage-1 {
			before = append(before, reference(other.object.meta()))
		}
	}
	if len(before) > 0 {
		annotations["config.kubernetes.io/depends-on"] = strings.Join(before, ",")
	}
	if r.Class == ClassClaim || r.Class == ClassShared {
		annotations["cli-utils.sigs.k8s.io/on-remove"] = "keep"
		annotations["client.lifecycle.config.k8s.io/deletion"] = "detach"
	}
	return annotations
}

// reference writes GROUP/KIND/NAME or GROUP/namespaces/NAMESPACE/KIND/NAME.
func reference(t *typeMeta) string {
	group, _, found := strings.Cut(t.APIVersion, "/")
	if !found {
		group = ""
	}
	if t.Metadata.Namespace == "" {
		return strings.Join([]string{group, t.Kind, t.Metadata.Name}, "/")
	}
	return strings.Join([]string{group, "namespaces", t.Metadata.Namespace, t.Kind, t.Metadata.Name}, "/")
}
