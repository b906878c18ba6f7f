package fn_test

import (
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	cases.Each(t, func(t *testing.T, c cases.Case) {
		once, results := run(t, c)
		again, resultsAgain := run(t, c)
		assert.Equal(t, cases.Stream(t, once), cases.Stream(t, again))
		assert.Equal(t, cases.FindingsText(t, results), cases.FindingsText(t, resultsAgain))
	})
}

func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	cases.Each(t, func(t *testing.T, c cases.Case) {
		once, results := run(t, c)
		if finding.HasErrors(results) {
			return
		}
		before := cases.Stream(t, once)
		twice, _ := process(t, fn.Processor{}, c.Profile, once)
		assert.Equal(t, before, cases.Stream(t, twice))
	})
}

func TestOrderOfItemsDoesNotMatter(t *testing.T) {
	cases.Each(t, func(t *testing.T, c cases.Case) {
		if len(c.Items) < 2 {
			return
		}
		items, results := run(t, c)
		expected, expectedFindings := sorted(t, items), cases.FindingsText(t, results)
		random := rand.New(rand.NewSource(1))
		for range 3 {
			shuffled := slices.Clone(c.Items)
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			items, results := process(t, fn.Processor{}, c.Profile, shuffled)
			assert.Equal(t, expected, sorted(t, items))
			assert.Equal(t, expectedFindings, cases.FindingsText(t, results))
		}
	})
}

func sorted(t testing.TB, items []*yaml.RNode) []string {
	t.Helper()
	var documents []string
	for _, item := range items {
		documents = append(documents, cases.Stream(t, []*yaml.RNode{item}))
	}
	slices.Sort(documents)
	return documents
}

func TestFailureReturnsTheItemsUntouched(t *testing.T) {
	t.Parallel()
	refused := 0
	cases.Each(t, func(t *testing.T, c cases.Case) {
		kept := yaml.MustParse("{apiVersion: v1, kind: Secret, metadata: {name: kept}} # as it is")
		rl := list(c.Profile, append(slices.Clone(c.Items), kept))
		before := rl.Items.String()
		ok, err := fn.Processor{}.Process(rl)
		require.NoError(t, err)
		assert.Equal(t, !ok, finding.HasErrors(rl.Results))
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
	dependsOn := regexp.MustCompile(`config.kubernetes.io/depends-on: .*`) // paths of objects
	names := regexp.MustCompile(`(required|preferred)DuringSchedulingIgnoredDuringExecution|CustomResourceDefinition`)
	cases.Each(t, func(t *testing.T, c cases.Case) {
		items, results := run(t, c)
		foreign := map[string]bool{}
		for _, item := range c.Items {
			foreign[item.GetKind()+"/"+item.GetName()] = true
		}
		items = slices.DeleteFunc(items, func(item *yaml.RNode) bool {
			return foreign[item.GetKind()+"/"+item.GetName()]
		})
		for _, item := range items {
			assert.NotEqual(t, "Secret", item.GetKind())
		}
		var lines strings.Builder
		for _, r := range results {
			lines.WriteString(finding.Line(r, "", v1alpha1.Kind))
		}
		reported, err := yaml.Marshal(results)
		require.NoError(t, err)
		text := digest.ReplaceAllString(cases.Stream(t, items)+lines.String()+string(reported), "")
		text = names.ReplaceAllString(text, "")
		text = dependsOn.ReplaceAllString(text, "")
		for what, pattern := range credentials {
			assert.Empty(t, pattern.FindString(text), what)
		}
	})
}
