package generators

import (
	"slices"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// engine is a program that delivers manifests. This file alone knows the annotations by
// which an engine orders resources and keeps what must not be lost.
type engine struct {
	name string
	// keeping are the annotations that keep an object when it leaves Git.
	keeping []mark
	// marks returns the other annotations of one object; all are the objects beside it. It
	// may be nil.
	marks func(o planned, all []planned, d v1alpha1.Delivery) map[string]string
	// hooks are the annotations that make an object a step of the delivery, which the
	// engine deletes and runs again as it sees fit.
	hooks []string
	// replacing are the annotations that make the engine delete an object to write it
	// anew. An annotation that is a list has one more item then.
	replacing []mark
	// skipping are the annotations that make the engine leave an object as it is in the
	// cluster, or leave it out.
	skipping []mark
}

// mark is an annotation.
type mark struct{ key, value string }

// isItem tells whether the value is one item of a list. Argo CD alone reads lists.
func (m mark) isItem() bool { return m.key == syncOptions || m.key == compareOptions }

// saidIn returns the field of an object's metadata that says the mark to its engine, or "".
// Flux reads labels as well, and does not care about case (fluxcd/pkg, ssa/utils, AnyInMetadata).
func (m mark) saidIn(labels, annotations map[string]string) string {
	isFlux := strings.HasPrefix(m.key, fluxGroup)
	switch annotation := annotations[m.key]; {
	case annotation == m.value,
		m.isItem() && slices.Contains(list(annotation), m.value),
		isFlux && strings.EqualFold(annotation, m.value):
		return "annotations"
	case isFlux && strings.EqualFold(labels[m.key], m.value):
		return "labels"
	}
	return ""
}

// engines are all that are supported. Every resource carries the marks of each of them,
// whichever delivers it: a mark that depends on a setting is missing on the day when
// another engine takes over.
var engines = []engine{
	{
		name: "Argo CD", marks: argoCD, hooks: []string{"argocd.argoproj.io/hook"},
		// Both are read from the live object, so they must be there before anybody removes it
		// from Git (gitops-engine, pkg/sync/sync_context.go).
		keeping:   []mark{{syncOptions, "Prune=false"}, {syncOptions, "Delete=false"}},
		replacing: []mark{{syncOptions, "Replace=true"}, {syncOptions, "Force=true"}},
	},
	{
		name: "Flux", marks: flux,
		keeping:   []mark{{fluxGroup + "prune", "disabled"}},
		replacing: []mark{{fluxGroup + "force", "enabled"}},
		skipping:  []mark{{fluxGroup + "reconcile", "disabled"}, {fluxGroup + "ssa", "Ignore"}},
	},
	{
		name: "kpt", marks: kpt,
		keeping: []mark{{"cli-utils.sigs.k8s.io/on-remove", "keep"}, {"client.lifecycle.config.k8s.io/deletion", "detach"}},
	},
	{
		// Of a release that is upgraded or uninstalled (helm, pkg/kube/resource_policy.go).
		name: "Helm", hooks: []string{"helm.sh/hook"},
		keeping: []mark{{"helm.sh/resource-policy", "keep"}},
	},
	{name: "ACM", marks: acm, keeping: []mark{{acmGroup + "do-not-delete", "true"}}},
}

const (
	// WaveAnnotation holds the number by which Argo CD orders resources.
	WaveAnnotation = "argocd.argoproj.io/sync-wave"

	// DependsOnAnnotation names the objects that kpt applies before, with commas between.
	DependsOnAnnotation = "config.kubernetes.io/depends-on"
	syncOptions         = "argocd.argoproj.io/sync-options"
	compareOptions      = "argocd.argoproj.io/compare-options"
	fluxGroup           = "kustomize.toolkit.fluxcd.io/"
	acmGroup            = "apps.open-cluster-management.io/"
)

// marks returns the annotations of every engine for one object.
func marks(o planned, all []planned, d v1alpha1.Delivery) map[string]string {
	marks := map[string]string{}
	add := func(key, value string) {
		if before, ok := marks[key]; ok { // Argo CD's options are a list
			value = before + "," + value
		}
		marks[key] = value
	}
	for _, e := range engines {
		if o.Class.Kept() {
			for _, m := range e.keeping {
				add(m.key, m.value)
			}
		}
		if e.marks != nil {
			for key, value := range e.marks(o, all, d) {
				add(key, value)
			}
		}
	}
	return marks
}

// keepingMarks are those of every engine.
func keepingMarks() []mark {
	var all []mark
	for _, e := range engines {
		all = append(all, e.keeping...)
	}
	return all
}

// KeepingMarks returns the annotations by which an engine of a name keeps an object.
func KeepingMarks(engineName string) []string {
	var all []string
	for _, e := range engines {
		for _, m := range e.keeping {
			if e.name == engineName {
				all = append(all, m.key+"="+m.value)
			}
		}
	}
	return all
}

// MissingKeepingMarks returns those annotations by which an engine keeps an object that are
// not among the annotations of one.
func MissingKeepingMarks(annotations map[string]string) []string {
	var missing []string
	for _, m := range keepingMarks() {
		if m.saidIn(nil, annotations) == "" {
			missing = append(missing, m.key+"="+m.value)
		}
	}
	return missing
}

// Wave returns Argo CD's wave of the resources, counted from delivery.argocd.baseWave. A
// wave ends when its resources are healthy, a Job when it is complete. What runs by night is
// Degraded from a failed run until one has succeeded: in any wave but the last, which Argo CD
// does not wait for, it would stop the very commit that mends what failed.
func (g Generator) Wave() int {
	switch g.Kind {
	case cronJobGenerator.Kind, imagePrunerGenerator.Kind:
		return int(StageProof)
	}
	return int(g.Stage)
}

// argoCD: without the CRD of a kind a dry run fails, before the operator that brings it has
// a chance. What stays when it leaves Git would keep its Application OutOfSync for ever,
// were it compared.
func argoCD(o planned, _ []planned, d v1alpha1.Delivery) map[string]string {
	marks := map[string]string{WaveAnnotation: strconv.Itoa(d.ArgoCD.BaseWave + o.Wave())}
	if o.Class.Kept() {
		marks[compareOptions] = "IgnoreExtraneous"
	}
	switch {
	case o.Class == ClassClaim, o.Kind == alertingRuleGenerator.Kind:
		marks[syncOptions] = "SkipDryRunOnMissingResource=true"
	case o.Class == ClassShared:
		marks[syncOptions] = "ServerSideApply=true,SkipDryRunOnMissingResource=true"
	}
	return marks
}

// flux has no order inside a Kustomization: the Job waits by itself. Merge keeps Flux
// from taking over the fields that others wrote into Config, IfNotPresent from undoing a
// volume that somebody has resized. Without "disabled" its postBuild would empty every
// ${VARIABLE} of the script (kustomize-controller, docs/spec/v1/kustomizations.md).
func flux(o planned, _ []planned, _ v1alpha1.Delivery) map[string]string {
	marks := map[string]string{}
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
		if o.dependsOn(other) {
			before = append(before, reference(other))
		}
	}
	if len(before) > 0 {
		marks[DependsOnAnnotation] = strings.Join(before, ",")
	}
	return marks
}

// dependsOn tells what kpt applies before o. It never removes what a kept object depends on
// (cli-utils, pkg/apply/filter/dependency-filter.go): were Config to depend on the Job, the
// Job and all its rights would stay for ever.
func (o planned) dependsOn(other planned) bool {
	switch {
	case !o.Class.Kept():
		return other.Stage == o.Stage-1
	case other.Class.Kept():
		return other.Stage < o.Stage || o.Class == ClassClaim && other.Class == ClassGuard
	default:
		// kpt waits until a volume is bound, and a volume may wait for its first pod: it has
		// to come beside the Job, which this does.
		return o.Kind == persistentVolumeClaimGenerator.Kind && other.Kind == serviceAccountGenerator.Kind &&
			other.Stage < o.Stage
	}
}

// reference writes GROUP/KIND/NAME or GROUP/namespaces/NAMESPACE/KIND/NAME.
func reference(o planned) string {
	parts := []string{ynode.Group(o.APIVersion)}
	if o.namespace != "" {
		parts = append(parts, "namespaces", o.namespace)
	}
	return strings.Join(append(parts, o.Kind, o.name), "/")
}

// acm: a Subscription of Red Hat Advanced Cluster Management keeps what is not to be
// deleted, and merges into an object instead of replacing it. A policy keeps what it has
// made unless its pruneObjectBehavior says otherwise, and reads no annotation.
func acm(o planned, _ []planned, _ v1alpha1.Delivery) map[string]string {
	if !o.Class.Kept() {
		return nil
	}
	return map[string]string{acmGroup + "reconcile-option": "merge"}
}
