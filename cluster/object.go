package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// Object is an object of the cluster. The credentials that its kind may hold are not in it.
type Object struct {
	Kind       Kind
	APIVersion string
	Metadata   Metadata
	// Source is the file that the object was read from, or "" if the cluster was asked.
	Source string
	// Values tell about the data of a Secret, by key.
	Values map[string]Value

	content []byte // JSON
}

// Metadata is what is read of the metadata of every object. It may stand in a struct that
// an Object is decoded into.
type Metadata struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	UID               string            `json:"uid"`
	ResourceVersion   string            `json:"resourceVersion"`
	CreationTimestamp string            `json:"creationTimestamp"`
	DeletionTimestamp string            `json:"deletionTimestamp"`
	Labels            map[string]string `json:"labels"`
	Annotations       map[string]string `json:"annotations"`
	Finalizers        []string          `json:"finalizers"`
	OwnerReferences   []OwnerReference  `json:"ownerReferences"`
}

// OwnerReference names an object that another one belongs to.
type OwnerReference struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
	Controller bool   `json:"controller"`
}

// String names the object as findings do: "Route openshift-storage/s3".
func (o Object) String() string {
	return name(o.Kind, o.Metadata.Namespace, o.Metadata.Name)
}

func name(kind Kind, namespace, name string) string {
	if kind.Namespaced && namespace != "" {
		name = namespace + "/" + name
	}
	return kind.Name + " " + name
}

// Decode writes the fields of the object that into has, by its json tags. It fails if a
// field is of another type there.
func (o Object) Decode(into any) error {
	if err := json.Unmarshal(o.content, into); err != nil {
		return fmt.Errorf("%s: %w", o, readable(err))
	}
	return nil
}

// equal tells whether two objects say the same.
func (o Object) equal(other Object) bool {
	var one, two any
	return o.Decode(&one) == nil && other.Decode(&two) == nil && reflect.DeepEqual(one, two) &&
		maps.Equal(o.Values, other.Values)
}

// origin is where an object was found.
type origin struct {
	file string
	// apiVersion is that of the list, whose items need not say theirs, nor their kind.
	apiVersion string
}

// newObject makes an Object of JSON. It overwrites the JSON of a Secret.
func newObject(kind Kind, content []byte, from origin) (Object, error) {
	o := Object{Kind: kind, Source: from.file}
	var err error
	if kind.is(Secrets) {
		if o.Values, err = valuesOf(content); err != nil {
			return Object{}, err
		}
	}
	o.content = content
	if len(kind.concealed) > 0 {
		if o.content, err = conceal(kind, content); err != nil {
			return Object{}, err
		}
	}
	var head struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Metadata   Metadata `json:"metadata"`
	}
	if err := json.Unmarshal(o.content, &head); err != nil {
		return Object{}, readable(err)
	}
	if head.Kind == "" && from.apiVersion != "" {
		head.APIVersion, head.Kind = from.apiVersion, kind.Name
	}
	if head.Kind != kind.Name || ynode.Group(head.APIVersion) != kind.Group || head.Metadata.Name == "" {
		return Object{}, fmt.Errorf("it is a %q of %q named %q, and no %s",
			head.Kind, head.APIVersion, head.Metadata.Name, kind.Name)
	}
	o.APIVersion, o.Metadata = head.APIVersion, head.Metadata
	if !kind.Namespaced { // whatever stands there is no part of its identity
		o.Metadata.Namespace = ""
	}
	return o, nil
}

// readable says in a reader's words what is wrong with JSON.
func readable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		field := wrong.Field
		if field == "" {
			field = "it"
		}
		return fmt.Errorf("%s is not of the type that it should be, but a JSON %s", field, wrong.Value)
	}
	return errors.New("it is no JSON that can be read: " + err.Error())
}

// brief makes one line of words of others, and not a long one, without what says itself that it
// is secret: an error of a program may quote an address with a password.
func brief(words string) string { return finding.Cut(hideSecrets(finding.OneLine(words)), 500) }
