package generators

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators/smoke"
	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// SmokeContainer is the name of the container of the smoke test's pod.
const SmokeContainer = "smoke-test"

// SmokeScriptFile is the key of the smoke test's script in its ConfigMap.
const SmokeScriptFile = "smoke-test.sh"

// Where the pod of the smoke test keeps what only it may see, and finds the CA that has
// signed the certificate of the registry.
const (
	smokeSecretsFolder = "/run/registry-profile"
	serviceCAFolder    = "/opt/service-ca"
)

// smokeGenerators emit what pushes an image and lets nodes pull it, after everything else.
func smokeGenerators() []Generator {
	return []Generator{
		smokeTest(700, "v1", "Namespace", "of the smoke test's image and of the pods that pull it, and of nothing else", smokeNamespace),
		smokeTest(710, "v1", "ServiceAccount", "the smoke test's identity", smokeServiceAccount),
		smokeTest(720, "v1", "ConfigMap", "the smoke test's script, with its hash in the name", smokeConfigMap),
		smokeTest(
			730, rbacGroup+"/v1", "Role",
			"what the smoke test may do: look at the bootstrap Job, push its image, run its pods", smokeRoles,
		),
		smokeTest(740, rbacGroup+"/v1", "RoleBinding", "gives each of these Roles to the smoke test", smokeRoleBindings),
		smokeTest(750, rbacGroup+"/v1", "ClusterRole", "lets the smoke test read Config/cluster", smokeClusterRole),
		smokeTest(760, rbacGroup+"/v1", "ClusterRoleBinding", "gives that ClusterRole to the smoke test", smokeClusterRoleBinding),
		smokeTest(780, "batch/v1", "CronJob", "repeats the smoke test, if a schedule is given", smokeCronJob),
		smokeTest(
			790, "batch/v1", "Job",
			"pushes an image and lets nodes pull it; named after what it runs, as Jobs cannot be changed",
			func(p *expansion) []object { return []object{p.smokeJob()} },
		),
	}
}

// smokeTest returns the generator of one kind of the smoke test.
func smokeTest(order int, apiVersion, kind, doc string, generate func(*expansion) []object) Generator {
	g := Generator{Order: order, APIVersion: apiVersion, Kind: kind, Doc: doc, Stage: StageProof, Class: ClassPlumbing}
	switch kind {
	case "Namespace":
		g.ClusterScoped, g.Labels = true, namespaceGenerator.Labels
	case "ClusterRole", "ClusterRoleBinding":
		g.ClusterScoped, g.Sealed = true, kind == "ClusterRole"
	case "Role", "RoleBinding":
		g.PerNamespace, g.Sealed = true, kind == "Role"
	case "ConfigMap", "CronJob", "Job":
		g.Class = ClassScript
	}
	g.generate = func(p *expansion) []object {
		if !*p.Spec.Verify.Enabled {
			return nil
		}
		return generate(p)
	}
	return g
}

// smokeName is the name of what belongs to the smoke test.
func smokeName(p *expansion) string { return p.Metadata.Name + "-smoke-test" }

func smokeNamespace(p *expansion) []object {
	if !*p.Spec.Verify.CreateNamespace {
		return nil
	}
	return []object{{name: p.Spec.Verify.Namespace}}
}

func smokeServiceAccount(p *expansion) []object {
	return []object{{namespace: p.Spec.Bootstrap.Namespace, name: smokeName(p)}}
}

func smokeScriptName(p *expansion) string { return smokeName(p) + "-" + smoke.Hash() }

func smokeConfigMap(p *expansion) []object {
	return []object{{p.Spec.Bootstrap.Namespace, smokeScriptName(p), configMap{
		Immutable: true,
		Data:      map[string]string{SmokeScriptFile: smoke.Script()},
	}}}
}

// smokeAccesses is what the smoke test may do. Pods and what the API server makes of a push
// have no names that could be known before, so they have a namespace of their own.
func smokeAccesses(p *expansion) []access {
	const images = "image.openshift.io"
	unnamed := func(group, resource string, verbs ...string) rule {
		return rule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: verbs}
	}
	pull := []rule{
		allow("", "serviceaccounts", "default", "get"),
		unnamed("", "pods", "create", "list", "delete"),
		listEvents,
		unnamed(images, "imagestreams", "create"), // the registry makes it, on behalf of who pushes
	}
	for _, image := range smokeImages(p) {
		pull = append(pull,
			allow(images, "imagestreams", image, "delete"),
			allow(images, "imagestreams/layers", image, "get", "update"))
	}
	return []access{
		{p.Spec.Bootstrap.Namespace, []rule{allow("batch", "jobs", p.bootstrapJob().name, "get")}},
		{p.Spec.Verify.Namespace, pull},
	}
}

func smokeRoles(p *expansion) []object {
	var roles []object
	for _, a := range smokeAccesses(p) {
		roles = append(roles, object{a.namespace, smokeName(p), role{a.rules}})
	}
	return roles
}

func smokeRoleBindings(p *expansion) []object {
	var bindings []object
	for _, a := range smokeAccesses(p) {
		bindings = append(bindings, bindTo(p, smokeName(p), a.namespace, smokeName(p), roleGenerator.Kind))
	}
	return bindings
}

func smokeClusterRoleName(p *expansion) string { return ManagedBy + "-" + smokeName(p) }

func smokeClusterRole(p *expansion) []object {
	return []object{{name: smokeClusterRoleName(p), content: role{[]rule{allow(registryGroup, "configs", SingletonName, "get")}}}}
}

func smokeClusterRoleBinding(p *expansion) []object {
	return []object{bindTo(p, smokeName(p), "", smokeClusterRoleName(p), clusterRoleGenerator.Kind)}
}

// newSmokeJob depends on the bootstrap Job by its name: what changes the one makes the other run
// again.
func newSmokeJob(p *expansion) object {
	return hashedJob(p, smokeName(p), newSmokeJobSpec(p, smokeName(p)))
}

// smokeCronJob repeats it with an image of its own: both may run at once.
func smokeCronJob(p *expansion) []object {
	if p.Spec.Verify.Schedule == "" {
		return nil
	}
	return []object{newCronJob(p, repeatedSmokeName(p), p.Spec.Verify.Schedule, newSmokeJobSpec(p, repeatedSmokeName(p)))}
}

// repeatedSmokeName is that of the CronJob and its image, and begins the names of its Jobs.
func repeatedSmokeName(p *expansion) string { return p.Metadata.Name + "-verify" }

// smokeImages are the names of the ImageStreams to which the smoke test pushes.
func smokeImages(p *expansion) []string {
	if p.Spec.Verify.Schedule == "" {
		return []string{smokeName(p)}
	}
	return []string{smokeName(p), repeatedSmokeName(p)}
}

func newSmokeJobSpec(p *expansion, image string) jobSpec {
	return newJobSpec(smokeDeadline(p), newSmokePodTemplate(p, image))
}

// smokeDeadline bounds all tries of the smoke test, and its wait for the bootstrap Job.
func smokeDeadline(p *expansion) time.Duration { return timeout(p) + verifyTimeout(p) }

// verifyTimeout is checked by the rule verify-timeout.
func verifyTimeout(p *expansion) time.Duration {
	d, _ := time.ParseDuration(p.Spec.Verify.Timeout)
	return d
}

// newSmokePodTemplate is the pod of the bootstrap Job with another script, a folder in memory
// for the credentials, and the CA of the registry.
func newSmokePodTemplate(p *expansion, image string) podTemplate {
	t := newScriptPod(p, smokeName(p), SmokeContainer, smokeScriptName(p), SmokeScriptFile, smokeParameters(p, image))
	c := &t.Spec.Containers[0]
	c.VolumeMounts = append(c.VolumeMounts,
		volumeMount{Name: "secrets", MountPath: smokeSecretsFolder},
		volumeMount{Name: "service-ca", MountPath: serviceCAFolder, ReadOnly: true})
	t.Spec.Volumes = append(t.Spec.Volumes,
		volume{Name: "secrets", EmptyDir: &emptyDir{Medium: "Memory", SizeLimit: "1Mi"}},
		volume{Name: "service-ca", ConfigMap: &configMapReference{Name: serviceCA}})
	return t
}

// smokeParameters are what the script reads.
func smokeParameters(p *expansion, image string) []envVar {
	v := p.Spec.Verify
	env := []envVar{
		{"HOME", "/tmp"},
		{BootstrapNamespaceVariable, p.Spec.Bootstrap.Namespace},
		{BootstrapJobVariable, p.bootstrapJob().name},
		{PullNamespaceVariable, v.Namespace},
		{ImageVariable, image},
		{NodesVariable, strconv.Itoa(*v.Nodes.Count)},
		{TopologyKeyVariable, v.Nodes.TopologyKey},
		{NodeSelectorVariable, labelPairs(v.Nodes.NodeSelector)},
		{TolerationsVariable, tolerationList(v.Nodes.Tolerations)},
		{"WAIT_SECONDS", secondsBefore(timeout(p))},
		{"TIMEOUT_SECONDS", secondsBefore(verifyTimeout(p))},
		{"SECRETS_FOLDER", smokeSecretsFolder},
		{"SERVICE_CA_FILE", serviceCAFolder + "/" + serviceCAKey},
	}
	return slices.DeleteFunc(env, func(v envVar) bool { return v.Value == "" })
}

// tolerationList writes them as JSON, without two braces side by side.
func tolerationList(tolerations []v1alpha1.Toleration) string {
	if len(tolerations) == 0 {
		return ""
	}
	list, err := json.Marshal(schema.Value(ynode.Encode(tolerations)))
	if err != nil {
		panic(fmt.Sprintf("encoding tolerations: %v", err))
	}
	return string(list)
}

// labelPairs writes labels as KEY=VALUE with spaces between.
func labelPairs(labels map[string]string) string {
	var pairs []string
	for key, value := range labels {
		pairs = append(pairs, key+"="+value)
	}
	slices.Sort(pairs)
	return strings.Join(pairs, " ")
}
