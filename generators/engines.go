package generators

import (
	"maps"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// engine is a program that delivers manifests. This file alone knows the annotations by
// which an engine orders resources and keeps what must not be lost.
type engine struct {
	name string
	// marks returns the annotations of one object; all are the objects beside it.
	marks func(o planned, all []planned, d v1alpha1.Delivery) map[string]string
	// hooks are the annotations that make an object a step of the delivery, which the
	// engine deletes and runs again as it sees fit.
	hooks []string
	// replacing are the annotations that make the engine delete an object to write it
	// anew. An annotation that is a list has one more item then.
	replacing []mark
}

// mark is an annotation.
type mark struct{ key, value string }

// engines are all that are supported. Every resource carries the marks of each of them,
// whichever delivers it: a mark that depends on a setting is missing on the day when
// another engine takes over.
var engines = []engine{
	{
		name: "Argo CD", marks: argoCD, hooks: []string{"argocd.argoproj.io/hook"},
		replacing: []mark{{syncOptions, "Replace=true"}, {syncOptions, "Force=true"}},
	},
	{name: "Flux", marks: flux, replacing: []mark{{fluxGroup + "force", "enabled"}}},
	{name: "kpt", marks: kpt},
	{name: "Helm", marks: helm, hooks: []string{"helm.sh/hook"}},
	{name: "ACM", marks: acm},
}

const (
	// WaveAnnotation holds the number by which Argo CD orders resources.
	WaveAnnotation = "argocd.argoproj.io/sync-wave"

	dependsOn   = "config.kubernetes.io/depends-on"
	syncOptions = "argocd.argoproj.io/sync-options"
	fluxGroup   = "kustomize.toolkit.fluxcd.io/"
)

// marks returns the annotations of every engine for one object.
func marks(o planned, all []planned, d v1alpha1.Delivery) map[string]string {
	marks := map[string]string{}
	for _, e := range engines {
		maps.Copy(marks, e.marks(o, all, d))
	}
	return marks
}

// argoCD: a wave ends when its resources are healthy, a Job when it is complete.
// Prune=false and Delete=false are read from the live object, so they must be there
// before anybody removes it from Git (gitops-engine, pkg/sync/sync_context.go).
func argoCD(o planned, _ []planned, d v1alpha1.Delivery) map[string]string {
	marks := map[string]string{WaveAnnotation: strconv.Itoa(d.ArgoCD.BaseWave + int(o.Stage))}
	switch o.Class {
	case ClassClaim:
		marks[syncOptions] = "Prune=false,Delete=false,SkipDryRunOnMissingResource=true"
	case ClassShared:
		marks[syncOptions] = "ServerSideApply=true,Prune=false,Delete=false,SkipDryRunOnMissingResource=true"
	}
	return marks
}

// flux has no order inside a Kustomization: the Job waits by itself. Merge keeps Flux
// from taking over the fields that others wrote into Config, IfNotPresent from undoing a
// volume that somebody has resized. Without "disabled" its postBuild would empty every
// ${VARIABLE} of the script (kustomize-controller, docs/spec/v1/kustomizations.md).
func flux(o planned, _ []planned, _ v1alpha1.Delivery) map[string]string {
	marks := map[string]string{}
	if o.Class.Kept() {
		marks[fluxGroup+"prune"] = "disabled"
	}
	switch {
	case o.Class == ClassShared:
		marks[fluxGroup+"ssa"] = "Merge"
	case o.Kind == persistentVolumeClaimGenerator.Kind:
		marks[fluxGroup+"ssa"] = "IfNotPresent"
	case o.Class == ClassScript:
		marks[fluxGroup+"substitute"] = "disabled"
	}
	return marks
}

// kpt orders by depends-on, whose targets must be in the same package (cli-utils,
// pkg/object/dependson).
func kpt(o planned, all []planned, _ v1alpha1.Delivery) map[string]string {
	marks := map[string]string{}
	var before []string
	for _, other := range all {
		if other.Stage == o.Stage-1 {
			before = append(before, reference(other))
		}
	}
	if len(before) > 0 {
		marks[dependsOn] = strings.Join(before, ",")
	}
	if o.Class.Kept() {
		marks["cli-utils.sigs.k8s.io/on-remove"] = "keep"
		marks["client.lifecycle.config.k8s.io/deletion"] = "detach"
	}
	return marks
}

// reference writes GROUP/KIND/NAME or GROUP/namespaces/NAMESPACE/KIND/NAME.
func reference(o planned) string {
	parts := []string{ynode.Group(o.APIVersion)}
	if o.namespace != "" {
		parts = append(parts, "namespaces", o.namespace)
	}
	return strings.Join(append(parts, o.Kind, o.name), "/")
}

// helm keeps an object of a release that is upgraded or uninstalled (helm,
// pkg/kube/resource_policy.go).
func helm(o planned, _ []planned, _ v1alpha1.Delivery) map[string]string {
	if !o.Class.Kept() {
		return nil
	}
	return map[string]string{"helm.sh/resource-policy": "keep"}
}

// acm: a Subscription of Red Hat Advanced Cluster Management keeps what is not to be
// deleted, and merges into an object instead of replacing it. A policy keeps what it has
// made unless its pruneObjectBehavior says otherwise, and reads no annotation.
func acm(o planned, _ []planned, _ v1alpha1.Delivery) map[string]string {
	if !o.Class.Kept() {
		return nil
	}
	const group = "apps.open-cluster-management.io/"
	return map[string]string{group + "do-not-delete": "true", group + "reconcile-option": "merge"}
}
