package doctor

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

// The marks by which an engine knows what it delivers.
const (
	argoTracking  = "argocd.argoproj.io/tracking-id"
	fluxName      = "kustomize.toolkit.fluxcd.io/name"
	fluxNamespace = "kustomize.toolkit.fluxcd.io/namespace"
	helmRelease   = "meta.helm.sh/release-name"
	kptInventory  = "config.k8s.io/owning-inventory"
)

// isDelivered tells whether something delivers an object, and so may prune it.
func isDelivered(o cluster.Object) bool {
	for _, key := range []string{argoTracking, helmRelease, kptInventory} {
		if o.Metadata.Annotations[key] != "" {
			return true
		}
	}
	return o.Metadata.Labels[managedByLabel] == managedByValue || o.Metadata.Labels[fluxName] != ""
}

// argoNamespaces are those of OpenShift GitOps and of Argo CD, where the mark names none.
var argoNamespaces = []string{"openshift-gitops", "argocd"}

type application struct {
	Spec struct {
		SyncPolicy struct {
			SyncOptions []string `json:"syncOptions"`
		} `json:"syncPolicy"`
	} `json:"spec"`
	Status struct {
		OperationState struct {
			Phase   string `json:"phase"`
			Message string `json:"message"`
		} `json:"operationState"`
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

type kustomization struct {
	Spec struct {
		Force bool `json:"force"`
	} `json:"spec"`
	Status struct {
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

var engineChecks = []Check{
	{
		Code: "engine-failed", Severity: kptfn.Warning,
		Looks: "the Application or Kustomization that delivers Config or the claim",
		Why:   "What Git says does not reach the cluster.",
		Fix:   "Do what its message says; docs/engines.md has what each engine does when something fails.",
		look: func(e *exam) {
			for _, a := range e.applications() {
				if state := a.value.Status.OperationState; state.Phase == "Failed" || state.Phase == "Error" {
					e.found(a.Object, "status.operationState", "is %s: %s", state.Phase, state.Message)
				}
			}
			for _, k := range e.kustomizations() {
				if ready := conditionOf(k.value.Status.Conditions, "Ready"); ready.Status == "False" {
					e.found(k.Object, "status.conditions", "Ready is False: %s", ready.says())
				}
			}
		},
	},
	{
		Code: "engine-replaces", Severity: kptfn.Error, Trap: "T36",
		Looks: "the options of that Application or Kustomization",
		Why:   "An engine that replaces what it cannot change deletes the claim, and every image with it.",
		Fix:   "Remove Replace=true and Force=true from spec.syncPolicy.syncOptions, or force: true from spec.",
		look: func(e *exam) {
			for _, a := range e.applications() {
				for _, option := range a.value.Spec.SyncPolicy.SyncOptions {
					if option == "Replace=true" || option == "Force=true" {
						e.found(a.Object, "spec.syncPolicy.syncOptions", "has %s", option)
					}
				}
			}
			for _, k := range e.kustomizations() {
				if k.value.Spec.Force {
					e.found(k.Object, "spec.force", "is true")
				}
			}
		},
	},
}

// delivered are Config and the claims, which name their engine.
func (e *exam) delivered() []cluster.Object {
	var objects []cluster.Object
	if c, o := e.config(); c != nil {
		objects = append(objects, o)
	}
	claims, _ := e.claims()
	for _, c := range claims {
		objects = append(objects, c.Object)
	}
	return objects
}

// applications are Argo CD's. Its mark is NAME:GROUP/KIND:NAMESPACE/NAME; before NAME stands
// the namespace of the Application and "_", unless that is Argo CD's own.
func (e *exam) applications() (found []item[application]) {
	seen := map[string]bool{}
	for _, o := range e.delivered() {
		name, _, _ := strings.Cut(o.Metadata.Annotations[argoTracking], ":")
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		namespaces := argoNamespaces
		if namespace, bare, ok := strings.Cut(name, "_"); ok {
			name, namespaces = bare, []string{namespace}
		}
		for _, namespace := range namespaces {
			if a, o, present, _ := read[application](e, cluster.ArgoApplications, namespace, name); present {
				found = append(found, item[application]{o, a})
				break
			}
		}
	}
	return found
}

func (e *exam) kustomizations() (found []item[kustomization]) {
	var seen []string
	for _, o := range e.delivered() {
		namespace, name := o.Metadata.Labels[fluxNamespace], o.Metadata.Labels[fluxName]
		if name == "" || slices.Contains(seen, namespace+"/"+name) {
			continue
		}
		seen = append(seen, namespace+"/"+name)
		if k, o, present, _ := read[kustomization](e, cluster.FluxKustomizations, namespace, name); present {
			found = append(found, item[kustomization]{o, k})
		}
	}
	return found
}
