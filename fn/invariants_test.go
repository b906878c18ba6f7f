package fn_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// eachCase runs a test on every case of testdata.
func eachCase(t *testing.T, test func(t *testing.T, c goldenCase)) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) { test(t, c) })
	}
}

// eachRendered runs a test on every case that is not refused.
func eachRendered(t *testing.T, test func(t *testing.T, c goldenCase, p *v1alpha1.RegistryProfile, resources []generators.Resource)) {
	rendered := 0
	eachCase(t, func(t *testing.T, c goldenCase) {
		if e := expanded(c); e.profile != nil {
			rendered++
			test(t, c, e.profile, e.resources)
		}
	})
	assert.Greater(t, rendered, 40)
}

// expansion is what a case's profile becomes; tests must not modify it.
type expansion struct {
	profile   *v1alpha1.RegistryProfile
	resources []generators.Resource
}

var expansions = map[string]expansion{}

func expanded(c goldenCase) expansion {
	e, ok := expansions[c.name]
	if !ok {
		if e.profile, _ = v1alpha1.Decode(c.profile); e.profile != nil {
			e.resources = generators.Expand(e.profile)
		}
		expansions[c.name] = e
	}
	return e
}

func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, c goldenCase) {
		once, results := c.run()
		again, resultsAgain := c.run()
		assert.Equal(t, stream(t, once), stream(t, again))
		assert.Equal(t, findings(t, results), findings(t, resultsAgain))
	})
}

func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, c goldenCase) {
		once, results := c.run()
		if v1alpha1.HasErrors(results) {
			return
		}
		before := stream(t, once)
		twice, _ := fn.Options{}.Transform(c.profile, once)
		assert.Equal(t, before, stream(t, twice))
	})
}

// TestSecondRunChangesNoByte does the same with the text that kustomize and kpt
// exchange with the function.
func TestSecondRunChangesNoByte(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, c goldenCase) {
		var once, twice bytes.Buffer
		if err := (fn.Options{}).Run(c.list(t), &once, io.Discard); err != nil {
			return
		}
		before, _, _ := strings.Cut(once.String(), "\nresults:\n")
		require.NoError(t, fn.Options{}.Run(strings.NewReader(before), &twice, io.Discard))
		after, _, _ := strings.Cut(twice.String(), "\nresults:\n")
		assert.Equal(t, strings.TrimSpace(before), strings.TrimSpace(after))
	})
}

// list writes the case as a ResourceList.
func (c goldenCase) list(t testing.TB) io.Reader {
	t.Helper()
	list := parse(t, "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n")
	items, err := list.Pipe(yaml.Lookup("items"))
	require.NoError(t, err)
	items.YNode().Style = 0
	for _, item := range c.items {
		items.YNode().Content = append(items.YNode().Content, item.Copy().YNode())
	}
	if c.profile != nil {
		require.NoError(t, list.PipeE(yaml.SetField("functionConfig", c.profile.Copy())))
	}
	return strings.NewReader(list.MustString())
}

func TestOrderOfItemsDoesNotMatter(t *testing.T) {
	eachCase(t, func(t *testing.T, c goldenCase) {
		if len(c.items) < 2 {
			return
		}
		items, results := c.run()
		expected, expectedFindings := sorted(t, items), findings(t, results)
		random := rand.New(rand.NewSource(1)) //nolint:gosec // an order, not a secret
		for range 3 {
			shuffled := copies(c.items)
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			items, results := fn.Options{}.Transform(c.profile, shuffled)
			assert.Equal(t, expected, sorted(t, items))
			assert.Equal(t, expectedFindings, findings(t, results))
		}
	})
}

func sorted(t testing.TB, items []*yaml.RNode) []string {
	t.Helper()
	var documents []string
	for _, item := range items {
		documents = append(documents, stream(t, []*yaml.RNode{item}))
	}
	slices.Sort(documents)
	return documents
}

func TestFailureReturnsTheItemsUntouched(t *testing.T) {
	t.Parallel()
	refused := 0
	eachCase(t, func(t *testing.T, c goldenCase) {
		rl := &kptfn.ResourceList{}
		if c.profile != nil {
			rl.FunctionConfig = kptfn.MoveToKubeObject(c.profile.Copy())
		}
		for _, item := range append(copies(c.items), parse(t, "{apiVersion: v1, kind: Secret, metadata: {name: kept}} # as it is")) {
			rl.Items = append(rl.Items, kptfn.MoveToKubeObject(item))
		}
		before := rl.Items.String()
		ok, err := fn.Process(rl)
		require.NoError(t, err)
		assert.Equal(t, !ok, v1alpha1.HasErrors(rl.Results))
		if !ok {
			refused++
			assert.Equal(t, before, rl.Items.String())
		}
	})
	assert.GreaterOrEqual(t, refused, 40)
}

// credentials are shapes that must never be in anything that is written.
var credentials = map[string]*regexp.Regexp{
	"access key of AWS":      regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`),
	"user in a URL":          regexp.MustCompile(`://[^/\s"']*@`),
	"value of a key":         regexp.MustCompile(`(?i)REGISTRY_STORAGE_S3_(ACCESS|SECRET)KEY\s*[:=]`),
	"private key":            regexp.MustCompile(`PRIVATE KEY`),
	"password or token":      regexp.MustCompile(`(?i)\b(password|passwd|token|secretkey|httpsecret)\s*[:=]\s*["']?[A-Za-z0-9+/=_-]{8,}`),
	"random-looking literal": regexp.MustCompile(`\b[A-Za-z0-9+/]{40,}={0,2}\b`),
	"planted in testdata":    regexp.MustCompile(`not-shown-again|0123456789abcdef|user:secret`),
}

func TestNothingLooksLikeACredential(t *testing.T) {
	t.Parallel()
	digest := regexp.MustCompile(`sha256:[0-9a-f]{64}`)
	fieldNames := regexp.MustCompile(`(required|preferred)DuringSchedulingIgnoredDuringExecution`)
	eachCase(t, func(t *testing.T, c goldenCase) {
		items, results := c.run()
		foreign := map[string]bool{}
		for _, item := range c.items {
			foreign[item.GetKind()+"/"+item.GetName()] = true
		}
		items = slices.DeleteFunc(items, func(item *yaml.RNode) bool {
			return foreign[item.GetKind()+"/"+item.GetName()]
		})
		for _, item := range items {
			assert.NotEqual(t, "Secret", item.GetKind())
		}
		var lines bytes.Buffer
		fn.Report(&lines, c.profile, results)
		reported, err := yaml.Marshal(results)
		require.NoError(t, err)
		text := digest.ReplaceAllString(stream(t, items)+lines.String()+string(reported), "")
		text = fieldNames.ReplaceAllString(text, "")
		for what, pattern := range credentials {
			assert.Empty(t, pattern.FindString(text), what)
		}
	})
}

// TestOutputParses reads the output with two parsers that did not write it.
func TestOutputParses(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, c goldenCase) {
		var out, lines bytes.Buffer
		err := fn.Options{}.Run(c.list(t), &out, &lines)
		rl, parseErr := kptfn.ParseResourceList(out.Bytes())
		require.NoError(t, parseErr)
		assert.Equal(t, err != nil, v1alpha1.HasErrors(rl.Results))
		assert.Len(t, strings.Split(strings.TrimSuffix(lines.String(), "\n"), "\n"), max(1, len(rl.Results)), "a line a finding")
		if err != nil {
			return
		}
		for _, item := range rl.Items {
			var strict map[string]any
			require.NoError(t, sigsyaml.UnmarshalStrict([]byte(item.String()), &strict))
			if item.GetKind() == "Config" && item.GetName() == "cluster" && strings.HasPrefix(item.GetAPIVersion(), "imageregistry.") {
				assert.NotContains(t, strict["spec"], "storage")
			}
		}
	})
}

func TestEmittedObjectsAreMarkedAndUnique(t *testing.T) {
	eachRendered(t, func(t *testing.T, _ goldenCase, p *v1alpha1.RegistryProfile, resources []generators.Resource) {
		seen := map[string]bool{}
		for _, r := range resources {
			id := fmt.Sprintf("%s %s %s/%s", r.GetApiVersion(), r.GetKind(), r.GetNamespace(), r.GetName())
			assert.False(t, seen[id], id)
			seen[id] = true
			assert.Equal(t, generators.ManagedBy, r.GetLabels()[generators.ManagedByLabel], id)
			assert.Equal(t, p.Metadata.Name, r.GetAnnotations()[generators.ProfileAnnotation], id)
			for key := range r.GetAnnotations() {
				assert.NotContains(t, key, "local-config", "kustomize and kpt leave such objects out")
			}
		}
		names := fn.FileNames(resources)
		slices.Sort(names)
		assert.Len(t, slices.Compact(names), len(resources))
	})
}

// TestNoConfigHasStorage looks at the key, wherever it stands.
func TestNoConfigHasStorage(t *testing.T) {
	eachRendered(t, func(t *testing.T, _ goldenCase, _ *v1alpha1.RegistryProfile, resources []generators.Resource) {
		for _, r := range resources {
			if r.GetKind() != "Config" {
				continue
			}
			var object struct {
				Spec map[string]any `yaml:"spec"`
			}
			require.NoError(t, r.YNode().Decode(&object))
			for _, owned := range []string{"storage", "httpSecret", "observedConfig", "unsupportedConfigOverrides"} {
				assert.NotContains(t, object.Spec, owned)
			}
		}
	})
}
