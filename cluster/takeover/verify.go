package takeover

import (
	"strconv"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// readVerify reads what the smoke test of the profile is made with, or that there is none.
func (d *draft) readVerify(namespace string) {
	smoke, source, found := d.lastJob(namespace, generators.SmokeContainer)
	if c, _ := d.repetitionOf(namespace, generators.SmokeContainer); c != nil {
		d.set(c.Spec.Schedule, c.source+", spec.schedule", "verify", "schedule")
		if !found { // people delete the Job to have it again
			smoke, source, found = c.Spec.JobTemplate.Spec, c.source, true
		}
	}
	bootstrap, _, seen := d.lastJob(namespace, generators.JobContainer)
	if !found {
		if seen { // Jobs are not hidden, and this is not among them
			d.set(false, "there is no smoke test in "+namespace, "verify", "enabled")
		}
		return
	}
	d.set(true, source, "verify", "enabled")
	if seconds := smoke.ActiveDeadlineSeconds - bootstrap.ActiveDeadlineSeconds; seen && seconds > 0 {
		d.set(short(time.Duration(seconds)*time.Second), source+", spec.activeDeadlineSeconds", "verify", "timeout")
	}
	variables := variablesOf(containerOf(smoke.Template.Spec, generators.SmokeContainer))
	d.readPullNamespace(variables[generators.PullNamespaceVariable], source)
	d.readNodes(variables, source)
}

func (d *draft) readPullNamespace(namespace, source string) {
	if namespace == "" {
		return
	}
	d.set(namespace, source, "verify", "namespace")
	if _, o, there := read[struct{}](d, cluster.Namespaces, "", namespace); there {
		d.set(d.isOwn(o), "Namespace "+namespace, "verify", "createNamespace")
	}
}

func (d *draft) readNodes(variables map[string]string, source string) {
	if count, err := strconv.Atoi(variables[generators.NodesVariable]); err == nil {
		d.set(count, source, "verify", "nodes", "count")
	}
	d.set(variables[generators.TopologyKeyVariable], source, "verify", "nodes", "topologyKey")
	selector := map[string]any{}
	for _, pair := range strings.Fields(variables[generators.NodeSelectorVariable]) {
		key, value, _ := strings.Cut(pair, "=")
		selector[key] = value
	}
	d.set(selector, source, "verify", "nodes", "nodeSelector")
	var tolerations []any
	if yaml.Unmarshal([]byte(variables[generators.TolerationsVariable]), &tolerations) == nil {
		d.set(tolerations, source, "verify", "nodes", "tolerations")
	}
}
