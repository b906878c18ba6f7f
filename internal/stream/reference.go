package stream

import (
	"maps"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

const rbacGroup = "rbac.authorization.k8s.io"

// misses tells whether an object of ours is named somewhere and not in the stream, though
// others of its kind are. A stream without any leaves them to another one.
func (s *stream) misses(id ynode.ID) bool {
	return s.first[id] == nil && len(s.oursOf(id.Group, id.Kind)) > 0
}

// accounts reports a Job or CronJob whose ServiceAccount has another name or namespace.
func accounts(s *stream, o *object) kptfn.Results {
	pod, path := o.pod()
	name := text(pod, "serviceAccountName")
	if pod == nil || !s.misses(ynode.ID{Kind: "ServiceAccount", Namespace: o.id.Namespace, Name: name}) {
		return nil
	}
	return o.broken(path+".serviceAccountName", "ServiceAccount", o.id.Namespace+"/"+name)
}

// broken reports a name that nothing in the stream has.
func (o *object) broken(path, kind, name string) kptfn.Results {
	return o.error(finding.Reference, path, "names the %s %s, which is not in the stream under that name; "+
		"keep namespace:, name prefixes and patches away from what the profile makes", kind, name)
}

// scripts reports a Job or CronJob that mounts no script of the stream.
func scripts(s *stream, o *object) kptfn.Results {
	pod, path := o.pod()
	if pod == nil {
		return nil
	}
	var there []string
	for _, other := range s.ours {
		if other.isScript() {
			there = append(there, other.name())
		}
	}
	var mounted []string
	for _, volume := range list(pod, "volumes") {
		if name := text(volume, "configMap", "name"); name != "" {
			mounted = append(mounted, o.id.Namespace+"/"+name)
		}
	}
	isThere := func(name string) bool { return slices.Contains(there, name) }
	if len(there) == 0 || slices.ContainsFunc(mounted, isThere) {
		return nil
	}
	return o.broken(path+".volumes", "ConfigMap", strings.Join(mounted, ", "))
}

// bindings reports a binding of ours that gives nothing, or gives it to nobody.
func bindings(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || o.id.Group != rbacGroup || at(o.value, "roleRef") == nil {
		return nil
	}
	var results kptfn.Results
	role := ynode.ID{Group: rbacGroup, Kind: text(o.value, "roleRef", "kind"), Name: text(o.value, "roleRef", "name")}
	if role.Kind == "Role" {
		role.Namespace = o.id.Namespace
	}
	if s.lacks(role) { // a binding names what comes with it
		results = o.broken("roleRef.name", role.Kind, strings.TrimPrefix(role.Namespace+"/"+role.Name, "/"))
	}
	for _, subject := range list(o.value, "subjects") {
		account := ynode.ID{Kind: text(subject, "kind"), Namespace: text(subject, "namespace"), Name: text(subject, "name")}
		if account.Kind == "ServiceAccount" && s.misses(account) {
			results = append(results, o.broken("subjects", account.Kind, account.Namespace+"/"+account.Name)...)
		}
	}
	return results
}

// permissions reports a Job that reads in a namespace where the stream permits nothing:
// namespace: in a kustomization moves every Role and RoleBinding.
func permissions(s *stream, o *object) kptfn.Results {
	granted := s.oursOf(rbacGroup, "RoleBinding")
	if len(granted) == 0 {
		return nil
	}
	variables := o.variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		namespace := variables[name]
		isThere := func(binding *object) bool { return binding.id.Namespace == namespace }
		if strings.HasSuffix(name, generators.NamespaceSuffix) && namespace != "" && !slices.ContainsFunc(granted, isThere) {
			_, path := o.pod()
			return o.error(finding.Reference, path, "reads in the namespace %s (%s), for which the stream has no RoleBinding; "+
				"keep namespace: away from what the profile makes", namespace, name)
		}
	}
	return nil
}
