package fn

import (
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/stream"
)

// leftBehind reports an object of another profile. Where that is gone, as under another name
// now, nothing else takes it away: its Job and its CronJob would go on beside ours.
func (s *plan) leftBehind(i *item) *kptfn.Result {
	message := stream.LeftBehind(i.YNode(), s.profile.Metadata.Name)
	if message == "" {
		return nil
	}
	result := i.finding(finding.TwoProfiles, "", "%s", message)
	result.Severity = kptfn.Warning
	return result
}

// stale judges an item with the marks of what an earlier run has generated, which this run
// does not. Such an item is removed; a copy of one under another name is somebody's own.
func (s *plan) stale(i *item) kptfn.Results {
	const (
		path  = "metadata.annotations." + generators.ProfileAnnotation
		marks = "take this annotation and the label " + generators.ManagedByLabel + " off it"
	)
	profile := s.profile.Metadata.Name
	switch {
	case !generators.CouldMake(profile, i.ID):
		return kptfn.Results{i.finding(finding.OwnerMark, path, "says that the profile %q has made the object, and it "+
			"makes none of that name; %s, or a later run takes it for its own", profile, marks)}
	case i.isClaim():
		result := i.finding(finding.ClaimLeft, path, "says that an earlier run has made the claim, and the profile makes "+
			"another one: it is left out, and stays in the cluster; if it is your own, %s", marks)
		result.Severity = kptfn.Info
		return kptfn.Results{result}
	}
	return nil
}
