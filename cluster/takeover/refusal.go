package takeover

import (
	"fmt"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/cluster"
	"github.com/registryprofile/registry-profile/internal/finding"
)

// The reasons.
var (
	noConfig = finding.Reason{
		Code: "import-no-registry", Severity: kptfn.Error, Looks: "Config cluster",
		Why: "Without Config there is no registry that a profile could keep.",
		Fix: "Check that the ImageRegistry capability is on: oc get clusteroperator image-registry.",
	}
	notManaged = finding.Reason{
		Code: "import-not-managed", Severity: kptfn.Error, Looks: "spec.managementState of Config",
		Why: "A registry that the operator does not run has no storage that a profile could keep.",
		Fix: "If it is off, write a profile for the storage that it shall have, such as examples/minimal; if it is run " +
			"by hand, set spec.managementState to Managed first.",
	}
	noStorage = finding.Reason{
		Code: "import-no-storage", Severity: kptfn.Error, Looks: "spec.storage of Config",
		Why: "The registry has no storage, or one that is lost with its pod, and so nothing that a profile could keep.",
		Fix: "Write a profile for the storage that it shall have, such as examples/minimal.",
	}
	twoStorages = finding.Reason{
		Code: "import-two-storages", Severity: kptfn.Error, Looks: "spec.storage of Config",
		Why: "The operator refuses two storages, and which of them has the images is not known.",
		Fix: "Take the one without images out of spec.storage of Config, by hand.",
	}
	otherStorage = finding.Reason{
		Code: "import-other-storage", Severity: kptfn.Error, Looks: "spec.storage of Config, and the class of the claim",
		Why: "A profile has no words for a storage that is not of OpenShift Data Foundation.",
		Fix: "Leave the registry where it is; or write a profile for new storage, name the old one in " +
			"bootstrap.leaveStorage, and copy the images.",
	}
	noClaim = finding.Reason{
		Code: "import-claim", Severity: kptfn.Error, Looks: "the claims that have the bucket or volume of Config",
		Why: "A profile names the claim that has the images; with none, with two, or with one that goes, nobody can.",
		Fix: "Find out which claim has the bucket: oc get objectbucketclaims -A; with a must-gather, add ODF's, which " +
			"has them.",
	}
	notAlike = finding.Reason{
		Code: "import-not-alike", Severity: kptfn.Error, Looks: "what the Job of the profile would do",
		Why: "No profile keeps the registry as it is: a Job that stops, or a rule that refuses, says why.",
		Fix: "Mend what is named, in the cluster, and import again.",
	}
	unseen = finding.Reason{
		Code: "import-unseen", Severity: kptfn.Warning, Looks: "everything that the profile is made from",
		Why: "What could not be read is not in the profile, which then has its default there.",
		Fix: "Use an account that may read it, or add a must-gather or file that holds it; or look there yourself.",
	}
)

// Reasons returns all of them, in the order in which they are documented.
func Reasons() []finding.Reason {
	return []finding.Reason{noConfig, notManaged, noStorage, twoStorages, otherStorage, noClaim, notAlike, unseen}
}

// refusal is why there is no profile.
type refusal struct {
	finding.Reason
	object  cluster.Object
	path    string
	message string
	advice  string
	// byRule tells whether a rule of profiles refuses, and not what a profile would do.
	byRule bool
}

func (r *refusal) Error() string { return r.message }

// refuse ends the look.
func refuse(r finding.Reason, o cluster.Object, path, format string, values ...any) *refusal {
	return &refusal{Reason: r, object: o, path: path, message: fmt.Sprintf(format, values...), advice: r.Fix}
}

func (r *refusal) result() *kptfn.Result {
	result := finding.NewReporter(r.Code, r.Severity, func(*kptfn.Result) {}).At(r.path).Say("%s", r.message)
	result.Message = strings.TrimSuffix(result.Message, ".") + ". " + r.advice
	result.ResourceRef = &kptfn.ResourceRef{
		APIVersion: r.object.APIVersion, Kind: r.object.Kind.Name,
		Namespace: r.object.Metadata.Namespace, Name: r.object.Metadata.Name,
	}
	return result
}

// resultOf returns a finding about no object.
func resultOf(r finding.Reason, what string) *kptfn.Result {
	return finding.NewReporter(r.Code, r.Severity, func(*kptfn.Result) {}).At("").Say("could not be seen: %s", what)
}
