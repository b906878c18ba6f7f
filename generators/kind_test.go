package generators_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func TestMarksOfAKindAreThoseOfItsObjects(t *testing.T) {
	for _, g := range generators.All() {
		kind := generators.KindOf(ynode.Group(g.APIVersion), g.Kind)
		assert.Equal(t, expectedMarks(g.Kind), kind.Marks(), g.Kind)
		assert.Equal(t, g.Class.Kept(), kind.Kept(), g.Kind)
		assert.True(t, kind.Is(g.Class), g.Kind)
	}
	other := generators.KindOf("apps", "Deployment")
	assert.Empty(t, other.Marks())
	assert.False(t, other.Kept())
}

func TestMarked(t *testing.T) {
	const options, mark = "argocd.argoproj.io/sync-options", "Prune=false,Delete=false"
	for annotation, expected := range map[string]bool{
		mark: true,
		"Delete=false, Validate=false, Prune=false": true,
		"Prune=false":                false,
		"Prune=false,Delete=falsely": false,
		"":                           false,
	} {
		assert.Equal(t, expected, generators.Marked(options, mark, annotation), annotation)
	}
	const prune = "kustomize.toolkit.fluxcd.io/prune" // no list to Flux
	for annotation, expected := range map[string]bool{"disabled": true, "disabled,enabled": false, " disabled ": false} {
		assert.Equal(t, expected, generators.Marked(prune, "disabled", annotation), annotation)
	}
}

func TestReplacing(t *testing.T) {
	const options = "argocd.argoproj.io/sync-options"
	const force = "kustomize.toolkit.fluxcd.io/force"
	for name, c := range map[string]struct {
		labels, annotations map[string]string
		path                string
	}{
		"an item":               {nil, map[string]string{options: "Prune=false, Force=true"}, "metadata.annotations." + options},
		"another value":         {nil, map[string]string{options: "Prune=false,Replace=false"}, ""},
		"in another case":       {nil, map[string]string{options: "replace=true"}, ""},
		"a label":               {map[string]string{options: "Force=true"}, nil, ""},
		"Flux":                  {nil, map[string]string{force: "enabled"}, "metadata.annotations." + force},
		"Flux, in another case": {nil, map[string]string{force: "Enabled"}, "metadata.annotations." + force},
		"Flux, a label":         {map[string]string{force: "enabled"}, nil, "metadata.labels." + force},
		"Flux, a label that is stronger": {map[string]string{force: "ENABLED"}, map[string]string{force: "disabled"},
			"metadata.labels." + force},
		"Flux, off": {map[string]string{force: "disabled"}, map[string]string{force: "enabled,"}, ""},
	} {
		path, _ := generators.Replacing(c.labels, c.annotations)
		assert.Equal(t, c.path, path, name)
	}
}

func TestSkipping(t *testing.T) {
	const flux = "kustomize.toolkit.fluxcd.io/"
	claim := generators.KindOf("objectbucket.io", "ObjectBucketClaim")
	config := generators.KindOf("imageregistry.operator.openshift.io", "Config")
	for name, c := range map[string]struct {
		kind                generators.Kind
		labels, annotations map[string]string
		path                string
	}{
		"left alone": {claim, nil, map[string]string{flux + "reconcile": "Disabled"}, "metadata.annotations." + flux + "reconcile"},
		"left out":   {claim, map[string]string{flux + "ssa": "Ignore"}, nil, "metadata.labels." + flux + "ssa"},
		"made once":  {claim, map[string]string{flux + "ssa": "IfNotPresent"}, nil, ""},
		"made by the operator": {
			config, map[string]string{flux + "ssa": "IfNotPresent"}, map[string]string{flux + "ssa": "Merge"},
			"metadata.labels." + flux + "ssa",
		},
		"delivered as it should": {config, map[string]string{flux + "reconcile": "enabled"}, map[string]string{flux + "ssa": "Merge"}, ""},
	} {
		path, _ := c.kind.Skipping(c.labels, c.annotations)
		assert.Equal(t, c.path, path, name)
	}
}

// TestMissingKeepingMarks: what an engine would keep is not said to be lost.
func TestMissingKeepingMarks(t *testing.T) {
	annotations := map[string]string{}
	for _, m := range generators.MissingKeepingMarks(nil) {
		key, value, _ := strings.Cut(m, "=")
		annotations[key] = strings.TrimPrefix(annotations[key]+", "+value, ", ")
	}
	assert.Empty(t, generators.MissingKeepingMarks(annotations))
	annotations["kustomize.toolkit.fluxcd.io/prune"] = "Disabled"
	assert.Empty(t, generators.MissingKeepingMarks(annotations))
	annotations["argocd.argoproj.io/sync-options"] = "prune=false,Delete=false"
	assert.Equal(t, []string{"argocd.argoproj.io/sync-options=Prune=false"}, generators.MissingKeepingMarks(annotations))
}

// TestNamesFitWhatIsRendered: a reader of the manifest makes the hash that is in the name,
// and any change of what a cluster would not let change makes another.
func TestNamesFitWhatIsRendered(t *testing.T) {
	cases.EachRendered(t, func(t *testing.T, _ *v1alpha1.RegistryProfile, resources []generators.Resource) {
		script := find(t, resources, "ConfigMap")
		text := script.GetDataMap()[generators.ScriptFile]
		assert.True(t, generators.ScriptNameFits(script.GetName(), text))
		assert.False(t, generators.ScriptNameFits(script.GetName(), text+"\n"))

		job := find(t, resources, "Job")
		manifest, name := job.MustString(), job.GetName()
		assert.True(t, generators.JobNameFits(name, specOf(t, manifest)))
		assert.False(t, generators.JobNameFits(name+"-s", specOf(t, manifest)))
		for _, change := range [][2]string{
			{"restartPolicy: Never", "restartPolicy: OnFailure"},
			{"      containers:", "      priorityClassName: high\n      containers:"},
			{"        - 3\n", "        - 4\n"},
		} {
			changed := strings.Replace(manifest, change[0], change[1], 1)
			require.NotEqual(t, manifest, changed)
			assert.False(t, generators.JobNameFits(name, specOf(t, changed)), change[1])
		}
		changeable := strings.Replace(manifest, "  backoffLimit: 6\n", "  backoffLimit: 1\n  ttlSecondsAfterFinished: 9\n", 1)
		require.NotEqual(t, manifest, changeable)
		assert.True(t, generators.JobNameFits(name, specOf(t, changeable)))
	})
}

// TestContentFitsWhatIsRendered: any change of what a policy refuses or a Role permits makes
// another hash, and none of what others write beside it.
func TestContentFitsWhatIsRendered(t *testing.T) {
	sealed := []string{"ClusterRole", "Role", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
	cases.EachRendered(t, func(t *testing.T, _ *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			hash, found := r.GetAnnotations()[generators.ContentAnnotation]
			require.Equal(t, slices.Contains(sealed, r.GetKind()), found, r.GetKind())
			if !found {
				continue
			}
			var object map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(r.MustString()), &object))
			assert.True(t, generators.ContentFits(hash, object), r.GetKind())
			object["metadata"], object["status"] = map[string]any{"name": "other"}, map[string]any{"observedGeneration": 1}
			assert.True(t, generators.ContentFits(hash, object), r.GetKind())
			object["more"] = map[string]any{}
			assert.False(t, generators.ContentFits(hash, object), r.GetKind())
		}
	})
}

func specOf(t *testing.T, manifest string) map[string]any {
	t.Helper()
	var object struct {
		Spec map[string]any `yaml:"spec"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(manifest), &object))
	return object.Spec
}
