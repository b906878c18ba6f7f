package generators

import (
	"fmt"
	"strconv"
	"time"

	"github.com/registryprofile/registry-profile/internal/schema"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

type job struct {
	Spec jobSpec `yaml:"spec"`
}

type jobSpec struct {
	// ActiveDeadlineSeconds bounds all tries together.
	ActiveDeadlineSeconds int64            `yaml:"activeDeadlineSeconds"`
	BackoffLimit          int              `yaml:"backoffLimit"`
	PodFailurePolicy      podFailurePolicy `yaml:"podFailurePolicy"`
	Template              podTemplate      `yaml:"template"`
}

type podFailurePolicy struct {
	Rules []podFailureRule `yaml:"rules"`
}

type podFailureRule struct {
	Action          string               `yaml:"action"`
	OnExitCodes     *onExitCodes         `yaml:"onExitCodes,omitempty"`
	OnPodConditions []onPodConditionType `yaml:"onPodConditions,omitempty"`
}

type onExitCodes struct {
	ContainerName string `yaml:"containerName"`
	Operator      string `yaml:"operator"`
	Values        []int  `yaml:"values"`
}

type onPodConditionType struct {
	Type   string `yaml:"type"`
	Status string `yaml:"status"`
}

var jobGenerator = Generator{
	Order:      510,
	APIVersion: "batch/v1",
	Kind:       "Job",
	Stage:      StageSwitch,
	Class:      ClassScript,
	Doc:        "writes the registry's Secret and switches its storage; named after what it runs, as Jobs cannot be changed",
	generate: func(p *expansion) []object {
		return []object{p.bootstrapJob()}
	},
}

// newBootstrapJob has the permission to leave a storage. The CronJob has not: it would use it
// at night.
func newBootstrapJob(p *expansion) object {
	return hashedJob(p, bootstrapName(p), newJobSpec(timeout(p), newPodTemplate(p, append(parameters(p), permission(p)...))))
}

// hashedJob returns a Job whose name ends in the hash of its spec.
func hashedJob(p *expansion, name string, spec jobSpec) object {
	content := ynode.Encode(job{spec})
	return object{p.Spec.Bootstrap.Namespace, name + "-" + jobHash(content), content}
}

// jobHash is what the Job's name ends in. It is made from the spec as the manifest has it,
// so that a reader of the manifest can make it too.
func jobHash(job *yaml.Node) string {
	content, err := fingerprint(schema.Value(ynode.Field(job, "spec")).(map[string]any))
	if err != nil {
		panic(fmt.Sprintf("encoding the spec of a Job: %v", err))
	}
	return hash(content)
}

// Exit codes of the scripts that no further try would change: a value that can
// never work, and the guard, or the verdict of the smoke test.
var finalExitCodes = []int{2, 3}

// newJobSpec runs a pod of one container until it succeeds, or its time is up.
func newJobSpec(deadline time.Duration, pod podTemplate) jobSpec {
	return jobSpec{
		ActiveDeadlineSeconds: int64(deadline / time.Second),
		BackoffLimit:          backoffLimit,
		PodFailurePolicy:      newPodFailurePolicy(pod.Spec.Containers[0].Name),
		Template:              pod,
	}
}

// backoffLimit is how many pods a Job starts after the first.
const backoffLimit = 6

func newPodFailurePolicy(container string) podFailurePolicy {
	return podFailurePolicy{Rules: []podFailureRule{
		{Action: "FailJob", OnExitCodes: &onExitCodes{ContainerName: container, Operator: "In", Values: finalExitCodes}},
		// A drained node is no failure of the Job.
		{Action: "Ignore", OnPodConditions: []onPodConditionType{{Type: "DisruptionTarget", Status: "True"}}},
	}}
}

// timeout is checked by the rule bootstrap-timeout.
func timeout(p *expansion) time.Duration {
	d, _ := time.ParseDuration(p.Spec.Bootstrap.Timeout)
	return d
}

// scriptTimeoutSeconds ends before the Job does, so that the script can still
// say what it was waiting for.
func scriptTimeoutSeconds(p *expansion) string {
	return secondsBefore(timeout(p))
}

// secondsBefore is a while before a time is up.
func secondsBefore(whole time.Duration) string {
	return strconv.Itoa(max(1, int((whole-min(whole/10, time.Minute))/time.Second)))
}
