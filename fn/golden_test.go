package fn_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators/bootstrap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestGolden runs every case of testdata: input.yaml is a profile or a
// ResourceList, expected.yaml the items that come out, results.yaml the
// findings. A refused input has no expected.yaml.
func TestGolden(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			items, results := c.run()
			golden(t, filepath.Join(c.dir, "expected.yaml"), c.mask(stream(t, items)))
			golden(t, filepath.Join(c.dir, "results.yaml"), findings(t, results))
		})
	}
}

// goldenCase is one folder of testdata.
type goldenCase struct {
	name, dir string
	profile   *yaml.RNode
	items     []*yaml.RNode
}

func cases(t testing.TB) []goldenCase {
	t.Helper()
	inputs, err := filepath.Glob("../testdata/*/input.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	var all []goldenCase
	for _, input := range inputs {
		content, err := os.ReadFile(input)
		require.NoError(t, err)
		dir := filepath.Dir(input)
		c := goldenCase{name: filepath.Base(dir), dir: dir, profile: parse(t, string(content))}
		if c.profile.GetKind() == "ResourceList" {
			c.profile, c.items = split(t, c.profile)
		}
		all = append(all, c)
	}
	return all
}

// run transforms copies of the case's items.
func (c goldenCase) run() ([]*yaml.RNode, kptfn.Results) {
	return fn.Options{}.Transform(c.profile, copies(c.items))
}

// mask puts a word in the place of the script and of the two hashes that change
// with it, so that golden files tell what changes in the manifests alone. That
// the hashes are the right ones is tested in generators.
func (c goldenCase) mask(manifests string) string {
	script := sha256.Sum256([]byte(bootstrap.Script))
	name := c.profile.GetName() + "-bootstrap-"
	manifests = strings.ReplaceAll(manifests, name+hex.EncodeToString(script[:4]), name+"SCRIPT")
	job := regexp.MustCompile(`\nkind: Job\nmetadata:\n  name: (` + regexp.QuoteMeta(name) + `[0-9a-f]{8})\n`)
	if found := job.FindStringSubmatch(manifests); found != nil {
		manifests = strings.ReplaceAll(manifests, found[1], name+"HASH")
	}
	return manifests
}

func split(t testing.TB, list *yaml.RNode) (profile *yaml.RNode, items []*yaml.RNode) {
	t.Helper()
	profile, err := list.Pipe(yaml.Lookup("functionConfig"))
	require.NoError(t, err)
	node, err := list.Pipe(yaml.Lookup("items"))
	require.NoError(t, err)
	if node != nil {
		items, err = node.Elements()
		require.NoError(t, err)
	}
	return profile, items
}

func copies(items []*yaml.RNode) []*yaml.RNode {
	copied := make([]*yaml.RNode, len(items))
	for i, item := range items {
		copied[i] = item.Copy()
	}
	return copied
}

func parse(t testing.TB, content string) *yaml.RNode {
	t.Helper()
	node, err := yaml.Parse(content)
	require.NoError(t, err)
	return node
}

// stream writes items as documents, with a word for the script's text.
func stream(t testing.TB, items []*yaml.RNode) string {
	t.Helper()
	var documents []string
	for _, item := range items {
		item = item.Copy()
		if script := item.GetDataMap()["bootstrap.sh"]; script == bootstrap.Script {
			item.SetDataMap(map[string]string{"bootstrap.sh": "generators/bootstrap/bootstrap.sh"})
		}
		document, err := item.String()
		require.NoError(t, err)
		documents = append(documents, document)
	}
	return strings.Join(documents, "---\n")
}

// finding is a result as results.yaml shows it.
type finding struct {
	Severity string `yaml:"severity"`
	Item     string `yaml:"item,omitempty"`
	Field    string `yaml:"field,omitempty"`
	Message  string `yaml:"message"`
	Code     string `yaml:"code"`
}

func findings(t testing.TB, results kptfn.Results) string {
	t.Helper()
	if len(results) == 0 {
		return ""
	}
	var all []finding
	for _, r := range results {
		f := finding{Severity: string(r.Severity), Message: r.Message, Code: v1alpha1.Code(r)}
		if r.Field != nil {
			f.Field = r.Field.Path
		}
		if ref := r.ResourceRef; ref != nil && ref.Kind != v1alpha1.Kind {
			f.Item = ref.Kind + "/" + ref.Name
		}
		all = append(all, f)
	}
	content, err := yaml.Marshal(all)
	require.NoError(t, err)
	return string(content)
}

// golden compares with a file, which is absent where there is nothing to
// compare.
func golden(t *testing.T, path, actual string) {
	t.Helper()
	if *update && actual == "" {
		require.NoError(t, os.RemoveAll(path))
		return
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(actual), 0o644))
		return
	}
	expected, err := os.ReadFile(path)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	assert.Equal(t, string(bytes.TrimRight(expected, "\n")), strings.TrimRight(actual, "\n"), "if this is meant: go test ./fn -update")
}
