package cluster

import "strings"

// The engines that say on an object that they deliver it.
const (
	ArgoCD = "Argo CD"
	Flux   = "Flux"
	Helm   = "Helm"
	Kpt    = "kpt"
)

// Deliverer is what delivers an object, and so may prune it.
type Deliverer struct {
	Engine string
	// Kind is what the engine calls it, and Namespace and Name say which one it is. The
	// Namespace is empty where the mark names none.
	Kind, Namespace, Name string
}

// String names the Deliverer: "Application openshift-gitops/registry of Argo CD".
func (d Deliverer) String() string {
	name := d.Name
	if d.Namespace != "" {
		name = d.Namespace + "/" + name
	}
	return d.Kind + " " + name + " of " + d.Engine
}

// deliverers read the marks by which each engine knows what it delivers.
var deliverers = []struct {
	engine, kind string
	read         func(Metadata) (namespace, name string)
}{
	{ArgoCD, "Application", func(m Metadata) (namespace, name string) {
		// NAME:GROUP/KIND:NAMESPACE/NAME; before NAME stands the namespace of the Application
		// and "_", unless that is Argo CD's own.
		application, _, _ := strings.Cut(m.Annotations["argocd.argoproj.io/tracking-id"], ":")
		if namespace, name, ok := strings.Cut(application, "_"); ok {
			return namespace, name
		}
		return "", application
	}},
	{Flux, "Kustomization", func(m Metadata) (namespace, name string) {
		const group = "kustomize.toolkit.fluxcd.io/"
		return m.Labels[group+"namespace"], m.Labels[group+"name"]
	}},
	{Helm, "release", func(m Metadata) (namespace, name string) {
		return m.Annotations["meta.helm.sh/release-namespace"], m.Annotations["meta.helm.sh/release-name"]
	}},
	{Kpt, "inventory", func(m Metadata) (namespace, name string) {
		return "", m.Annotations["config.k8s.io/owning-inventory"]
	}},
}

// Deliverers returns what delivers an object, by the marks of the engines on it.
func (m Metadata) Deliverers() []Deliverer {
	var all []Deliverer
	for _, d := range deliverers {
		if namespace, name := d.read(m); name != "" {
			all = append(all, Deliverer{d.engine, d.kind, namespace, name})
		}
	}
	return all
}
