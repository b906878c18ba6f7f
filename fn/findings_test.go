package fn_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/fn"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// described are the codes that are no rules, with the reason.
var described = []struct {
	title string
	codes [][2]string
}{
	{"The YAML", [][2]string{
		{v1alpha1.CodeNotAProfile, "The function's configuration, or the file, is another object or another version of the API."},
		{v1alpha1.CodeYAML, "The YAML cannot be understood, or is far larger than a profile."},
		{v1alpha1.CodeDuplicateKey, "Of two values of one key the reader sees one and the parser takes the other."},
	}},
	{"The schema", [][2]string{
		{v1alpha1.CodeUnknownField, "A field that the API does not have would be ignored without a word."},
		{v1alpha1.CodeWrongType, "A value has another type than the field. YAML reads 4.20 as the number 4.2, so strings that look like something else need quotes."},
		{v1alpha1.CodeRequired, "A field without which its object means nothing is missing."},
		{v1alpha1.CodeNotAllowed, "A value is none of those that the field may have; case matters."},
		{v1alpha1.CodeOutOfRange, "A number is too small or too large."},
		{v1alpha1.CodeEmpty, "An empty value hides the default; whoever wants the default removes the line."},
		{v1alpha1.CodeDuplicate, "A list that is a set holds an item twice."},
	}},
	{"Fields that are refused on purpose", [][2]string{
		{"registry-storage", "Two writers of the storage would switch it back and forth; the Job alone does it, guarded."},
		{"registry-management-state", "Managed before the storage degrades the operator; Removed after it takes the registry down."},
		{"registry-http-secret", "A credential must not stand in Git."},
		{"registry-operator-field", "The operator writes these fields, or they block upgrades."},
		{"storage-encrypt", "Server-side encryption by S3 header fails on ODF; ODF encrypts at rest by itself."},
	}},
	{"The other items of the stream", [][2]string{
		{fn.CodeTwoProfiles, "A cluster has one registry: two profiles would overwrite each other's Config at every sync."},
		{fn.CodeForeignObject, "An object of that name exists and is not ours, so it may hold something that an overwrite would lose."},
		{fn.CodeDuplicateItem, "Which of two objects of one name is meant cannot be known."},
		{fn.CodeConfigStorage, "A Config of your own is merged with the profile, but for the storage, which the Job owns."},
		{fn.CodeConfigSecret, "A credential must not stand in Git."},
		{fn.CodeItemYAML, "A storage that comes by an alias or a merge key would pass the check of the Config."},
		{fn.CodeSingletonName, "The operator reads the objects named cluster and no others."},
		{fn.CodeConfigState, "Whatever is not Managed takes the registry down after the Job has switched it on."},
	}},
}

const findingsIntro = `# Findings

<!-- Written by "go test ./fn -update" from the rules and the cases of testdata. -->

Everything that is wrong with a profile is reported at once, each finding on one
line of stderr and as one entry of the function's results:

    SEVERITY: PLACE: FIELD: WHAT IS WRONG; WHAT TO WRITE INSTEAD [CODE]

PLACE is the file and the line, or RegistryProfile/NAME where kustomize or kpt calls;
KIND/NAME follows where the finding is about another object of the stream.

An error stops everything: exit code 1, and the items that came in go out as they
were. A warning does not, unless --strict makes it an error. Codes are stable.
`

// TestFindingsDoc holds docs/findings.md to the rules and to what the program
// says in the cases of testdata.
func TestFindingsDoc(t *testing.T) {
	examples := exampleFindings(t)
	var b strings.Builder
	b.WriteString(findingsIntro)
	section(&b, "Rules")
	for _, rule := range v1alpha1.Rules() {
		row(t, &b, rule.Code, rule.Doc, examples)
	}
	known := map[string]bool{}
	for _, group := range described {
		section(&b, group.title)
		for _, code := range group.codes {
			row(t, &b, code[0], code[1], examples)
			known[code[0]] = true
		}
	}
	for _, code := range append(codesIn(t, "."), codesIn(t, "v1alpha1")...) {
		assert.True(t, known[code], "%q is not described", code)
	}
	golden(t, "../docs/findings.md", b.String())
}

func section(b *strings.Builder, title string) {
	fmt.Fprintf(b, "\n## %s\n\n| code | severity | why | for example |\n|---|---|---|---|\n", title)
}

func row(t *testing.T, b *strings.Builder, code, why string, examples map[string]finding) {
	t.Helper()
	example, ok := examples[code]
	require.True(t, ok, "no case shows %s", code)
	shown := example.Message
	for _, where := range []string{example.Field, example.Item} {
		if where != "" {
			shown = where + ": " + shown
		}
	}
	cells := strings.ReplaceAll(fmt.Sprintf("%s\x00%s\x00%s", example.Severity, why, "`"+shown+"`"), "|", `\|`)
	fmt.Fprintf(b, "| %s | %s |\n", code, strings.ReplaceAll(cells, "\x00", " | "))
}

// exampleFindings returns the first finding of each code in testdata, from a
// case named after it if there is one.
func exampleFindings(t *testing.T) map[string]finding {
	t.Helper()
	files, err := filepath.Glob("../testdata/*/results.yaml")
	require.NoError(t, err)
	examples := map[string]finding{}
	named := map[string]bool{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var all []finding
		require.NoError(t, yaml.Unmarshal(content, &all))
		for _, f := range all {
			byName := strings.Contains(filepath.Dir(file), "-"+f.Code)
			if _, ok := examples[f.Code]; !ok || byName && !named[f.Code] {
				examples[f.Code] = f
				named[f.Code] = byName
			}
		}
	}
	return examples
}
