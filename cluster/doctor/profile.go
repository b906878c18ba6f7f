package doctor

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/cluster/verdict"
	"github.com/registryprofile/registry-profile/generators"
)

// withProfile is for what nobody can know without a profile.
func withProfile(look func(e *exam, p *v1alpha1.RegistryProfile)) func(e *exam) {
	return func(e *exam) {
		if e.Profile != nil {
			look(e, e.Profile)
		}
	}
}

// profileClaim is the kind, the namespace and the name of the profile's claim.
func profileClaim(p *v1alpha1.RegistryProfile) (cluster.Kind, v1alpha1.ClaimReference) {
	if b := p.Spec.Storage.Object(); b != nil {
		return cluster.BucketClaims, b.Claim()
	}
	return cluster.VolumeClaims, p.Spec.Storage.Volume().Claim()
}

// verdict is how a run of the profile's Job would end.
func (e *exam) verdict(p *v1alpha1.RegistryProfile) *verdict.Verdict {
	v := verdict.Of(e.ctx, e.reader, generators.Parameters(p), verdict.Delivery{})
	if v.Exit == verdict.Done { // what stops the Job, does so whatever the rest is
		e.unseen = append(e.unseen, v.Unseen...)
	}
	return v
}

var profileChecks = []Check{
	{
		Code: "claim-missing", Severity: kptfn.Error, Looks: "the claim of the profile",
		Why:  "Without its claim the Job waits until its time is up.",
		Fix:  "Deliver all that was rendered, or create the claim that existingClaim names.",
		look: withProfile(lookForClaim),
	},
	{
		Code: "claim-other-class", Severity: kptfn.Error, Looks: "the StorageClass of the profile's claim", Trap: "T40",
		Why: "A claim's class cannot change: the Job stops, before it pairs one store with the other's bucket.",
		Fix: "Name the claim's class in the profile (storageClassName), or another claim.",
		look: withProfile(func(e *exam, p *v1alpha1.RegistryProfile) {
			kind, claim := profileClaim(p)
			c, o, present, _ := read[bucketClaim](e, kind, claim.Namespace, claim.Name)
			if want := p.Spec.Storage.ClassName(); present && c.Spec.StorageClassName != want {
				e.found(o, "spec.storageClassName", "is %q, and the profile has %q", c.Spec.StorageClassName, want)
			}
		}),
	},
	{
		Code: "job-missing", Severity: kptfn.Warning, Looks: "the Job that the profile renders",
		Why:  "The cluster has not got this version of the profile, or somebody has deleted its Job.",
		Fix:  "Deliver what is rendered now; registry-profile plan says what that would change.",
		look: withProfile(lookForJob),
	},
	{
		Code: "job-would-stop", Severity: kptfn.Error, Trap: "T26",
		Looks: "all that the Job of the profile looks at, as plan does",
		Why:   "A run of the Job would change nothing, and end with an error that no waiting can mend.",
		Fix:   "Run registry-profile plan, which says the same before it is delivered.",
		look: withProfile(func(e *exam, p *v1alpha1.RegistryProfile) {
			if v := e.verdict(p); v.Exit != verdict.Done {
				e.advise(v.Advice, e.jobOf(p), "", "would end with exit code %d, %s: %s",
					v.Exit, exitCode(generators.JobContainer, v.Exit), strings.TrimSuffix(strings.Join(v.Reasons, " "), "."))
			}
		}),
	},
	{
		Code: "job-would-wait", Severity: kptfn.Warning, Trap: "T24",
		Looks: "all that the Job of the profile needs, as plan does",
		Why:   "A run of the Job would wait, and change nothing if that does not come in time.",
		Fix:   "See to what it waits for; registry-profile plan says the same before a profile is delivered.",
		look: withProfile(func(e *exam, p *v1alpha1.RegistryProfile) {
			v := e.verdict(p)
			if v.Exit != verdict.Done {
				return
			}
			for _, w := range v.Waits {
				e.advise(w.Advice, e.jobOf(p), "", "would wait for %s: %s", w.For, w.Why)
			}
		}),
	},
	{
		Code: "profile-drift", Severity: kptfn.Warning, Looks: "all that the Job of the profile writes, as plan does",
		Why: "The registry is not as the profile has it, and nothing sets it right unless the Job runs again.",
		Fix: "Delete the Job, and let it be delivered again; the CronJob of bootstrap.reconcile in the profile does so regularly.",
		look: withProfile(func(e *exam, p *v1alpha1.RegistryProfile) {
			v := e.verdict(p)
			if v.Exit != verdict.Done || len(v.Waits)+len(v.Unseen) > 0 {
				return
			}
			for _, w := range v.Writes {
				e.found(e.jobOf(p), "", "would write %s: %s", w.Object, w.Why)
			}
		}),
	},
	{
		Code: "openshift-differs", Severity: kptfn.Warning,
		Looks: "openshiftVersion of the profile, and ClusterVersion version",
		Why:   "The profile's image and its admission policies are those of another version.",
		Fix:   "Write the cluster's version into the profile (spec.openshiftVersion).",
		look: withProfile(func(e *exam, p *v1alpha1.RegistryProfile) {
			v, o, present := e.version()
			if want := p.Spec.OpenShiftVersion; present && v != want && !strings.HasPrefix(v, want+".") {
				e.found(o, "status.desired.version", "is %q, and the profile has %q", v, want)
			}
		}),
	},
}

func lookForClaim(e *exam, p *v1alpha1.RegistryProfile) {
	kind, claim := profileClaim(p)
	if _, _, _, absent := read[struct{}](e, kind, claim.Namespace, claim.Name); absent {
		e.missing(kind, claim.Namespace, claim.Name)
	}
}

func lookForJob(e *exam, p *v1alpha1.RegistryProfile) {
	o := e.jobOf(p)
	if _, _, _, absent := read[job](e, cluster.Jobs, o.Metadata.Namespace, o.Metadata.Name); absent {
		e.found(o, "", "is not there")
	}
}

// jobOf names the Job of the profile.
func (e *exam) jobOf(p *v1alpha1.RegistryProfile) cluster.Object {
	resources := generators.Expand(p)
	i := slices.IndexFunc(resources, func(r generators.Resource) bool { return r.GetKind() == cluster.Jobs.Name })
	return nameless(cluster.Jobs, resources[i].GetNamespace(), resources[i].GetName())
}
