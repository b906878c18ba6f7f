package fn

import (
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// adopt gives a claim that the profile does not make the marks of ours and the version that
// clusters have, and changes nothing else.
func adopt(existing, r *item) {
	setAnnotation(r.RNode, generators.MergedAnnotation, "")
	marks := &yaml.Node{Kind: yaml.MappingNode, Tag: yaml.NodeTagMap}
	metadata := ynode.Field(r.YNode(), "metadata")
	for _, field := range []string{"labels", "annotations"} {
		marks.Content = append(marks.Content, ynode.String(field), ynode.Field(metadata, field))
	}
	overlay(ynode.Field(existing.YNode(), "metadata"), marks, false)
	overlay(ynode.Field(existing.YNode(), "apiVersion"), ynode.Field(r.YNode(), "apiVersion"), false)
}

// disagreements reports every field in which a claim of the user's own is not what the
// profile asks for. The profile has to follow: a claim that is bound cannot be changed,
// and its loss is the loss of the images.
func (s *plan) disagreements(i *item, r generators.Resource) kptfn.Results {
	var results kptfn.Results
	way := "make " + s.backend() + " say the same"
	if !r.Existing {
		way += ", or name the claim in " + s.backend() + ".existingClaim"
	}
	asked, there := ynode.Field(r.YNode(), "spec"), ynode.Field(i.YNode(), "spec")
	for _, pointer := range leaves(asked, "/spec") {
		path := steps(pointer)[1:]
		want := lookUp(asked, path)
		wish := shown(want)
		if path[0] == "generateBucketName" && hasBucket(there, want.Value) {
			path, wish = []string{"bucketName"}, "a name made from "+wish
		}
		have := ynode.Target(lookUp(there, path))
		if agrees(path, want, have) || have == nil && r.Existing {
			continue
		}
		is := "is missing"
		if have != nil {
			is = "is " + shown(have)
		}
		results = append(results, i.finding(finding.ClaimDiffers, "spec."+strings.Join(path, "."),
			"%s, where the profile asks for %s; keep the claim, and %s", is, wish, way))
	}
	return results
}

// hasBucket tells whether a claim names a bucket whose name no provisioner has made from
// the prefix that the profile asks for.
func hasBucket(spec *yaml.Node, prefix string) bool {
	name := ynode.Text(spec, "bucketName")
	return name != "" && (ynode.Field(spec, "generateBucketName") == nil || !strings.HasPrefix(name, prefix+"-"))
}

// agrees compares a field of a claim with what the profile asks for. Numbers are the same
// in all units, the order of access modes means nothing, and a volume is a file system
// unless it says otherwise.
func agrees(path []string, want, have *yaml.Node) bool {
	switch {
	case have == nil:
		return path[0] == "volumeMode"
	case want.Kind == yaml.SequenceNode:
		return have.Kind == yaml.SequenceNode && slices.Equal(sortedTexts(want), sortedTexts(have))
	}
	a, errA := resource.ParseQuantity(want.Value)
	b, errB := resource.ParseQuantity(ynode.Text(have))
	return want.Value == ynode.Text(have) || errA == nil && errB == nil && a.Cmp(b) == 0
}

func sortedTexts(list *yaml.Node) []string {
	var texts []string
	for _, n := range list.Content {
		texts = append(texts, ynode.Text(n))
	}
	slices.Sort(texts)
	return texts
}

// shown returns a value for a message.
func shown(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return finding.Quote(ynode.Key(n))
	}
	return finding.Quote(strings.Join(sortedTexts(n), ", "))
}

// backend returns the path of the backend that the profile has chosen.
func (s *plan) backend() string {
	storage := s.profile.Spec.Storage
	switch {
	case storage.NooBaa != nil:
		return "spec.storage.noobaa"
	case storage.CephFS != nil:
		return "spec.storage.cephfs"
	case storage.RBD != nil:
		return "spec.storage.rbd"
	}
	return "spec.storage.rgw"
}
