package stream

import (
	"fmt"
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
	isUnmarked := func(other *object) bool {
		return !other.isOurs() && other.anyScriptFile() != "" && slices.Contains(mounted, other.name())
	}
	switch {
	case slices.ContainsFunc(mounted, isThere):
		return nil
	case slices.ContainsFunc(s.objects, isUnmarked):
		return o.error(finding.Reference, path+".volumes", "names a ConfigMap without the marks of a profile, so that nobody "+
			"knows what the Job runs: %s; %s", strings.Join(mounted, ", "), leaveMarks)
	case len(there) == 0:
		return nil
	}
	return o.broken(path+".volumes", "ConfigMap", strings.Join(mounted, ", "))
}

// leaveMarks is what to do about a part of a profile that is no longer known as one.
const leaveMarks = "keep patches away from its label and annotation"

// leaveBinding is what to do about a binding that was changed.
const leaveBinding = "leave it as the profile makes it, and give rights of your own by a Role of your own"

// bindings reports a binding of ours that gives nothing, or gives it to nobody, or to others.
func bindings(s *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.isBinding() {
		return nil
	}
	var results kptfn.Results
	role := o.boundRole()
	switch {
	case role.Name == "":
		results = o.error(finding.RoleChanged, "roleRef", "names no role, so that the Job has no rights; %s", leaveBinding)
	case s.lacks(role): // a binding names what comes with it
		results = o.broken("roleRef.name", role.Kind, strings.TrimPrefix(role.Namespace+"/"+role.Name, "/"))
	case s.isOthers(role):
		results = o.error(finding.RoleChanged, "roleRef.name", "names a %s without the marks of a profile, so that nobody knows "+
			"what the Job may do; %s, and %s", role.Kind, leaveMarks, leaveBinding)
	}
	subjects := list(o.value, "subjects")
	if len(subjects) == 0 {
		results = append(results, o.error(finding.RoleChanged, "subjects", "names nobody, so that the Job has no rights; %s", leaveBinding)...)
	}
	for i, subject := range subjects {
		account := accountOf(subject)
		switch {
		case account.Kind != "ServiceAccount" || s.isOthers(account):
			results = append(results, o.error(finding.RoleChanged, fmt.Sprintf("subjects[%d]", i), "gives the rights of the Job to "+
				"the %s %s, too; %s", account.Kind, finding.Quote(account.Name), leaveBinding)...)
		case s.misses(account):
			results = append(results, o.broken("subjects", account.Kind, account.Namespace+"/"+account.Name)...)
		}
	}
	return results
}

// bindingsOfOthers reports a binding that is no part of the profile and gives rights of the Job
// away, or gives the Job more.
func bindingsOfOthers(s *stream, o *object) kptfn.Results {
	if o.isPart() || !o.isBinding() {
		return nil
	}
	if role := s.first[o.boundRole()]; role != nil && role.isPart() {
		return o.error(finding.RoleChanged, "roleRef.name", "gives away the rights of the Job; bind a role of your own")
	}
	for i, subject := range list(o.value, "subjects") {
		if s.isOfOurs(accountOf(subject)) {
			return o.warning(finding.RoleChanged, fmt.Sprintf("subjects[%d]", i), "gives the account of the Job more rights than it "+
				"needs; take it out")
		}
	}
	return nil
}

// isOfOurs tells whether an account of a profile is meant, or the group of those of its namespace
// (kubernetes, apiserver/pkg/authentication/serviceaccount).
func (s *stream) isOfOurs(account ynode.ID) bool {
	return slices.ContainsFunc(s.oursOf("", "ServiceAccount"), func(o *object) bool {
		return o.id == account || account.Kind == "Group" && account.Name == "system:serviceaccounts:"+o.id.Namespace
	})
}

func (o *object) isBinding() bool {
	return o.id.Group == rbacGroup && (o.id.Kind == "RoleBinding" || o.id.Kind == "ClusterRoleBinding")
}

// boundRole is the role that a binding gives.
func (o *object) boundRole() ynode.ID {
	role := ynode.ID{Group: rbacGroup, Kind: text(o.value, "roleRef", "kind"), Name: text(o.value, "roleRef", "name")}
	if role.Kind == "Role" {
		role.Namespace = o.id.Namespace
	}
	return role
}

// accountOf is whom a subject of a binding names. An account is also a user of a name of its own
// (kubernetes, apiserver/pkg/authentication/serviceaccount).
func accountOf(subject any) ynode.ID {
	id := ynode.ID{Kind: text(subject, "kind"), Namespace: text(subject, "namespace"), Name: text(subject, "name")}
	parts := strings.Split(id.Name, ":")
	if id.Kind == "User" && len(parts) == 4 && strings.HasPrefix(id.Name, "system:serviceaccount:") {
		return ynode.ID{Kind: "ServiceAccount", Namespace: parts[2], Name: parts[3]}
	}
	return id
}

// isOthers tells whether an object is in the stream, and not of a profile.
func (s *stream) isOthers(id ynode.ID) bool {
	there := s.first[id]
	return there != nil && !there.isOurs()
}

// aggregated reports a role of ours that Kubernetes adds to those of every user.
func aggregated(_ *stream, o *object) kptfn.Results {
	if !o.isOurs() || !o.is(rbacGroup, "ClusterRole") {
		return nil
	}
	for _, label := range sorted(at(o.value, "metadata", "labels")) {
		if strings.HasPrefix(label, rbacGroup+"/aggregate-to-") {
			return o.error(finding.RoleChanged, labels+label, "adds the rights of the Job to a role that users have; take it out")
		}
	}
	return nil
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
