// Package plan says what delivering a profile would do to a cluster: to each of its objects,
// and to the registry.
package plan

import (
	"context"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/generators"
)

// Plan is what delivering a profile would do. No credential is in it: what quotes one, has
// "(hidden)" in its place.
type Plan struct {
	Profile string   `json:"profile"`
	Objects []Object `json:"objects"`
	// Leftovers are what an earlier version of the profile has brought, and this one does not.
	Leftovers []Leftover `json:"leftovers,omitempty"`
	// LeftoversUnseen say where there may be others.
	LeftoversUnseen []string `json:"leftoversUnseen,omitempty"`
	Job             Job      `json:"job"`
	// Before is the storage that the registry has, or "" where that could not be seen. After is
	// the one that it would have.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Restarts says why the registry's pods would be replaced, or is empty.
	Restarts string `json:"restarts,omitempty"`

	hidden func(string) string // takes credentials out of what Diff shows
}

// Fails tells whether a delivery would not end as the profile has it: the Job would stop, or
// has failed, or an object cannot be as it is delivered.
func (p *Plan) Fails() bool {
	return p.Job.Stops() || slices.ContainsFunc(p.Objects, func(o Object) bool {
		return o.Action == Refused || o.Action == Ignored || o.Action == Going
	})
}

// Certain tells whether everything was seen that decides about the Job, if one would run.
func (p *Plan) Certain() bool { return p.Job.Runs == "" || p.Job.Certain }

// Of returns the plan for a profile on the cluster that a Reader reads.
func Of(ctx context.Context, reader cluster.Reader, profile *v1alpha1.RegistryProfile) (*Plan, error) {
	witness := cluster.NewWitness(reader)
	resources := generators.Expand(profile)
	p := &Plan{Profile: profile.Metadata.Name}
	p.lookForLeftovers(ctx, witness, profile, resources) // first: what was listed need not be asked for again
	var brought []string
	for _, resource := range resources {
		if resource.GetKind() == cluster.Namespaces.Name {
			brought = append(brought, resource.GetName())
		}
	}
	for _, resource := range resources {
		object, err := objectOf(ctx, witness, resource, brought)
		if err != nil {
			return nil, err
		}
		p.Objects = append(p.Objects, object)
	}
	p.foreseeJob(ctx, witness, profile, resources)
	var err error
	if p.Restarts, err = p.restarts(); err != nil {
		return nil, err
	}
	witness.ReadCredentials(ctx, v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret)
	p.hide(witness.Hide)
	return p, nil
}

// identity names an object as "Job registry-profile/NAME".
func identity(r generators.Resource) string {
	return r.GetKind() + " " + strings.TrimPrefix(r.GetNamespace()+"/"+r.GetName(), "/")
}

// pods are what the registry's pods are made of: a change of one replaces them.
var pods = []string{theConfig, "Secret " + v1alpha1.ImageRegistryNamespace + "/" + v1alpha1.CredentialsSecret}

const theConfig = "Config " + generators.SingletonName

// restarts names what would be written that the operator rolls the registry out for. The
// number of replicas does not replace pods, nor does who owns a field. A registry that is not
// Managed has no pods that it would replace, and one that becomes Removed loses them.
func (p *Plan) restarts() (string, error) {
	config := p.liveConfig()
	if config != nil && textAt(config, "spec", "managementState") != v1alpha1.Managed || p.Job.Removes {
		return "", nil
	}
	if p.Job.Runs != "" {
		patch, err := p.patch()
		if err != nil {
			return "", err
		}
		for _, write := range p.Job.Writes {
			if slices.Contains(pods, write.Object) && (write.Patch == nil || changesPods(config, patch)) {
				return p.Job.Runs + " writes " + write.Object, nil
			}
		}
	}
	for _, object := range p.Objects {
		for _, change := range object.Changes {
			if object.Name == theConfig && slices.Contains(inPods, change.root()) {
				return theConfig + " changes " + change.Path, nil
			}
		}
	}
	return "", nil
}

// liveConfig is Config as it is, or nil where it could not be seen.
func (p *Plan) liveConfig() map[string]any {
	for _, object := range p.Objects {
		if object.Name == theConfig {
			return object.live
		}
	}
	return nil
}
