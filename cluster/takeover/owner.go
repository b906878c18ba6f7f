package takeover

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// defaultName is that of a profile where there was none before.
const defaultName = "registry"

// readOwner reads what a profile has brought before, of whose Config it is by now.
func (d *draft) readOwner() error {
	d.name = defaultName
	name := profileOf(d.config)
	if name == "" {
		return nil
	}
	d.name, d.own = name, true
	d.sources["metadata.name"] = "Config cluster, " + generators.ProfileAnnotation
	if wave, err := strconv.Atoi(d.config.Metadata.Annotations[generators.WaveAnnotation]); err == nil {
		base := wave - int(generators.StageAfter)
		d.set(base, "Config cluster, "+generators.WaveAnnotation, "delivery", "argocd", "baseWave")
	}
	d.readBootstrap()
	d.readPolicies()
	d.readAlerts()
	return nil
}

func profileOf(o cluster.Object) string {
	return generators.ProfileOf(o.Metadata.Labels, o.Metadata.Annotations)
}

// isOwn tells whether an object is one that the profile has brought.
func (d *draft) isOwn(o cluster.Object) bool { return d.own && profileOf(o) == d.name }

// bare returns the profile of the draft's name that says nothing else.
func (d *draft) bare() *v1alpha1.RegistryProfile {
	node := (&shaper{}).node(reflect.TypeFor[v1alpha1.RegistryProfile](), header(d.name), "")
	p, _ := v1alpha1.Decode(yaml.NewRNode(node))
	return p
}

// header is what every profile has.
func header(name string) map[string]any {
	return map[string]any{
		"apiVersion": v1alpha1.APIVersion, "kind": v1alpha1.Kind, "metadata": map[string]any{"name": name},
	}
}

// namesOf returns the names of what a profile brings of a kind.
func namesOf(p *v1alpha1.RegistryProfile, kind cluster.Kind) []string {
	var names []string
	for _, resource := range generators.Expand(p) {
		if resource.GetKind() == kind.Name {
			names = append(names, resource.GetName())
		}
	}
	return names
}

// readBootstrap reads what the Job of the profile is made with.
func (d *draft) readBootstrap() {
	binding := namesOf(d.bare(), cluster.ClusterRoleBindings)[0]
	bound, _, present := read[struct {
		Subjects []struct {
			Namespace string `json:"namespace"`
		} `json:"subjects"`
	}](d, cluster.ClusterRoleBindings, "", binding)
	if !present || len(bound.Subjects) == 0 || bound.Subjects[0].Namespace == "" {
		return
	}
	namespace := bound.Subjects[0].Namespace
	d.set(namespace, "ClusterRoleBinding "+binding, "bootstrap", "namespace")
	if _, o, there := read[struct{}](d, cluster.Namespaces, "", namespace); there {
		d.set(d.isOwn(o), "Namespace "+namespace, "bootstrap", "createNamespace")
	}
	d.readJob(namespace)
	d.readCronJob(namespace)
	d.readNetworkPolicy(namespace)
	d.readVerify(namespace)
}

// jobSpec is what Jobs and CronJobs run.
type jobSpec struct {
	ActiveDeadlineSeconds int64 `json:"activeDeadlineSeconds"`
	Template              struct {
		Spec fields `json:"spec"`
	} `json:"template"`
}

// lastJob returns the last Job of the profile that has a container of a name, if there is one.
func (d *draft) lastJob(namespace, container string) (spec jobSpec, source string, found bool) {
	specs, answers := cluster.ReadAll[struct {
		Spec jobSpec `json:"spec"`
	}](d.ctx, d.reader, cluster.Jobs, namespace)
	d.known(answers.Outcome, "the list of Jobs in "+namespace)
	last := -1
	for i, o := range answers.Objects {
		runs := containerOf(specs[i].Spec.Template.Spec, container) != nil
		if d.isOwn(o) && runs && len(o.Metadata.OwnerReferences) == 0 && (last < 0 || cmp.Compare(
			answers.Objects[last].Metadata.CreationTimestamp, o.Metadata.CreationTimestamp) < 0) {
			last = i
		}
	}
	if last < 0 {
		return jobSpec{}, "", false
	}
	return specs[last].Spec, answers.Objects[last].String(), true
}

// readJob reads the last Job of the profile that switches the registry.
func (d *draft) readJob(namespace string) {
	spec, source, found := d.lastJob(namespace, generators.JobContainer)
	if !found {
		return
	}
	if seconds := spec.ActiveDeadlineSeconds; seconds > 0 {
		d.set(short(time.Duration(seconds)*time.Second), source+", spec.activeDeadlineSeconds", "bootstrap", "timeout")
	}
	for _, name := range []string{"nodeSelector", "tolerations", "imagePullSecrets"} {
		d.set(spec.Template.Spec[name], source, "bootstrap", name)
	}
	container := containerOf(spec.Template.Spec, generators.JobContainer)
	for _, name := range []string{"image", "resources"} {
		d.set(container[name], source, "bootstrap", name)
	}
	d.run = variablesOf(container)
}

// containerOf is the one that runs a script, by its name.
func containerOf(pod fields, name string) map[string]any {
	containers, _ := pod["containers"].([]any)
	for _, c := range containers {
		if container, ok := c.(map[string]any); ok && container["name"] == name {
			return container
		}
	}
	return nil
}

func variablesOf(container map[string]any) map[string]string {
	variables, _ := container["env"].([]any)
	values := map[string]string{}
	for _, v := range variables {
		variable, _ := v.(map[string]any)
		name, _ := variable["name"].(string)
		values[name], _ = variable["value"].(string)
	}
	return values
}

// repetition is a CronJob of the profile.
type repetition struct {
	source string // its kind and name
	Spec   struct {
		Schedule    string `json:"schedule"`
		JobTemplate struct {
			Spec jobSpec `json:"spec"`
		} `json:"jobTemplate"`
	} `json:"spec"`
}

// repetitionOf returns the CronJob of the profile that has a container of a name, or nil.
// Known says that there is no other.
func (d *draft) repetitionOf(namespace, container string) (found *repetition, known bool) {
	cronJobs, answers := cluster.ReadAll[repetition](d.ctx, d.reader, cluster.CronJobs, namespace)
	known = d.known(answers.Outcome, "the list of CronJobs in "+namespace)
	for i, o := range answers.Objects {
		if d.isOwn(o) && containerOf(cronJobs[i].Spec.JobTemplate.Spec.Template.Spec, container) != nil {
			cronJobs[i].source = o.String()
			return &cronJobs[i], known
		}
	}
	return nil, known
}

// readCronJob reads when the Job is repeated.
func (d *draft) readCronJob(namespace string) {
	c, known := d.repetitionOf(namespace, generators.JobContainer)
	switch {
	case c != nil:
		d.set(true, c.source, "bootstrap", "reconcile", "enabled")
		d.set(c.Spec.Schedule, c.source+", spec.schedule", "bootstrap", "reconcile", "schedule")
	case known:
		d.set(false, "there is no CronJob of the profile in "+namespace, "bootstrap", "reconcile", "enabled")
	}
}

// readNetworkPolicy finds out whether the Job's pods have one. It has the name of their
// ServiceAccount.
func (d *draft) readNetworkPolicy(namespace string) {
	name := namesOf(d.bare(), cluster.ServiceAccounts)[0]
	if _, o, present := read[struct{}](d, cluster.NetworkPolicies, namespace, name); present && d.isOwn(o) {
		d.set(true, o.String(), "bootstrap", "networkPolicy")
	}
}

// readAlerts finds out whether the profile has alerts, and where they lead.
func (d *draft) readAlerts() {
	type group struct {
		Rules []struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"rules"`
	}
	name := namesOf(d.bare(), cluster.AlertingRules)[0]
	found, answer := cluster.Read[struct {
		Spec struct {
			Groups []group `json:"groups"`
		} `json:"spec"`
	}](d.ctx, d.reader, cluster.AlertingRules, generators.MonitoringNamespace, name)
	if !d.known(answer.Outcome, "AlertingRule "+name) {
		return
	}
	d.set(answer.State == cluster.Present, "AlertingRule "+name+" "+answer.State.String(), "alerts", "enabled")
	for _, g := range found.Spec.Groups {
		for _, rule := range g.Rules {
			page, _, _ := strings.Cut(rule.Annotations["runbook_url"], "#")
			d.set(page, "AlertingRule "+name+", runbook_url", "alerts", "runbookURL")
		}
	}
}

// readPolicies finds out whether the admission policies of the profile are there.
func (d *draft) readPolicies() {
	for _, name := range namesOf(d.bare(), cluster.AdmissionPolicies) {
		_, answer := cluster.Read[struct{}](d.ctx, d.reader, cluster.AdmissionPolicies, "", name)
		if !d.known(answer.Outcome, "ValidatingAdmissionPolicy "+name) {
			return
		}
		if answer.State != cluster.Present {
			d.set(false, "there is no ValidatingAdmissionPolicy "+name, "protection", "admissionPolicies")
			return
		}
	}
	d.set(true, "the ValidatingAdmissionPolicies of the profile", "protection", "admissionPolicies")
}
