package plan

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// Diff returns a unified diff of each object, from how it is to how it is delivered. It has the
// fields that are delivered and no others; those of Config include what the Job writes.
func (p *Plan) Diff() (string, error) {
	var all strings.Builder
	for _, o := range p.Objects {
		if o.Action == Unseen {
			continue
		}
		one, err := p.diffOf(o)
		if err != nil {
			return "", err
		}
		all.WriteString(one)
	}
	return all.String(), nil
}

func (p *Plan) diffOf(o Object) (string, error) {
	var want any = o.want
	if o.Name == theConfig {
		patch, err := p.patch()
		if err != nil {
			return "", err
		}
		want = merged(want, patch)
	}
	path := strings.ReplaceAll(o.Name, " ", "/") + ".yaml"
	before, was := "/dev/null", ""
	if o.live != nil {
		text, err := p.text(projected("", o.live, want))
		if err != nil {
			return "", err
		}
		before, was = "live/"+path, text
	}
	is, err := p.text(withoutNulls(want))
	return udiff.Unified(before, "delivered/"+path, was, is), err
}

// patch is what a run would write into Config, as it comes out of JSON, or nil.
func (p *Plan) patch() (patch any, err error) {
	if p.Job.Runs == "" {
		return nil, nil
	}
	for _, w := range p.Job.Writes {
		if w.Object == theConfig {
			content, err := json.Marshal(w.Patch)
			if err != nil {
				return nil, err
			}
			return patch, json.Unmarshal(content, &patch)
		}
	}
	return nil, nil
}

func (p *Plan) text(object any) (string, error) {
	content, err := yaml.Marshal(hideIn(object, p.hidden))
	return finding.Visible(string(content)), err
}

// merged returns an object with what a patch has besides.
func merged(object, patch any) any {
	one, ok := object.(map[string]any)
	two, both := patch.(map[string]any)
	if !ok || !both {
		return object
	}
	all := maps.Clone(one)
	for key, value := range two {
		if _, there := all[key]; there {
			value = merged(all[key], value)
		}
		all[key] = value
	}
	return all
}

// projected are the fields of an object that are wanted, as they are. What means the same is
// written as it is wanted.
func projected(path string, is, want any) any {
	if len(differences(path, is, want)) == 0 && want != nil {
		return want
	}
	switch want := want.(type) {
	case map[string]any:
		is, ok := is.(map[string]any)
		if !ok {
			break
		}
		fields := map[string]any{}
		for key, wanted := range want {
			if field := projected(join(path, key), is[key], wanted); field != nil {
				fields[key] = field
			}
		}
		return fields
	case []any:
		is, ok := is.([]any)
		if !ok || len(is) != len(want) {
			break
		}
		items := make([]any, len(is))
		for i := range is {
			items[i] = projected(path+"[]", is[i], want[i])
		}
		return items
	}
	return is
}

// withoutNulls leaves out what a patch removes.
func withoutNulls(value any) any {
	fields, ok := value.(map[string]any)
	if !ok {
		return value
	}
	kept := map[string]any{}
	for key, of := range fields {
		if of != nil {
			kept[key] = withoutNulls(of)
		}
	}
	return kept
}
