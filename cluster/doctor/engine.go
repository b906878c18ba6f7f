package doctor

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/cluster"
)

// isDelivered tells whether something delivers an object, and so may prune it.
func isDelivered(o cluster.Object) bool {
	return o.Metadata.Labels[managedByLabel] == managedByValue || len(o.Metadata.Deliverers()) > 0
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

// deliverers are what an engine delivers Config and the claims by, each once.
func (e *exam) deliverers(engine string) []cluster.Deliverer {
	var found []cluster.Deliverer
	for _, o := range e.delivered() {
		for _, d := range o.Metadata.Deliverers() {
			if d.Engine == engine && !slices.Contains(found, d) {
				found = append(found, d)
			}
		}
	}
	return found
}

func (e *exam) applications() (found []item[application]) {
	for _, d := range e.deliverers(cluster.ArgoCD) {
		namespaces := argoNamespaces
		if d.Namespace != "" {
			namespaces = []string{d.Namespace}
		}
		for _, namespace := range namespaces {
			if a, o, present, _ := read[application](e, cluster.ArgoApplications, namespace, d.Name); present {
				found = append(found, item[application]{o, a})
				break
			}
		}
	}
	return found
}

func (e *exam) kustomizations() (found []item[kustomization]) {
	for _, d := range e.deliverers(cluster.Flux) {
		if k, o, present, _ := read[kustomization](e, cluster.FluxKustomizations, d.Namespace, d.Name); present {
			found = append(found, item[kustomization]{o, k})
		}
	}
	return found
}
