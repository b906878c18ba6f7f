package stream

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// object is one object of a stream, as its readers decode it: aliases, merge keys and
// encoded keys are resolved.
type object struct {
	node *yaml.Node
	// item is the index of the item that it is, or is in.
	item int
	// value is nil where the object cannot be decoded, and fault says why.
	value map[string]any
	fault error

	apiVersion string
	id         ynode.ID

	// carrier is what brings the object to a cluster, if that is another one, and rules say how.
	// isForbidden says that it deletes the object.
	carrier     *object
	rules       []ynode.Rule
	isForbidden bool
	// into is the stream of what the object brings to a cluster, or nil.
	into *stream
	// left says that another profile has left the object behind, or is "".
	left string
}

func newObject(n *yaml.Node, item int) *object {
	o := &object{node: n, item: item}
	var decoded any
	o.fault = n.Decode(&decoded)
	o.value, _ = plain(decoded).(map[string]any)
	o.apiVersion = text(o.value, "apiVersion")
	o.id = ynode.ID{
		Group:     ynode.Group(o.apiVersion),
		Kind:      text(o.value, "kind"),
		Namespace: text(o.value, "metadata", "namespace"),
		Name:      text(o.value, "metadata", "name"),
	}
	if o.fault != nil { // as much as can be known
		meta := ynode.MetaOf(n)
		o.apiVersion, o.id = meta.APIVersion, meta.ID
	}
	return o
}

// plain makes every key a string, as JSON has it.
func plain(value any) any {
	switch v := value.(type) {
	case map[any]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[fmt.Sprint(key)] = plain(item)
		}
		return m
	case map[string]any:
		for key, item := range v {
			v[key] = plain(item)
		}
	case []any:
		for i, item := range v {
			v[i] = plain(item)
		}
	}
	return value
}

func (o *object) is(group, kind string) bool { return o.id.Group == group && o.id.Kind == kind }

// kind is what the generators know of the object's kind.
func (o *object) kind() generators.Kind { return generators.KindOf(o.id.Group, o.id.Kind) }

// isSingleton tells whether the operator reads one object of the kind alone.
func (o *object) isSingleton() bool { return o.kind().Is(generators.ClassShared) }

func (o *object) annotation(key string) string { return text(o.value, "metadata", "annotations", key) }

func (o *object) annotations() map[string]string { return o.metadata("annotations") }

func (o *object) labels() map[string]string { return o.metadata("labels") }

// metadata returns the texts in a mapping of the object's metadata.
func (o *object) metadata(field string) map[string]string {
	all, _ := at(o.value, "metadata", field).(map[string]any)
	texts := make(map[string]string, len(all))
	for key := range all {
		texts[key] = text(all, key)
	}
	return texts
}

func (o *object) managedBy() string {
	return text(o.value, "metadata", "labels", generators.ManagedByLabel)
}

// isOurs tells whether an object is of a profile. One of the two marks is enough: the
// other may have been lost on the way, which is a finding.
func (o *object) isOurs() bool {
	return o.managedBy() == generators.ManagedBy || o.annotation(generators.ProfileAnnotation) != ""
}

// at begins a finding of a code about a field.
func (o *object) at(code finding.Code, severity kptfn.Severity, path string) finding.Draft {
	return finding.NewReporter(code.Name, severity, func(r *kptfn.Result) {
		r.ResourceRef = o.reference()
		if path == "" {
			r.Field = nil
		}
	}).At(path)
}

func (o *object) reference() *kptfn.ResourceRef {
	return &kptfn.ResourceRef{APIVersion: o.apiVersion, Kind: o.id.Kind, Name: o.id.Name, Namespace: o.id.Namespace}
}

// error returns an error about a field of the object, or about the object as a whole.
func (o *object) error(code finding.Code, path, format string, args ...any) kptfn.Results {
	return kptfn.Results{o.at(code, kptfn.Error, path).Say(format, args...)}
}

func (o *object) warning(code finding.Code, path, format string, args ...any) kptfn.Results {
	return kptfn.Results{o.at(code, kptfn.Warning, path).Say(format, args...)}
}

// name says where an object is: NAMESPACE/NAME.
func (o *object) name() string {
	return cmp.Or(o.id.Namespace, "(no namespace)") + "/" + o.id.Name
}

// at returns what stands below keys that follow each other, or nil.
func at(value any, keys ...string) any {
	for _, key := range keys {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}

// text returns the scalar below keys that follow each other as it is written in JSON, or
// "".
func text(value any, keys ...string) string {
	switch v := at(value, keys...).(type) {
	case nil, map[string]any, []any:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// list returns the items of a list, or nil.
func list(value any, keys ...string) []any {
	items, _ := at(value, keys...).([]any)
	return items
}

// sorted returns the keys of a mapping in order.
func sorted(value any) []string {
	m, _ := value.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}
