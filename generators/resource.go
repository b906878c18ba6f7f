// Package generators expands a RegistryProfile into the resources that put the
// registry on its storage. It is pure: the same profile gives the same bytes.
package generators

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Metadata by which a later run finds what an earlier one emitted.
const (
	ManagedByLabel    = "app.kubernetes.io/managed-by"
	ManagedBy         = "registry-profile"
	ProfileAnnotation = v1alpha1.Group + "/profile"
)

// Resource is one emitted object, with what an engine needs to know about it.
type Resource struct {
	*yaml.RNode
	Stage Stage
	Class Class

	object typed
}

// typed is an object before it is encoded.
type typed interface {
	meta() *typeMeta
}

// completed is an object that adds to its encoded form.
type completed interface {
	complete(n *yaml.Node)
}

// Stage says when a resource is applied: every resource of a stage is there
// before the first one of the next.
type Stage int

// The stages, in order.
const (
	StageBase   Stage = iota // what the Job needs
	StageSwitch              // the Job, and a volume that waits for its first pod
	StageAfter               // what must not precede the switch
)

// Class says how a resource is protected.
type Class int

// The classes.
const (
	ClassPlumbing Class = iota // may come and go with the profile
	ClassScript                // holds shell, which no engine may substitute in
	ClassClaim                 // holds the images: losing it loses them
	ClassShared                // belongs to the operator too: a partial object
)

// metadata is the part of ObjectMeta that is emitted.
type metadata struct {
	Name        string            `yaml:"name,omitempty"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// typeMeta opens every emitted object.
type typeMeta struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
}

func object(p *v1alpha1.RegistryProfile, apiVersion, kind, namespace, name string) *typeMeta {
	return &typeMeta{APIVersion: apiVersion, Kind: kind, Metadata: metadata{
		Name:        name,
		Namespace:   namespace,
		Labels:      map[string]string{ManagedByLabel: ManagedBy},
		Annotations: map[string]string{ProfileAnnotation: p.Metadata.Name},
	}}
}

func resource(stage Stage, class Class, object typed) Resource {
	return Resource{Stage: stage, Class: class, object: object}
}

func (t *typeMeta) meta() *typeMeta { return t }

// encode encodes the objects of all resources at once, which takes half the time
// of doing it one by one. The types are our own, so that a failure is a fault of
// the program.
func encode(resources []Resource) {
	objects := make([]typed, len(resources))
	for i, r := range resources {
		objects[i] = r.object
	}
	list := &yaml.Node{}
	if err := list.Encode(objects); err != nil {
		panic(fmt.Sprintf("encoding the resources: %v", err))
	}
	for i, n := range list.Content {
		if c, ok := objects[i].(completed); ok {
			c.complete(n)
		}
		resources[i].RNode = yaml.NewRNode(n)
	}
}

// bootstrapName is the name of what belongs to the Job.
func bootstrapName(p *v1alpha1.RegistryProfile) string {
	return p.Metadata.Name + "-bootstrap"
}

// hash shortens content to what a name can carry.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:4])
}
