package stream

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// settings judges a Config or an ImagePruner by the rules of a profile that says the same,
// and by what the Job writes.
func settings(s *stream, o *object) kptfn.Results {
	field := generators.SettingsFields[o.id.Kind]
	if !o.isSingleton() || field == "" || hasQuotedMerge(o.node, map[*yaml.Node]bool{}) {
		return nil
	}
	spec, _ := withoutNulls(at(o.value, "spec")).(map[string]any)
	if o.id.Kind == "Config" {
		for _, field := range generators.JobFields {
			delete(spec, field)
		}
		for _, path := range generators.UpstreamFields {
			if parent, ok := at(spec, path[:len(path)-1]...).(map[string]any); ok {
				delete(parent, path[len(path)-1])
			}
		}
	}
	_, found := v1alpha1.Decode(node(map[string]any{
		"apiVersion": v1alpha1.APIVersion,
		"kind":       v1alpha1.Kind,
		"metadata":   map[string]any{"name": "registry"},
		"spec": map[string]any{
			"storage": s.storage(), field: spec, "verify": map[string]any{"enabled": s.isTested()},
		},
	}))
	var results kptfn.Results
	for _, result := range found {
		if finding.CodeOf(result) == v1alpha1.VerifyReadOnly {
			results = append(results, o.error(finding.Code{Name: v1alpha1.VerifyReadOnly}, "spec.readOnly", "takes no image, so "+
				"that the smoke test of the stream can never succeed; say it in spec.registry.readOnly of the profile, which then "+
				"leaves the test out")...)
		} else if InSpec(result, field) && !o.isTemplate(result.Field.Path) {
			result.ResourceRef = o.reference()
			results = append(results, result)
		}
	}
	for _, result := range s.disagreements(o) { // what no profile may say is told already
		isAbout := func(r *kptfn.Result) bool { return finding.Path(r) == finding.Path(result) }
		if !slices.ContainsFunc(results, isAbout) {
			results = append(results, result)
		}
	}
	return results
}

// isTested tells whether the stream has a smoke test.
func (s *stream) isTested() bool {
	return slices.ContainsFunc(s.ours, (*object).isSmokeTest)
}

// InSpec makes a finding about the settings in a profile one about the spec of the object
// that they describe. It tells whether the finding is about those.
func InSpec(result *kptfn.Result, field string) bool {
	inProfile := "spec." + field
	rest, ok := strings.CutPrefix(finding.Path(result), inProfile)
	if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
		return false
	}
	result.Field.Path = "spec" + rest
	result.Message = strings.ReplaceAll(result.Message, inProfile+".", "spec.")
	return true
}

// storage describes the storage of the stream's Job as a profile does, as far as the rules
// of Config and ImagePruner depend on it.
func (s *stream) storage() map[string]any {
	variables := map[string]string{}
	if job := s.job(); job != nil {
		variables = job.variables()
	}
	switch {
	case variables[generators.BackendVariable] != generators.BackendVolume:
		return map[string]any{"rgw": map[string]any{"endpoint": endpoint(variables["ENDPOINT"])}}
	case variables[generators.AccessModeVariable] == "ReadWriteOnce":
		return map[string]any{"rbd": map[string]any{}}
	}
	return map[string]any{"cephfs": map[string]any{}}
}

func endpoint(kind string) map[string]any {
	if kind == "service" {
		return map[string]any{"service": map[string]any{}}
	}
	return map[string]any{"route": map[string]any{}}
}

// isTemplate tells whether somebody has still to fill in what stands at a path.
func (o *object) isTemplate(path string) bool {
	_, n := ynode.Find(o.node, path)
	var value any
	if n == nil || n.Decode(&value) != nil {
		return false
	}
	_, found := findTemplate(plain(value), func(string) bool { return false })
	return found != ""
}

// withoutNulls copies a value without the nulls, which an API server drops.
func withoutNulls(value any) any {
	switch v := value.(type) {
	case map[string]any:
		v = maps.Clone(v)
		maps.DeleteFunc(v, func(_ string, item any) bool { return item == nil })
		for key, item := range v {
			v[key] = withoutNulls(item)
		}
		return v
	case []any:
		v = slices.Clone(v)
		for i, item := range v {
			v[i] = withoutNulls(item)
		}
		return v
	}
	return value
}

// node encodes a value that was decoded from YAML.
func node(value any) *yaml.RNode {
	n := &yaml.Node{}
	if err := n.Encode(value); err != nil {
		panic(fmt.Sprintf("encoding %T: %v", value, err))
	}
	return yaml.NewRNode(n)
}
