package cluster

import (
	"slices"

	"sigs.k8s.io/yaml"
)

// discovery is what the cluster served when the dump was written, by group and resource. It
// is nil where the dump does not tell: older versions of oc do not ask, and a file may be cut.
type discovery map[question]bool

// stale marks a version whose server did not answer. What it serves is not known.
const stale = "Stale"

// discover reads what "oc adm inspect" has found that the cluster serves.
func (d *dump) discover() discovery {
	content, err := d.content("aggregated-discovery-apis.yaml")
	if err != nil || content == nil {
		return nil
	}
	var list struct {
		Kind  string
		Items []struct {
			Metadata struct{ Name string }
			Versions []struct {
				Freshness string
				Resources []struct{ Resource string }
			}
		}
	}
	if err := yaml.Unmarshal(content, &list); err != nil || list.Kind != "APIGroupDiscoveryList" {
		return nil
	}
	served := discovery{}
	for _, group := range list.Items {
		for _, version := range group.Versions {
			if version.Freshness == stale {
				served[question{group: group.Metadata.Name}] = true
			}
			for _, r := range version.Resources {
				served[question{group: group.Metadata.Name, resource: r.Resource}] = true
			}
		}
	}
	if !served.isWhole() {
		return nil
	}
	return served
}

// ofKubernetes are groups whose kinds every cluster has served since long: what does not is none.
// The first one has no name.
var ofKubernetes = []string{"", "apps", "batch", rbacGroup, "storage.k8s.io"}

// everywhere are named groups that every cluster of OpenShift serves: those of Kubernetes itself,
// of OpenShift's own API, and of the server behind it.
var everywhere = append(slices.Clone(ofKubernetes[1:]), configGroup, "operator.openshift.io", "route.openshift.io")

// isWhole tells whether the list is not one that was cut.
func (d discovery) isWhole() bool {
	groups := map[string]bool{}
	for served := range d {
		groups[served.group] = true
	}
	return !slices.ContainsFunc(everywhere, func(g string) bool { return !groups[g] })
}

// lacks tells whether the cluster certainly did not know a kind.
func (d discovery) lacks(kind Kind) bool {
	return d != nil && kind.Group != "" && !d[question{group: kind.Group}] && !d[ask(kind, "", "")]
}
