package fn

import (
	"slices"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const aProfile = "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\n"

const aConfig = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata:\n  name: cluster\n"

func TestOverlay(t *testing.T) {
	for name, c := range map[string]struct{ dst, src, merged, pruned string }{
		"order and comments of what is there": {
			dst:    "# head\nb: 1 # one\na: 2\n",
			src:    "a: 3\nb: 4\nc: 5\n",
			merged: "# head\nb: 4 # one\na: 3\nc: 5\n",
			pruned: "# head\nb: 4 # one\na: 3\nc: 5\n",
		},
		"fields of one side": {
			dst:    "mine: {x: 1}\nboth: {mine: 1, ours: 1}\n",
			src:    "both: {ours: 2}\n",
			merged: "mine: {x: 1}\nboth: {mine: 1, ours: 2}\n",
			pruned: "both: {ours: 2}\n",
		},
		"lists are replaced whole": {
			dst:    "list: [{name: a, extra: 1}, {name: b}]\n",
			src:    "list:\n- name: c\n",
			merged: "list:\n- name: c\n",
			pruned: "list:\n- name: c\n",
		},
		"a list of the same length keeps its comments": {
			dst:    "list:\n- name: a # first\n  extra: 1\n- b # second\n",
			src:    "list:\n- name: c\n- d\n",
			merged: "list:\n- name: c # first\n- d # second\n",
			pruned: "list:\n- name: c # first\n- d # second\n",
		},
		"what is the same stays as it is written": {
			dst:    "a: 'x'\nb: \"2\"\nc: {d: e}\n",
			src:    "a: x\nb: \"2\"\nc:\n  d: e\n",
			merged: "a: 'x'\nb: \"2\"\nc: {d: e}\n",
			pruned: "a: 'x'\nb: \"2\"\nc: {d: e}\n",
		},
		"a string that looks like a number is another value": {
			dst:    "a: 2 # two\n",
			src:    "a: \"2\"\n",
			merged: "a: \"2\" # two\n",
			pruned: "a: \"2\" # two\n",
		},
		"another kind of value": {
			dst:    "a: # here\n  b: 1\nc: [1]\nd:\n",
			src:    "a: 1\nc: {x: y}\nd: {z: 1}\n",
			merged: "a: 1 # here\nc: {x: y}\nd: {z: 1}\n",
			pruned: "a: 1 # here\nc: {x: y}\nd: {z: 1}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for prune, expected := range map[bool]string{false: c.merged, true: c.pruned} {
				dst := yaml.MustParse(c.dst)
				overlay(dst.YNode(), yaml.MustParse(c.src).YNode(), prune)
				assert.Equal(t, yaml.MustParse(expected).MustString(), dst.MustString())
			}
		})
	}
}

func TestOverlayDoesNotShare(t *testing.T) {
	src := yaml.MustParse("a: {b: [1]}\n")
	dst := yaml.MustParse("x: y\n")
	overlay(dst.YNode(), src.YNode(), false)
	require.NoError(t, dst.PipeE(yaml.Lookup("a"), yaml.SetField("b", yaml.NewStringRNode("changed"))))
	assert.Equal(t, "a: {b: [1]}\n", src.MustString())
}

func TestLeavesAndRemove(t *testing.T) {
	n := yaml.MustParse("spec:\n  a: 1\n  b: {c: {d: 1, e: []}, f: {}}\n  g/h~i: 1\n")
	pointers := leaves(ynode.Field(n.YNode(), "spec"), "/spec")
	assert.Equal(t, []string{"/spec/a", "/spec/b/c/d", "/spec/b/c/e", "/spec/b/f", "/spec/g~1h~0i"}, pointers)
	for _, pointer := range pointers[1:] {
		remove(n.YNode(), steps(pointer))
	}
	assert.Equal(t, "spec:\n  a: 1\n", n.MustString())
	for _, absent := range []string{"/spec/z", "/spec/a/b", "/z", "/", "//", ""} {
		remove(n.YNode(), steps(absent+"/x"))
		remove(n.YNode(), steps(absent))
	}
	assert.Equal(t, "spec:\n  a: 1\n", n.MustString())
}

// transform runs a profile over items and returns the ones that match.
func transform(t *testing.T, profile string, items ...string) ([]*yaml.RNode, []string) {
	t.Helper()
	var nodes []*yaml.RNode
	for _, item := range items {
		nodes = append(nodes, yaml.MustParse(item))
	}
	out, results := Processor{}.transform(yaml.MustParse(profile), nodes)
	var codes []string
	for _, r := range results {
		codes = append(codes, finding.CodeOf(r))
	}
	return out, codes
}

func theConfig(t *testing.T, items []*yaml.RNode) string {
	t.Helper()
	var found []string
	for _, item := range items {
		if item.GetKind() == "Config" && item.GetName() == "cluster" {
			found = append(found, item.MustString())
		}
	}
	require.Len(t, found, 1)
	return found[0]
}

// TestMergedFieldsComeAndGo follows a Config of the user's own through profiles
// that set more and less.
func TestMergedFieldsComeAndGo(t *testing.T) {
	mine := aConfig + "spec:\n  logLevel: Debug # mine\n"
	more, codes := transform(t, aProfile+"spec: {registry: {readOnly: true, nodeSelector: {a/b: c}}}", mine)
	require.Empty(t, codes)
	assert.Contains(t, theConfig(t, more), "readOnly: true")
	assert.Contains(t, theConfig(t, more), "logLevel: Debug # mine")

	less, codes := transform(t, aProfile, theConfig(t, more))
	require.Empty(t, codes)
	assert.NotContains(t, theConfig(t, less), "readOnly")
	assert.NotContains(t, theConfig(t, less), "nodeSelector")
	assert.Contains(t, theConfig(t, less), "logLevel: Debug # mine")

	never, codes := transform(t, aProfile, mine)
	require.Empty(t, codes)
	assert.YAMLEq(t, theConfig(t, never), theConfig(t, less))
}

// TestNoStorageByAnyWay: whichever way a Config writes its storage, it does not
// pass beside the Job's.
func TestNoStorageByAnyWay(t *testing.T) {
	for name, config := range map[string]string{
		"plain":           aConfig + "spec: {storage: {emptyDir: {}}}\n",
		"empty":           aConfig + "spec: {storage: {}}\n",
		"null":            aConfig + "spec: {storage: null}\n",
		"quoted":          aConfig + "spec: {\"storage\": {}}\n",
		"older version":   strings.Replace(aConfig, "/v1\n", "/v1beta1\n", 1) + "spec: {storage: {}}\n",
		"merge key":       aConfig + "spec: {<<: {storage: {emptyDir: {}}}}\n",
		"merge list":      aConfig + "spec: {<<: [{a: b}, {storage: {emptyDir: {}}}]}\n",
		"second spec":     aConfig + "spec: {replicas: 1}\nspec: {storage: {emptyDir: {}}}\n",
		"merged spec":     aConfig + "<<: {spec: {storage: {emptyDir: {}}}}\n",
		"anchored":        aConfig + "x: &s {storage: {emptyDir: {}}}\nspec: *s\n",
		"anchored key":    aConfig + "x: &s storage\nspec: {*s : {emptyDir: {}}}\n",
		"anchored merge":  aConfig + "x: &s {storage: {emptyDir: {}}}\nspec: {<<: *s}\n",
		"merged identity": "<<: {apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}}\nspec: {storage: {emptyDir: {}}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			items, codes := transform(t, aProfile, config)
			if items == nil {
				assert.NotEmpty(t, codes)
				return
			}
			for _, item := range items {
				written := yaml.MustParse(item.MustString())
				require.NoError(t, written.DeAnchor())
				if written.GetKind() == "Config" {
					spec, err := written.Pipe(yaml.Lookup("spec", "storage"))
					require.NoError(t, err)
					assert.Nil(t, spec, written.MustString())
					assert.Equal(t, 1, strings.Count(item.MustString(), "\nspec:"))
				}
			}
		})
	}
}

func TestForeignItemsPassUntouched(t *testing.T) {
	items := []string{
		"# head\nkind: List\napiVersion: v1\nitems: [] # none\n",
		"a: b\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {x: 'eQ=='}\n",
		strings.Replace(aConfig, "cluster", "other", 1),
	}
	out, codes := transform(t, aProfile, items...)
	assert.Subset(t, []string{finding.SingletonName.Name}, codes)
	for i, item := range items {
		assert.Equal(t, yaml.MustParse(item).MustString(), out[i].MustString())
	}
}

// TestOnlyOursIsRemoved: an object is removed if label and annotation say that
// an earlier run of this profile generated it, and this one does not.
func TestOnlyOursIsRemoved(t *testing.T) {
	job := func(label, annotation string) string {
		return "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: registry-bootstrap-old\n  namespace: registry-profile\n" +
			"  labels: {app.kubernetes.io/managed-by: " + label + "}\n" +
			"  annotations: {registryprofile.dev/profile: " + annotation + "}\n"
	}
	for item, kept := range map[string]bool{
		job("registry-profile", "registry"): false,
		job("registry-profile", "other"):    true,
		job("registry-profile", "''"):       true,
		job("Helm", "registry"):             true,
		job("registry-profile", "{a: b}"):   true,
		strings.Replace(job("registry-profile", "registry"), "{registryprofile", "{registryprofile.dev/merged: /spec/a, registryprofile", 1): true,
	} {
		out, codes := transform(t, aProfile, item)
		require.Empty(t, codes)
		assert.Equal(t, kept, out[0].GetName() == "registry-bootstrap-old", item)
	}
}

func TestStrictMakesWarningsErrors(t *testing.T) {
	profile := yaml.MustParse(aProfile + "spec: {storage: {rbd: {}}}")
	items, results := Processor{}.transform(profile, nil)
	assert.NotEmpty(t, items)
	assert.False(t, finding.HasErrors(results))

	items, results = Processor{Strict: true}.transform(profile, nil)
	assert.Empty(t, items)
	assert.True(t, finding.HasErrors(results))

	// A warning about an item is one too.
	renamed := yaml.MustParse(strings.Replace(aConfig, "cluster", "prefix-cluster", 1))
	items, results = Processor{Strict: true}.transform(yaml.MustParse(aProfile), []*yaml.RNode{renamed})
	assert.Empty(t, items)
	assert.True(t, finding.HasErrors(results))
}

func TestTransformDoesNotModifyTheProfile(t *testing.T) {
	profile := yaml.MustParse(aProfile + "spec:\n  registry: &r {nodeSelector: &s {a: b}} # mine\n  pruner: {nodeSelector: *s}\n")
	before := profile.MustString()
	_, results := Processor{}.transform(profile, nil)
	require.Empty(t, results)
	assert.Equal(t, before, profile.MustString())
}

// TestCredentialsOfTheRegistryAreRefused: under any name, and beside any storage.
func TestCredentialsOfTheRegistryAreRefused(t *testing.T) {
	for _, spec := range []string{"{}", "{storage: {rbd: {}}}"} {
		items, codes := transform(t, aProfile+"spec: "+spec,
			"apiVersion: v1\nkind: Secret\nmetadata: {name: my}\nstringData: {registry_storage_s3_secretkey: b}\n")
		assert.Nil(t, items)
		assert.Contains(t, codes, finding.Credential.Name)
	}
}

// TestRenamed: who does what a renamed profile is told has nothing left of the old name.
func TestRenamed(t *testing.T) {
	items, results := Processor{}.transform(yaml.MustParse(aProfile), nil)
	require.Empty(t, results)
	renamed := yaml.MustParse(strings.Replace(aProfile, "registry}", "images}", 1))

	_, results = Processor{}.transform(renamed, items)
	var kept []*yaml.RNode
	for _, item := range newItems(items) {
		at := slices.IndexFunc(results, func(r *kptfn.Result) bool {
			return r.ResourceRef.Kind == item.Kind && r.ResourceRef.Namespace == item.Namespace && r.ResourceRef.Name == item.Name
		})
		require.GreaterOrEqual(t, at, 0, "nothing is said of %s %s", item.Kind, item.Name)
		assert.Equal(t, finding.TwoProfiles.Name, finding.CodeOf(results[at]))
		if strings.Contains(results[at].Message, "keep this object") {
			require.NoError(t, item.PipeE(yaml.ClearAnnotation(generators.ProfileAnnotation)))
			kept = append(kept, item.RNode)
		}
	}
	require.Len(t, kept, 1, "the claim")

	items, results = Processor{}.transform(renamed, kept)
	require.False(t, finding.HasErrors(results), results)
	for _, item := range newItems(items) {
		assert.Equal(t, "images", item.profile(), "%s %s", item.Kind, item.Name)
	}
}

// TestCredentialInWhatAnotherProfileLeft: what is left of a renamed profile is a warning, and
// a credential in it is refused as anywhere.
func TestCredentialInWhatAnotherProfileLeft(t *testing.T) {
	items, results := Processor{}.transform(yaml.MustParse(aProfile), nil)
	require.Empty(t, results)
	renamed := yaml.MustParse(strings.Replace(aProfile, "registry}", "images}", 1))
	for _, item := range newItems(items) {
		if item.Kind != "ConfigMap" {
			continue
		}
		require.NoError(t, item.PipeE(yaml.Lookup("data"), yaml.SetField("REGISTRY_STORAGE_S3_SECRETKEY", yaml.NewStringRNode("b"))))
		_, results := Processor{}.transform(renamed, []*yaml.RNode{item.RNode})
		var codes []string
		for _, r := range results {
			codes = append(codes, finding.CodeOf(r))
		}
		assert.ElementsMatch(t, []string{finding.TwoProfiles.Name, finding.Credential.Name}, codes, item.Name)
	}
}
