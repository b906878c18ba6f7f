package fn

import (
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// annotation returns an annotation of a text of an object.
func annotation(t *testing.T, object, key string) string {
	t.Helper()
	return yaml.MustParse(object).GetAnnotations()[key]
}

// TestDefaultsAreRemembered follows a file of the user's own, as kpt keeps it, through
// profiles with other defaults.
func TestDefaultsAreRemembered(t *testing.T) {
	run := func(spec, config string) string {
		out, _ := transform(t, aProfile+"spec: "+spec, config)
		require.NotNil(t, out)
		return theConfig(t, out)
	}
	rgw := run("{}", aConfig+"spec:\n  logLevel: Debug # mine\n")
	assert.Contains(t, rgw, "replicas: 2\n")
	assert.Empty(t, annotation(t, rgw, generators.MergedAnnotation))

	rbd := run("{storage: {rbd: {}}}", rgw)
	assert.Contains(t, rbd, "replicas: 1\n")
	assert.Contains(t, rbd, "rolloutStrategy: Recreate\n")
	assert.YAMLEq(t, rgw, run("{}", rbd))

	set := run("{registry: {replicas: 3}}", rgw)
	assert.Contains(t, set, "replicas: 3\n")
	assert.Equal(t, "/spec/replicas", annotation(t, set, generators.MergedAnnotation))
	assert.NotContains(t, annotation(t, set, generators.FilledAnnotation), "replicas")
	assert.YAMLEq(t, rgw, run("{}", set))

	// What the user changes is the user's own from then on.
	edited := run("{}", strings.Replace(rgw, "replicas: 2\n", "replicas: 4 # mine\n", 1))
	assert.Contains(t, edited, "replicas: 4 # mine\n")
	assert.NotContains(t, annotation(t, edited, generators.FilledAnnotation), "replicas")
	out, codes := transform(t, aProfile+"spec: {storage: {rbd: {}}}", edited)
	assert.Nil(t, out)
	assert.Contains(t, codes, "rbd-replicas")

	// A record that nobody can read is none.
	unreadable := strings.Replace(rgw, `filled: '{`, `filled: '`, 1)
	require.NotEqual(t, rgw, unreadable)
	assert.Contains(t, run("{}", unreadable), "replicas: 2\n")
}

// TestSettingsOutliveTheirProfile: a Config of the user's own whose profile is gone takes
// another one, as the message says.
func TestSettingsOutliveTheirProfile(t *testing.T) {
	mine := aConfig + "spec:\n  logLevel: Debug # mine\n"
	old := strings.Replace(aProfile, "name: registry", "name: old", 1) + "spec: {registry: {readOnly: true}}"
	merged, codes := transform(t, old, mine)
	require.Empty(t, codes)
	_, results := Processor{}.transform(yaml.MustParse(aProfile), []*yaml.RNode{yaml.MustParse(theConfig(t, merged))})
	require.Len(t, results, 1)
	assert.Contains(t, results[0].Message, "keep this object and take the annotation registryprofile.dev/profile off it")

	freed := yaml.MustParse(theConfig(t, merged))
	require.NoError(t, freed.PipeE(yaml.ClearAnnotation(generators.ProfileAnnotation)))
	taken, codes := transform(t, aProfile, freed.MustString())
	require.Empty(t, codes)
	never, _ := transform(t, aProfile, mine)
	assert.YAMLEq(t, theConfig(t, never), theConfig(t, taken))
}

// TestTheJobDoesWhatTheMergedConfigSays: with other numbers the Job and Git would take
// turns.
func TestTheJobDoesWhatTheMergedConfigSays(t *testing.T) {
	out, codes := transform(t, aProfile, aConfig+"spec: {replicas: 5, rolloutStrategy: Recreate}\n")
	require.Empty(t, codes)
	jobs := 0
	for _, item := range out {
		if item.GetKind() == "Job" && strings.Contains(item.GetName(), "-bootstrap-") {
			jobs++
			assert.Contains(t, item.MustString(), "name: REPLICAS\n          value: \"5\"\n")
			assert.Contains(t, item.MustString(), "name: ROLLOUT_STRATEGY\n          value: Recreate\n")
		}
	}
	assert.Equal(t, 1, jobs)
}

// TestWhatStandsInTheProfileIsSet, also by an alias or a merge key.
func TestWhatStandsInTheProfileIsSet(t *testing.T) {
	const spec = "spec:\n  registry: &r {logLevel: Trace, nodeSelector: {a: b}}\n  pruner: {<<: *r, suspend: false}\n"
	aPruner := strings.Replace(aConfig, "Config", "ImagePruner", 1)
	out, codes := transform(t, aProfile+spec, aConfig+"spec: {logLevel: Debug}\n",
		aPruner+"spec: {logLevel: Debug, suspend: true}\n")
	require.Empty(t, codes)
	for _, item := range out {
		switch merged := item.GetAnnotations()[generators.MergedAnnotation]; item.GetKind() {
		case "Config":
			assert.Equal(t, "/spec/nodeSelector/a,/spec/logLevel", merged)
			assert.Contains(t, item.MustString(), "logLevel: Trace")
		case "ImagePruner":
			assert.Equal(t, "/spec/suspend,/spec/nodeSelector/a,/spec/logLevel", merged)
			assert.Contains(t, item.MustString(), "suspend: false")
		}
	}
}

// TestWhatIsEmptyInTheProfileIsEmpty: the profile wins, also where it wants nothing.
func TestWhatIsEmptyInTheProfileIsEmpty(t *testing.T) {
	const (
		spec = "spec: {registry: {tolerations: [], nodeSelector: {}, proxy: {}, resources: {limits: {}}}, pruner: {}}\n"
		mine = "spec:\n  logLevel: Debug\n  tolerations: [{key: a, operator: Exists}]\n  nodeSelector: {x: y}\n" +
			"  proxy: {http: \"http://p:1\"}\n  resources: {limits: {cpu: 1}, requests: {cpu: 100m}}\n"
	)
	out, codes := transform(t, aProfile+spec, aConfig+mine,
		strings.Replace(aConfig, "Config", "ImagePruner", 1)+"spec: {suspend: true, nodeSelector: {x: y}}\n")
	require.Empty(t, codes)
	once := theConfig(t, out)
	assert.Contains(t, once, "logLevel: Debug")
	assert.Contains(t, once, "cpu: 100m")
	for _, gone := range []string{"key: a", "x: y", "http://p:1", "cpu: 1}"} {
		assert.NotContains(t, once, gone)
	}
	for _, item := range out {
		if item.GetKind() == "ImagePruner" {
			assert.Contains(t, item.MustString(), "suspend: true, nodeSelector: {x: y}")
		}
	}
	again, codes := transform(t, aProfile+spec, once)
	require.Empty(t, codes)
	assert.Equal(t, once, theConfig(t, again))
}

// TestNullSaysNothing: oc get prints fields without a value.
func TestNullSaysNothing(t *testing.T) {
	const nulls = "spec:\n  logLevel: Debug\n  observedConfig: null\n  unsupportedConfigOverrides: ~\n  httpSecret:\n" +
		"  replicas: null\n  proxy: {http: null, https: \"https://p:1\"}\n  tolerations: [{key: a, effect: null}]\n"
	out, codes := transform(t, aProfile, aConfig+nulls)
	require.Empty(t, codes)
	want, codes := transform(t, aProfile, aConfig+
		"spec: {logLevel: Debug, proxy: {https: \"https://p:1\"}, tolerations: [{key: a}]}\n")
	require.Empty(t, codes)
	assert.YAMLEq(t, theConfig(t, want), theConfig(t, out))

	_, codes = transform(t, aProfile, aConfig+"spec: {storage: null}\n")
	assert.Equal(t, []string{"config-storage"}, codes, "a client-side apply removes what is null")
	_, codes = transform(t, aProfile, aConfig+"spec: null\n")
	assert.Empty(t, codes)
}

// TestUnknownToTheProfileAndKnownUpstream: these are no settings of a profile, and stay.
func TestUnknownToTheProfileAndKnownUpstream(t *testing.T) {
	out, codes := transform(t, aProfile, aConfig+"spec: {logging: 2, resources: {claims: [{name: gpu}]}}\n")
	require.Empty(t, codes)
	assert.Contains(t, theConfig(t, out), "logging: 2, resources: {claims: [{name: gpu}]}")
}

// TestHiddenObjectsAreRefused: whatever hides a storage from some readers, others see it.
func TestHiddenObjectsAreRefused(t *testing.T) {
	const (
		hidden   = "kind: ConfigMap\nmetadata: {name: x}\nspec: {storage: {emptyDir: {}}}\n"
		version  = "apiVersion: imageregistry.operator.openshift.io/v1\n"
		inFlow   = "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}}"
		inConfig = "spec: {storage: {}}\n"
	)
	for name, item := range map[string]string{
		"binary key":         aConfig + "spec: {!!binary c3RvcmFnZQ==: {}}\n",
		"tagged key":         aConfig + "spec: {!!str storage: {}}\n",
		"strange tag":        aConfig + "spec: {!mine storage: {}}\n",
		"quoted merge":       aConfig + "spec: {\"<<\": {storage: {}}}\n",
		"alias of the merge": "x: &m \"<<\"\n" + aConfig + "spec: {*m : {storage: {}}}\n",
		"binary kind":        strings.Replace(aConfig, "Config", "!!binary Q29uZmln", 1) + inConfig,
		"binary name":        strings.Replace(aConfig, "cluster", "!!binary Y2x1c3Rlcg==", 1) + inConfig,
		"later identity":     hidden + "apiVersion: v1\n" + aConfig,
		"merged identity":    "apiVersion: v1\n" + hidden + "<<: " + inFlow + "\n",
		"merge in quotes":    "apiVersion: v1\n" + hidden + "\"<<\": " + inFlow + "\n",
		"merged list":        "apiVersion: v1\n" + hidden + "<<: [{a: b}, " + inFlow + "]\n",
		"two names":          version + "kind: Config\nmetadata: {name: x, name: cluster}\nspec: {storage: {}}\n",
		"namespace":          strings.Replace(aConfig, "name: cluster", "name: cluster\n  namespace: x", 1) + inConfig,
		"list":               "kind: List\nitems:\n- " + strings.ReplaceAll(aConfig, "\n", "\n  ") + inConfig,
		"list of configs":    version + "kind: ConfigList\nitems: [{metadata: {name: cluster}, spec: {storage: {}}}]\n",
		"aliased list":       "kind: List\nx: &l [" + inFlow + "]\nitems: [{kind: List, items: *l}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			out, codes := transform(t, aProfile, item)
			assert.Nil(t, out)
			assert.NotEmpty(t, codes)
		})
	}
}

// TestEndlessInputEnds: objects that hold themselves are searched and found to hold nothing.
func TestEndlessInputEnds(t *testing.T) {
	for _, item := range []string{
		"kind: List\nitems: &l [{kind: List, items: *l}, {kind: List, items: *l}, {kind: List, items: *l}]\n",
		"kind: ConfigMapList\nitems: [&i {items: [*i]}]\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: &m {<<: [" + strings.Repeat("*m, ", 20) + "]}\n",
		"apiVersion: x.y/v1\nkind: SomeSecret\nmetadata: {name: a}\nspec: &s {a: *s, b: [*s, *s]}\n",
		"&m\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n<<: *m\n",
	} {
		out, codes := transform(t, aProfile, item)
		assert.NotNil(t, out, item)
		assert.Empty(t, codes)
	}
}

// TestNoMessageAsksForTheRemovalOfAClaim, whatever is wrong with it.
func TestNoMessageAsksForTheRemovalOfAClaim(t *testing.T) {
	const (
		claim = "apiVersion: objectbucket.io/v1alpha1\nkind: ObjectBucketClaim\n" +
			"metadata:\n  namespace: openshift-image-registry\n  name: "
		marks = "\n  labels: {app.kubernetes.io/managed-by: registry-profile}\n" +
			"  annotations: {registryprofile.dev/profile: other}\n"
	)
	for name, item := range map[string]string{
		"differs":          claim + "image-registry-rgw\n",
		"another profile":  claim + "image-registry-rgw" + marks,
		"makes the Secret": claim + "image-registry-private-configuration-user\n",
		"aliases":          claim + "image-registry-rgw\nspec: {storageClassName: &a x, bucketName: *a}\n",
		"in a List":        "kind: List\nitems:\n- " + strings.ReplaceAll(claim+"image-registry-rgw\n", "\n", "\n  "),
	} {
		t.Run(name, func(t *testing.T) {
			_, results := Processor{}.transform(yaml.MustParse(aProfile), []*yaml.RNode{yaml.MustParse(item)})
			require.NotEmpty(t, results)
			for _, r := range results {
				assert.NotRegexp(t, `remove (it|this)|delete|take it out|or this object`, r.Message)
			}
		})
	}
}
