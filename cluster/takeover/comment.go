package takeover

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// clean makes one line of words of a cluster: without what is a credential or looks like one, and
// with nothing in it that a terminal or a reader of YAML would obey.
func (d *draft) clean(words string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, finding.OneLine(d.witness.Hide(words)))
}

// sourceOf says what a field of the profile was taken from.
func (d *draft) sourceOf(path string) string {
	if source, ok := d.sources[path]; ok {
		return source
	}
	for prefix, object := range map[string]string{
		"spec.registry.": "Config cluster, spec.", "spec.pruner.": "ImagePruner cluster, spec.",
	} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return object + rest
		}
	}
	return path
}

// write returns the profile with its comments.
func (d *draft) write() ([]byte, error) {
	reduce(d.node, d.profile)
	d.comment(d.node, "")
	content, err := ynode.Marshal(d.node)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	say := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&text, "#\n# %s\n", title)
		for _, line := range lines {
			fmt.Fprintf(&text, "# - %s\n", d.clean(line))
		}
	}
	text.WriteString("# Keeps the registry as it is, on " + d.clean(d.planned.Job.Store) + ".\n")
	text.Write(content)
	say("No profile can say this, so it stays in the cluster as it is, or gets the default:", d.unsaid)
	say("This could not be seen:", d.unseen)
	say("Delivering the profile would change this; \"registry-profile plan\" says it in full:", changes(d.planned))
	say("Engines deliver these objects today; docs/import.md has the order in which the profile takes their place:",
		d.handOver())
	return []byte(text.String()), nil
}

// comment says beside each field what it was taken from.
func (d *draft) comment(object *yaml.Node, path string) {
	for i := 0; i+1 < len(object.Content); i += 2 {
		key, value := object.Content[i], object.Content[i+1]
		at := strings.TrimPrefix(path+"."+key.Value, ".")
		switch source, ok := d.sources[at]; {
		case ok && value.Kind == yaml.ScalarNode:
			value.LineComment = "# from " + d.clean(source)
		case ok:
			key.HeadComment = "# from " + d.clean(source)
		case value.Kind == yaml.MappingNode:
			d.comment(value, at)
		}
	}
}

// changes says what delivering would do, but not with which values.
func changes(p *plan.Plan) []string {
	var lines, fresh, hidden []string
	for _, object := range p.Objects {
		kind, _, _ := strings.Cut(object.Name, " ")
		switch object.Action {
		case plan.New:
			fresh = append(fresh, kind)
		case plan.Unseen:
			hidden = append(hidden, kind)
		case plan.Changed:
			lines = append(lines, object.Name+": "+strings.Join(changed(object), ", "))
		case plan.Refused, plan.Ignored, plan.Going:
			lines = append(lines, fmt.Sprintf("%s: %s, since %s", object.Name, object.Action, object.Why))
		}
	}
	lines = slices.Concat(count("%d objects are new: %s", fresh), lines, count("%d objects could not be seen: %s", hidden))
	for _, wait := range p.Job.Waits {
		lines = append(lines, fmt.Sprintf("the Job waits for %s: %s", wait.For, wait.Why))
	}
	for _, write := range p.Job.Writes {
		lines = append(lines, fmt.Sprintf("the Job writes %s: %s", write.Object, write.Why))
	}
	for _, what := range p.Job.Unseen {
		lines = append(lines, "how the Job ends depends on what could not be seen: "+what)
	}
	if p.Restarts != "" {
		lines = append(lines, "the registry's pods restart: "+p.Restarts)
	}
	return append(lines, "the storage of the registry stays what it is")
}

// count says how many objects there are of which kinds, if there are any.
func count(words string, kinds []string) []string {
	if len(kinds) == 0 {
		return nil
	}
	var names []string
	for _, kind := range kinds {
		if !slices.Contains(names, kind) {
			names = append(names, kind)
		}
	}
	return []string{fmt.Sprintf(words, len(kinds), strings.Join(names, ", "))}
}

// changed are the fields of an object that change; of its labels and annotations, that they do.
func changed(object plan.Object) []string {
	var paths []string
	for _, change := range object.Changes {
		path := change.Path
		for _, marks := range []string{"metadata.labels", "metadata.annotations"} {
			if strings.HasPrefix(path, marks) {
				path = marks
			}
		}
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}
