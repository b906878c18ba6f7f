package stream

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
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
		if at := firstDifference("", is, want); at != "" {
			return o.error(finding.JobDiffers, path+at, "is not what Job %s has, which the CronJob repeats; keep patches away "+
				"from both, and set the image and the pod in spec.bootstrap of the profile", job.id.Name)
		}
	}
	return nil
}

// withoutVariables copies a pod without some variables, and with the others by their names.
func withoutVariables(pod any, names ...string) any {
	spec, _ := pod.(map[string]any)
	spec = maps.Clone(spec)
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
	all := maps.Clone(one)
	maps.Copy(all, two)
	return all
}
