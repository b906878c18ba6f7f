// Package cases holds the golden cases of testdata, for the tests of every package.
//
// A case is a folder: input.yaml is a profile or a ResourceList, expected.yaml the items
// that come out, results.yaml the findings. The case "minimal" stores its items whole,
// every other one the items in which it differs from minimal, so that a change of one
// kind of object changes the goldens that are about it. A refused input has no
// expected.yaml.
//
// A folder with a stream.yaml instead is a FinalStream.
package cases

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/generators/bootstrap"
	"github.com/registryprofile/registry-profile/generators/smoke"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Update asks the tests to write golden files instead of comparing with them.
var Update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// Minimal is the case from which the others differ.
const Minimal = "minimal"

// Case is one folder of testdata.
type Case struct {
	Name, Dir string
	// Profile is nil where a ResourceList has no functionConfig.
	Profile *yaml.RNode
	// Items are the other items of a ResourceList.
	Items []*yaml.RNode
}

// Root returns the folder of the module's go.mod, seen from the test's folder.
func Root(t testing.TB) string {
	t.Helper()
	for dir := "."; len(dir) < 64; dir = filepath.Join(dir, "..") {
		if _, err := os.Stat(filepath.Join(dir, "testdata", Minimal)); err == nil {
			return dir
		}
	}
	require.FailNow(t, "no folder above has testdata")
	return ""
}

// All returns every case, by name.
func All(t testing.TB) []Case {
	t.Helper()
	inputs, err := filepath.Glob(filepath.Join(Root(t), "testdata", "*", "input.yaml"))
	require.NoError(t, err)
	require.Greater(t, len(inputs), 60)
	all := make([]Case, len(inputs))
	for i, input := range inputs {
		content, err := os.ReadFile(input)
		require.NoError(t, err)
		dir := filepath.Dir(input)
		all[i] = Case{Name: filepath.Base(dir), Dir: dir, Profile: yaml.MustParse(string(content))}
		if all[i].Profile.GetKind() == kio.ResourceListKind {
			all[i].Profile, all[i].Items = split(t, all[i].Profile)
		}
	}
	return all
}

// Each runs a test on every case.
func Each(t *testing.T, test func(t *testing.T, c Case)) {
	t.Helper()
	for _, c := range All(t) {
		t.Run(c.Name, func(t *testing.T) { test(t, c) })
	}
}

// EachRendered runs a test on every case whose profile is good.
func EachRendered(t *testing.T, test func(*testing.T, *v1alpha1.RegistryProfile, []generators.Resource)) {
	t.Helper()
	rendered := 0
	Each(t, func(t *testing.T, c Case) {
		if p, _ := v1alpha1.Decode(c.Profile); p != nil {
			rendered++
			test(t, p, generators.Expand(p))
		}
	})
	require.Greater(t, rendered, 40)
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

// Golden compares a text with a file, which is absent where the text is empty.
func Golden(t testing.TB, path, actual string) {
	t.Helper()
	if *Update && actual == "" {
		require.NoError(t, os.RemoveAll(path))
		return
	}
	if *Update {
		require.NoError(t, os.WriteFile(path, []byte(actual), 0o644))
		return
	}
	expected, err := os.ReadFile(path)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	if string(expected) != actual {
		t.Errorf("%s is not what came out; if this is meant: make update-golden\n%s",
			path, udiff.Unified("expected", "actual", string(expected), actual))
	}
}

// Finding is a result as results.yaml shows it.
type Finding struct {
	Severity string `yaml:"severity"`
	Item     string `yaml:"item,omitempty"`
	Field    string `yaml:"field,omitempty"`
	Message  string `yaml:"message"`
	Code     string `yaml:"code"`
}

// Findings returns results as results.yaml shows them.
func Findings(results kptfn.Results) []Finding {
	var all []Finding
	for _, r := range results {
		f := Finding{
			Severity: string(r.Severity), Message: r.Message, Code: finding.CodeOf(r), Field: finding.Path(r),
		}
		if ref := r.ResourceRef; ref != nil && ref.Kind != v1alpha1.Kind {
			f.Item = ref.Kind + "/" + ref.Name
		}
		all = append(all, f)
	}
	return all
}

// FindingsText returns the text of results.yaml.
func FindingsText(t testing.TB, results kptfn.Results) string {
	t.Helper()
	if len(results) == 0 {
		return ""
	}
	content, err := yaml.Marshal(Findings(results))
	require.NoError(t, err)
	return string(content)
}

// scripts are the texts for which goldens have the names of the files that hold them, by their
// keys in a ConfigMap.
var scripts = map[string]struct{ text, file string }{
	generators.ScriptFile:      {bootstrap.Script(), "generators/bootstrap/bootstrap.sh"},
	generators.SmokeScriptFile: {smoke.Script(), "generators/smoke/smoke-test.sh"},
}

// Documents returns the items as documents, with a word for the text of each script.
func Documents(t testing.TB, items []*yaml.RNode) []string {
	t.Helper()
	documents := make([]string, len(items))
	for i, item := range items {
		item = item.Copy()
		for key, script := range scripts {
			if item.GetDataMap()[key] == script.text {
				item.SetDataMap(map[string]string{key: script.file})
			}
		}
		document, err := item.String()
		require.NoError(t, err)
		documents[i] = document
	}
	return documents
}

// Stream returns the items as one text.
func Stream(t testing.TB, items []*yaml.RNode) string {
	t.Helper()
	return Join(Documents(t, items))
}

// Join returns documents as one text.
func Join(documents []string) string { return strings.Join(documents, "---\n") }

// dependsOn names the objects that kpt applies before.
var dependsOn = regexp.MustCompile(`(?m)^(    config.kubernetes.io/depends-on: ).*$`)

// content is the hash of what a Role says.
var content = regexp.MustCompile(`(?m)^(    ` + regexp.QuoteMeta(generators.ContentAnnotation) + `: ).*$`)

// Mask puts a word in the place of what a change elsewhere changes: of the two hashes that
// follow from each script, of the hash of a Role that names a Job, and of the list of the
// objects that kpt applies before. So goldens change with what they are about alone. That
// these values are the right ones is tested in generators.
func (c Case) Mask(documents []string) []string {
	var replace []string
	for name, hash := range map[string]string{"-bootstrap-": bootstrap.Hash(), "-smoke-test-": smoke.Hash()} {
		name = c.Profile.GetName() + name
		replace = append(replace, name+hash, name+"SCRIPT")
		job := regexp.MustCompile(`\nkind: Job\nmetadata:\n  name: (` + regexp.QuoteMeta(name) + `[0-9a-f]{8})\n`)
		for _, document := range documents {
			if found := job.FindStringSubmatch(document); found != nil {
				replace = append(replace, found[1], name+"HASH")
			}
		}
	}
	masked := make([]string, len(documents))
	for i, document := range documents {
		document = strings.NewReplacer(replace...).Replace(document)
		if strings.Contains(document, "\n  resourceNames:\n  - "+c.Profile.GetName()+"-bootstrap-HASH\n") {
			document = content.ReplaceAllString(document, "${1}HASH")
		}
		masked[i] = dependsOn.ReplaceAllString(document, "${1}STAGE-BEFORE")
	}
	return masked
}
