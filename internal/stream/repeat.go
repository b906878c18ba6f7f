package stream

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// repeats reports a CronJob that does not do again what the Job of the profile does. The name of
// a Job ends in a hash of that; a CronJob can be changed, and so has no such name.
func repeats(s *stream, o *object) kptfn.Results {
	pod, path := o.pod()
	if !o.isOurs() || !o.is("batch", "CronJob") {
		return nil
	}
	for _, job := range s.oursOf("batch", "Job") {
		if job.isSmokeTest() != o.isSmokeTest() || job.id.Namespace != o.id.Namespace {
			continue
		}
		once, _ := job.pod()
		// Each has an image of its own, and the Job alone the permission to leave a storage.
		is := withoutVariables(pod, generators.ImageVariable)
		want := withoutVariables(once, generators.ImageVariable, generators.PermissionVariable)
		differs := firstDifference(path, is, want)
		if differs == "" {
			differs = firstDifference("spec.jobTemplate.spec", fixed(o, "spec", "jobTemplate", "spec"), fixed(job, "spec"))
		}
		if differs != "" {
			return o.error(finding.JobDiffers, differs, "is not what Job %s has, which the CronJob repeats; keep patches away "+
				"from both, and set the image and the pod in spec.bootstrap of the profile", job.id.Name)
		}
	}
	return nil
}

// fixed returns what a Job, or the Jobs of a CronJob, do with their pods, other than what a Job lets
// be changed. The labels and annotations of the pods may be of whoever watches them.
func fixed(o *object, path ...string) map[string]any {
	spec, _ := at(o.value, path...).(map[string]any)
	spec = generators.Fixed(spec)
	delete(spec, "template")
	return spec
}

// schedules reports a CronJob of ours that never runs, or that no API server takes.
func schedules(_ *stream, o *object) kptfn.Results {
	const path = "spec.schedule"
	if !o.isOurs() || !o.is("batch", "CronJob") || o.isTemplate(path) {
		return nil
	}
	code := finding.Code{Name: v1alpha1.ReconcileSchedule}
	if o.isSmokeTest() {
		code.Name = v1alpha1.VerifySchedule
	}
	schedule := text(o.value, "spec", "schedule")
	if fault := v1alpha1.ScheduleFault(schedule); fault != "" {
		return kptfn.Results{o.at(code, kptfn.Error, path).Value(schedule).Say("%s", fault)}
	}
	return nil
}

// withoutVariables copies a pod without some variables, and with the others by their names.
func withoutVariables(pod any, names ...string) any {
	without, _ := pod.(map[string]any)
	spec := merged(nil, without)
	var containers []any
	for _, c := range list(pod, "containers") {
		container, _ := c.(map[string]any)
		container = maps.Clone(container)
		env := map[string]any{}
		for _, variable := range list(c, "env") {
			env[text(variable, "name")] = variable
		}
		if container == nil || len(env) != len(list(c, "env")) { // of two values of one name the last counts
			containers = append(containers, c)
			continue
		}
		maps.DeleteFunc(env, func(name string, _ any) bool { return slices.Contains(names, name) })
		container["env"] = env
		containers = append(containers, container)
	}
	spec["containers"] = containers
	return spec
}

// firstDifference is the path of the first value that is not the same, or "".
func firstDifference(path string, is, want any) string {
	one, ok := is.(map[string]any)
	two, both := want.(map[string]any)
	if ok && both {
		for _, key := range slices.Sorted(maps.Keys(merged(one, two))) {
			if at := firstDifference(path+"."+key, one[key], two[key]); at != "" {
				return at
			}
		}
		return ""
	}
	items, ok := is.([]any)
	wanted, both := want.([]any)
	if ok && both && len(items) == len(wanted) {
		for i := range items {
			if at := firstDifference(fmt.Sprintf("%s[%d]", path, i), items[i], wanted[i]); at != "" {
				return at
			}
		}
		return ""
	}
	if reflect.DeepEqual(is, want) {
		return ""
	}
	return path
}

func merged(one, two map[string]any) map[string]any {
	all := map[string]any{}
	maps.Copy(all, one)
	maps.Copy(all, two)
	return all
}
