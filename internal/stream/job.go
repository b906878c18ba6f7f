package stream

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// jobNames reports a Job that was changed after it got its name.
func jobNames(_ *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.is("batch", "Job") {
		return nil
	}
	spec, _ := at(o.value, "spec").(map[string]any)
	if generators.JobNameFits(o.id.Name, spec) {
		return nil
	}
	return o.error(finding.JobName, "metadata.name", "does not fit the Job's spec, which was changed after the profile "+
		"made it, and a Job in a cluster cannot be changed; set the image and the pod in spec.bootstrap of the profile, "+
		"and keep images:, commonAnnotations:, labels of templates, name prefixes and patches away from the Job")
}

// scriptNames reports a script that was changed after its ConfigMap got its name.
func scriptNames(_ *stream, o *object) kptfn.Results {
	file := o.scriptFile()
	if file == "" || generators.ScriptNameFits(o.id.Name, text(o.value, "data", file)) {
		return nil
	}
	return o.error(finding.ScriptName, "metadata.name", "does not fit the script in it, "+
		"which was changed after the profile made it; keep patches away from it")
}

// isScript tells whether an object is the ConfigMap of a script.
func (o *object) isScript() bool { return o.scriptFile() != "" }

// scriptFile returns the key of the script in its ConfigMap, or "".
func (o *object) scriptFile() string {
	if o.isOurs() {
		return o.anyScriptFile()
	}
	return ""
}

// anyScriptFile returns the same for a ConfigMap without the marks of a profile, too.
func (o *object) anyScriptFile() string {
	if o.is("", "ConfigMap") {
		for _, file := range generators.ScriptFiles {
			if at(o.value, "data", file) != nil {
				return file
			}
		}
	}
	return ""
}

// podPath returns the path of the pod's spec in a Job or CronJob of ours, or nil.
func (o *object) podPath() []string {
	switch {
	case o.isOurs() && o.is("batch", "Job"):
		return []string{"spec", "template", "spec"}
	case o.isOurs() && o.is("batch", "CronJob"):
		return []string{"spec", "jobTemplate", "spec", "template", "spec"}
	}
	return nil
}

// pod returns the pod's spec of a Job or CronJob of ours, and its path, or nil.
func (o *object) pod() (spec any, path string) {
	keys := o.podPath()
	if keys == nil {
		return nil, ""
	}
	return at(o.value, keys...), strings.Join(keys, ".")
}

// isSmokeTest tells whether an object is a Job or CronJob of the smoke test.
func (o *object) isSmokeTest() bool {
	pod, _ := o.pod()
	containers := list(pod, "containers")
	return len(containers) > 0 && text(containers[0], "name") == generators.SmokeContainer
}

// variables returns what the containers of a Job or CronJob of ours get as environment.
func (o *object) variables() map[string]string {
	pod, _ := o.pod()
	values := map[string]string{}
	for _, container := range list(pod, "containers") {
		for _, variable := range list(container, "env") {
			values[text(variable, "name")] = text(variable, "value")
		}
	}
	return values
}

// claims reports a Job that waits for a claim that is not the one of the stream. A claim
// that was there before is in no stream.
func claims(s *stream, o *object) kptfn.Results {
	variables := o.variables()
	wanted := variables[generators.ClaimNamespaceVariable] + "/" + variables[generators.ClaimNameVariable]
	var there []string
	for _, other := range s.ours {
		if other.kind().Is(generators.ClassClaim) {
			there = append(there, other.name())
		}
	}
	if wanted == "/" || len(there) == 0 || slices.Contains(there, wanted) {
		return nil
	}
	_, path := o.pod()
	return o.error(finding.JobClaim, path, "waits for the claim %s, and the stream has %s; "+
		"set the claim's name in the profile, and keep namespace:, name prefixes and patches away from it",
		wanted, strings.Join(there, ", "))
}
