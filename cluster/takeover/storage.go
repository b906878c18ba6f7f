package takeover

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
)

// store is a storage of the registry, and its claim.
type store struct {
	backend string // the field of spec.storage
	claim   cluster.Object
	// made are the fields of the profile that make such a claim.
	made map[string]any
	// choices are the ways to reach it, the most certain first; one of nothing for a volume.
	choices []map[string]any
	// apart are fields that are the same whatever is chosen.
	apart map[string]any
	// from says what the fields of the storage were taken from.
	from map[string]string
}

// chooseStorage finds the store that Config names, and the profile that keeps it.
func (d *draft) chooseStorage() error {
	backends := slices.Sorted(maps.Keys(d.found.Storage))
	backends = slices.DeleteFunc(backends, func(name string) bool {
		return name == "managementState" || d.found.Storage[name] == nil
	})
	switch state := d.found.ManagementState; {
	// A registry that is off has the storage that Config names, if it names one.
	case state == v1alpha1.Removed && len(backends) > 0:
		d.set(state, "Config cluster, spec.managementState", "registry", "managementState")
	case state != v1alpha1.Managed:
		return refuse(notManaged, d.config, "spec.managementState", "is %q, and not \"Managed\"", state)
	}
	switch {
	case len(backends) == 0:
		return refuse(noStorage, d.config, "spec.storage", "names none")
	case len(backends) > 1:
		return refuse(twoStorages, d.config, "spec.storage", "names %s", strings.Join(backends, " and "))
	}
	storage, ok := objectOf(d.found.Storage, backends[0])
	if !ok {
		return blindness("Config cluster cannot be read: spec.storage." + backends[0] + " is of another type")
	}
	var found *store
	var err error
	switch backends[0] {
	case "emptyDir":
		return refuse(noStorage, d.config, "spec.storage", "names emptyDir, which is lost with its pod")
	case "s3":
		found, err = d.bucket(storage)
	case "pvc":
		found, err = d.volume(storage)
	default:
		return refuse(otherStorage, d.config, "spec.storage", "names %s", backends[0])
	}
	if err != nil {
		return err
	}
	d.claim = found.claim
	return d.tryForms(found)
}

// tryForms takes the first form of the profile that keeps the store. A claim in the
// registry's namespace is made by the profile, which then protects it, if the profile can say
// all that the claim is. Any other stays whose it is.
func (d *draft) tryForms(s *store) error {
	existing := map[string]any{"existingClaim": map[string]any{
		"namespace": s.claim.Metadata.Namespace, "name": s.claim.Metadata.Name,
	}}
	forms := []map[string]any{existing}
	here := s.claim.Metadata.Namespace == v1alpha1.ImageRegistryNamespace
	if here && (!d.own || d.isOwn(s.claim)) {
		forms = []map[string]any{s.made, existing}
	}
	var refused error
	for _, form := range forms {
		for _, choice := range s.choices {
			fields := maps.Clone(s.apart)
			maps.Copy(fields, form)
			maps.Copy(fields, choice)
			err := d.try(s, fields)
			if err == nil {
				return nil
			}
			// The first is the most certain form; but what a rule refuses, no form can say.
			if refused == nil || isByRule(err) && !isByRule(refused) {
				refused = err
			}
		}
	}
	return refused
}

func isByRule(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.byRule
}

// classOf returns the provisioner of a class: by the class itself, or else by what the claim
// says of it.
func (d *draft) classOf(name string, said ...string) string {
	class, _, present := read[struct {
		Provisioner string `json:"provisioner"`
	}](d, cluster.StorageClasses, "", name)
	if present {
		return class.Provisioner
	}
	return cmp.Or(said...)
}

// storageCluster is the name from which the class of a claim is derived, and its namespace.
func (d *draft) storageCluster(class string, suffix string) {
	answers := d.reader.List(d.ctx, cluster.StorageClusters, "")
	name, derived := strings.CutSuffix(class, suffix)
	for _, o := range answers.Objects {
		if derived && o.Metadata.Name == name || !derived && len(answers.Objects) == 1 {
			d.set(o.Metadata.Name, o.String(), "odf", "storageCluster")
			d.set(o.Metadata.Namespace, o.String(), "odf", "namespace")
			return
		}
	}
	if derived {
		d.set(name, "the name of StorageClass "+class, "odf", "storageCluster")
	}
}
