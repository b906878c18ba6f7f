package v1alpha1

import (
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	hang       = time.Minute // no input takes as long, on the busiest machine
	mostMemory = 100 << 20   // that any input takes
)

// FuzzDecode: whatever parses as YAML is a profile or has findings, each on one
// line, and never both a profile and an error. Nothing hangs or takes much memory.
func FuzzDecode(f *testing.F) {
	addProfiles(f)
	for _, content := range largest() {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		began, before := time.Now(), allocated()
		p, n := decodeBytes(content)
		assert.Less(t, time.Since(began), hang)
		assert.Less(t, allocated()-before, uint64(mostMemory))
		if n == nil {
			return
		}
		_, results := Decode(n)
		assert.Equal(t, p == nil, finding.HasErrors(results))
		for _, r := range results {
			assert.NotEmpty(t, finding.CodeOf(r))
			assert.NotEmpty(t, r.Message)
			assert.NotContains(t, r.Message, "\n")
		}
	})
}

// FuzzRoundTrip: a profile with its defaults, written down, is the same profile.
func FuzzRoundTrip(f *testing.F) {
	addProfiles(f)
	f.Fuzz(func(t *testing.T, content []byte) {
		p, _ := decodeBytes(content)
		if p == nil {
			return
		}
		written, err := yaml.Marshal(p)
		require.NoError(t, err)
		n, err := yaml.Parse(string(written))
		require.NoError(t, err, "%s", written)
		again, results := Decode(n)
		require.NotNil(t, again, "%v\n%s", results, written)
		assert.Equal(t, p, again)
	})
}

// largest are inputs, of the most bytes that a profile may have, of which a parser
// makes many values.
func largest() []string {
	var inputs []string
	for _, repeated := range []string{"[],", "1,", "*a,", "{a: b},", "{<<: *a},", "\"\\u0041\",", "#\n ", "\n\n  #\n\n"} {
		const start, end = head + "spec: {odf: &a {}, registry: {routes: [", "]}}\n"
		inputs = append(inputs, start+strings.Repeat(repeated, (ynode.MostBytes-len(start)-len(end))/len(repeated))+end)
	}
	return inputs
}

// allocated is how many bytes have been allocated on the heap so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func decodeBytes(content []byte) (*RegistryProfile, *yaml.RNode) {
	if len(content) > ynode.MostBytes {
		return nil, nil
	}
	n, err := yaml.Parse(string(content))
	if err != nil {
		return nil, nil
	}
	p, _ := Decode(n)
	return p, n
}

// addProfiles seeds a fuzzer with the profiles of testdata.
func addProfiles(f *testing.F) {
	f.Helper()
	inputs, err := filepath.Glob("../../testdata/*/input.yaml")
	require.NoError(f, err)
	require.NotEmpty(f, inputs)
	for _, input := range inputs {
		content, err := os.ReadFile(input)
		require.NoError(f, err)
		n := yaml.MustParse(string(content))
		if n.GetKind() != kio.ResourceListKind {
			f.Add(content)
			continue
		}
		if config := n.Field("functionConfig"); config != nil {
			f.Add([]byte(config.Value.MustString()))
		}
	}
}
