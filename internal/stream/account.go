package stream

import (
	"slices"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
)

// accountFields name the account of a pod, and of what controllers of others make.
var accountFields = []string{"serviceAccountName", "serviceAccount"}

// runsAsJob reports an object that is no part of the profile and whose pods would have the rights
// of the Job. What stands in an object that brings others is judged there.
func runsAsJob(s *stream, o *object) kptfn.Results {
	if o.isPart() || o.into != nil {
		return nil
	}
	accounts := s.accounts()
	for f := range fieldsOf(o.value) {
		isOurs := func(account ynode.ID) bool { return account.Name == f.value && o.mayBeIn(account.Namespace) }
		if slices.Contains(accountFields, f.key) && slices.ContainsFunc(accounts, isOurs) {
			if s.couldMake(o) {
				return o.error(finding.RoleChanged, f.path, "names the account of the Job, in an object of the profile's own kind "+
					"and name without its marks, so that nobody knows what is in it; put the label and the annotation back")
			}
			return o.warning(finding.RoleChanged, f.path, "names the account of the Job, so that it can do what the Job can; "+
				"give it an account of its own")
		}
	}
	return nil
}

// couldMake tells whether an object without marks may have been made by a profile of the stream.
func (s *stream) couldMake(o *object) bool {
	return !o.isOurs() && slices.ContainsFunc(s.ours, func(ours *object) bool {
		return generators.CouldMake(ours.profile(), o.id)
	})
}

// tokenOfJob reports a Secret into which Kubernetes writes a lasting token of the Job's account.
func tokenOfJob(s *stream, o *object) kptfn.Results {
	const field = "kubernetes.io/service-account.name"
	if !o.is("", "Secret") || text(o.value, "type") != "kubernetes.io/service-account-token" {
		return nil
	}
	for _, account := range s.accounts() {
		if account.Name == o.annotation(field) && o.mayBeIn(account.Namespace) {
			return o.warning(finding.RoleChanged, annotations+field, "makes a lasting token with the rights of the Job, for "+
				"whoever may read the Secret; remove it")
		}
	}
	return nil
}

// tokens reports an account that gives the pods of our Jobs no token, where the pods do not ask
// for one.
func tokens(s *stream, o *object) kptfn.Results {
	const field = "automountServiceAccountToken"
	if !o.is("", "ServiceAccount") || text(o.value, field) != "false" {
		return nil
	}
	for _, job := range s.ours {
		pod, _ := job.pod()
		if text(pod, "serviceAccountName") == o.id.Name && o.mayBeIn(job.id.Namespace) && text(pod, field) != "true" {
			return o.error(finding.Reference, field, "is false, so that %s %s can ask the API server for nothing; remove it",
				job.id.Kind, job.id.Name)
		}
	}
	return nil
}

// accounts returns the accounts of the profiles of the stream, and those that their Jobs name.
func (s *stream) accounts() []ynode.ID {
	var all []ynode.ID
	for _, o := range s.ours {
		pod, _ := o.pod()
		if name := text(pod, "serviceAccountName"); name != "" {
			all = append(all, ynode.ID{Kind: "ServiceAccount", Namespace: o.id.Namespace, Name: name})
		}
		if o.is("", "ServiceAccount") {
			all = append(all, o.id)
		}
	}
	return all
}
