package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const head = "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\n"

// bomb is YAML whose aliases would expand to a billion values.
func bomb(indent string) string {
	var b strings.Builder
	b.WriteString(indent + "a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		list := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", ")
		fmt.Fprintf(&b, "%sa%d: &a%d [%s]\n", indent, i, i, list)
	}
	return b.String()
}

func TestWrongInputIsOneLine(t *testing.T) {
	dir := write(t, "folder/file", "")
	for name, c := range map[string]struct{ content, want string }{
		"empty":              {"", ": is empty"},
		"comments":           {"# one\n---\n# two\n", ": is empty"},
		"null":               {"---\nnull\n", ": is empty"},
		"binary":             {"\x7fELF\x00\xff\xfe", ": is not UTF-8 text"},
		"zero byte":          {head + "metadata: {name: a\x00b}\n", ": is not UTF-8 text"},
		"latin 1":            {head + "metadata: {name: \"caf\xe9\"}\n", ": is not UTF-8 text"},
		"no YAML":            {head + "metadata: {name: a\nspec: {}\n", ": is not YAML: "},
		"tabs":               {head + "metadata:\n\tname: a\n", ":4: is not YAML: a tab stands in the indentation; write spaces [yaml]"},
		"tab after spaces":   {head + "metadata:\n  name: a\nspec:\n  odf:\n  \tnamespace: b\n", ":7: is not YAML: a tab stands"},
		"tab in a list":      {head + "metadata: {name: a}\nspec:\n  registry:\n    routes:\n    -\tname: b\n    - \tc: d\n   e: f\n", ":7: is not YAML: a tab stands"},
		"Helm":               {head + "metadata:\n  name: a\n{{- if .Values.spec }}\nspec: {}\n{{- end }}\n", ":5: is not YAML: a template stands there that nothing has filled in; write the value [template]"},
		"half a template":    {head + "metadata: {name: a}\nspec:\n  bootstrap:\n    image: {{ .image }}:v1\n", ":6: is not YAML: a template stands"},
		"comment on one":     {head + "# {{ x }}\nmetadata: {name: a\nspec: {}\n", ": is not YAML: did not find"},
		"unknown alias":      {head + "metadata: {name: *a}\n", ": is not YAML: unknown anchor"},
		"JSON garbage":       {`{"apiVersion": [}`, ": is not YAML: "},
		"list":               {"[1, 2]", "the input is not a RegistryProfile"},
		"word":               {"hello", "the input is not a RegistryProfile"},
		"List":               {"apiVersion: v1\nkind: List\nitems: []\n", `"v1 List" is not a RegistryProfile`},
		"ConfigMap":          {usersConfigMap, `"v1 ConfigMap" is not a RegistryProfile`},
		"other version":      {strings.Replace(profile("a", "{}"), "v1alpha1", "v1", 1), `"registryprofile.dev/v1 RegistryProfile" is not`},
		"kind of wrong type": {"apiVersion: {a: b}\nkind: [a]\n", "the input is not a RegistryProfile"},
		"two profiles":       {profile("a", "{}") + "---\n" + profile("b", "{}"), ": holds 2 documents"},
		"profile and object": {profile("a", "{}") + "---\n" + usersConfigMap, ": holds 2 documents"},
		"too large":          {head + strings.Repeat("# comment\n", 1<<20), " bytes; a RegistryProfile has at most 262144"},
		"too many values":    {profile("a", "\n"+strings.Repeat("- a\n", 20000)), "[yaml]"},
		"bomb":               {profile("a", "\n"+bomb("  ")), "[yaml]"},
		"endless alias":      {head + "metadata: {name: a}\nspec: &s {odf: *s}\n", "[yaml]"},
		"endless merge":      {head + "metadata: {name: a}\nspec: &s {<<: *s}\n", "[yaml]"},
		"deep lists":         {strings.Repeat("[", 200_000), ": is not YAML: "},
		"deep objects":       {profile("a", strings.Repeat("{a: ", 5_000)+"1"+strings.Repeat("}", 5_000)), "]\n"},
		"duplicate key":      {profile("a", "{odf: {}, odf: {}}"), ":5: spec.odf: is set twice"},
		"name twice":         {head + "metadata: {name: a, name: b}\n", ":3: metadata.name: is set twice"},
		"metadata is a list": {head + "metadata: [1]\n", ":3: metadata: is a list"},
		"metadata is a word": {head + "metadata: x\n", `:3: metadata: "x" is a string`},
		"no metadata":        {head, ": metadata: "},
		"name is a list":     {head + "metadata: {name: [1]}\n", ":3: metadata.name: is a list"},
		"labels are a list":  {head + "metadata: {name: a, labels: [1]}\n", ":3: metadata.labels: is a list"},
		"object as a key":    {profile("a", "{? [a] : b}"), "has a key that is no text"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".yaml")
			require.NoError(t, os.WriteFile(file, []byte(c.content), 0o644))
			for _, args := range [][]string{{"render", file}, {"validate", file}, {file}, {"render", "-o", dir + "/out", file}} {
				r := run("", args...)
				assert.Equal(t, 1, r.code)
				assert.Empty(t, r.out)
				assert.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
				assert.True(t, strings.HasPrefix(r.err, "error: "+file+":"), r.err)
				assert.Contains(t, r.err, c.want)
				assert.NotContains(t, r.err, "internal fault")
				assert.NoDirExists(t, dir+"/out")
			}
			r := run(c.content, "render", "-")
			assert.Equal(t, 1, r.code)
			assert.Empty(t, r.out)
			assert.True(t, strings.HasPrefix(r.err, "error: stdin:"), r.err)
		})
	}
	for name, want := range map[string]string{"folder": "is a folder", "missing.yaml": "no such file", "folder/file/x.yaml": "not a directory"} {
		file := filepath.Join(dir, name)
		r := run("", "render", file)
		assert.Equal(t, 2, r.code)
		assert.Regexp(t, "^error: "+file+": .*"+want+".*\n$", r.err)
	}
}

// functionCode is the exit code of a function that has refused its input: 2 where there is
// no ResourceList that could be looked at.
func functionCode(r result) int {
	if strings.HasPrefix(r.err, "error: stdin is not a ResourceList") || strings.HasPrefix(r.err, "error: no command") {
		return 2
	}
	return 1
}

const listHead = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"

func TestWrongResourceListIsOneLine(t *testing.T) {
	good := "functionConfig: {apiVersion: registryprofile.dev/v1alpha1, kind: RegistryProfile, metadata: {name: a}}\n"
	for name, input := range map[string]string{
		"binary":                   "\x7fELF\x00\xff\xfe",
		"no YAML":                  listHead + "items: [a\nb: c",
		"JSON garbage":             `{"kind": [}`,
		"word":                     "hello",
		"list":                     "[1, 2]",
		"ConfigMap":                usersConfigMap,
		"a profile":                profile("a", "{}"),
		"two lists":                listHead + good + "---\n" + listHead + good,
		"null, and a second list":  listHead + good + "items: null\n---\n" + listHead + good,
		"null, and an object":      listHead + good + "items: null\n---\n" + usersConfigMap,
		"a key twice":              listHead + good + good,
		"items are an alias":       listHead + good + "x: &n []\nitems: *n\n",
		"items are an alias, null": listHead + good + "x: &n\nitems: *n\n",
		"config is an alias":       listHead + "x: &n {a: b}\nfunctionConfig: *n\n",
		"an item is an alias":      listHead + good + "items: [&n {kind: ConfigMap}, *n]\n",
		"an alias between items":   listHead + good + "items: [{kind: &n ConfigMap}, {kind: *n}]\n",
		"an alias to the config":   strings.Replace(listHead+good, "metadata:", "metadata: &n", 1) + "items: [{metadata: *n}]\n",
		"merged":                   listHead + good + "x: &n {items: []}\n<<: *n\n",
		"nothing in it":            listHead,
		"config is a number":       listHead + "functionConfig: 3\n",
		"config is a list":         listHead + "functionConfig: [1]\n",
		"config is null":           listHead + "functionConfig:\nitems:\n",
		"config is a ConfigMap":    resourceList(t, usersConfigMap),
		"config's metadata a list": listHead + "functionConfig: {apiVersion: registryprofile.dev/v1alpha1, kind: RegistryProfile, metadata: [1]}\n",
		"config is a bomb":         resourceList(t, profile("a", "\n"+bomb("  "))),
		"config has long values":   resourceList(t, profile("a", "{odf: {namespace: "+strings.Repeat("x", 2<<20)+"}}")),
		"items are an object":      listHead + good + "items: {a: b}\n",
		"items are a number":       listHead + good + "items: 3\n",
		"items are a word":         listHead + good + "items: all\n",
		"config is an empty list":  listHead + "functionConfig: []\nitems: []\n",
		"results are scalars":      listHead + good + "results: [3]\n",
		"results are an object":    listHead + good + "results: {items: [{message: a}]}\n",
		"a result of other types":  listHead + good + "results: [{message: [1]}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := run(input)
			assert.Equal(t, functionCode(r), r.code)
			assert.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
			assert.True(t, strings.HasPrefix(r.err, "error: "), r.err)
			assert.NotRegexp(t, `internal fault|internal\.|incorrect type|unmarshal|node kind|\bfn\.`, r.err, "words of a library")
			assert.LessOrEqual(t, len(r.err), 500)
			assert.NotContains(t, r.out, "ObjectBucketClaim")
		})
	}
}

// TestNullInAResourceList: null is as good as nothing.
func TestNullInAResourceList(t *testing.T) {
	good := "functionConfig: {apiVersion: registryprofile.dev/v1alpha1, kind: RegistryProfile, metadata: {name: a}}\n"
	for with, without := range map[string]string{
		listHead + good + "items: null\n":                 listHead + good,
		listHead + good + "items:\nresults: ~\n":          listHead + good,
		listHead + "functionConfig: null\nitems: []\n":    listHead + "items: []\n",
		listHead + "functionConfig:\nitems:\n":            listHead,
		"---\n# begin\n---\n" + listHead + good + "---\n": listHead + good,
	} {
		assert.Equal(t, run(without), run(with), with)
	}
	assert.Zero(t, run(listHead+good+"items: null\n").code)
	assert.Contains(t, run(listHead+good+"items: {a: b}\n").err, "items is no list")
	assert.Contains(t, run(listHead+"functionConfig: [1]\n").err, "functionConfig is no object")
}

// TestItemsThatAreNoObjects: the list comes back as it was, with what is wrong with it.
func TestItemsThatAreNoObjects(t *testing.T) {
	r := run(resourceList(t, profile("a", "{}"), usersConfigMap, "null", "3", "[]") + "results: [{message: before}]\n")
	assert.Equal(t, 1, r.code)
	for _, item := range []string{"items[1]", "items[2]", "items[3]"} {
		assert.Contains(t, r.err, "error: RegistryProfile/a: "+item+": is no object; remove it, or write its fields [yaml]\n")
	}
	list := objects(t, r.out)[0]
	assert.Equal(t, []any{objects(t, usersConfigMap)[0], nil, 3, []any{}}, at(list, "items"))
	assert.Len(t, at(list, "results"), 4)
	assert.Len(t, at(objects(t, run(listHead+"items: [null]\nresults: null\n").out)[0], "results"), 1)
}

// Items are anybody's, and are only passed through.
func TestStrangeItemsPassThrough(t *testing.T) {
	for name, item := range map[string]string{
		"empty":                "{}",
		"metadata is a word":   "{apiVersion: v1, kind: ConfigMap, metadata: x}",
		"metadata is a list":   "{apiVersion: v1, kind: ConfigMap, metadata: [1]}",
		"kind is a list":       "{kind: [a], metadata: {name: b}}",
		"annotations are list": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: [1]}}",
		"a List":               "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}",
		"aliases of its own":   "{apiVersion: v1, kind: ConfigMap, metadata: {name: &a b, labels: {c: *a}}}",
		"labels are numbers":   "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {b: 1}}}",
	} {
		t.Run(name, func(t *testing.T) {
			out := good(t, resourceList(t, profile("a", "{}"), item))
			list := objects(t, out)[0].(map[string]any)["items"].([]any)
			assert.Equal(t, objects(t, item)[0], list[0])
			assert.Greater(t, len(list), 10)
		})
	}
}

func TestNoInputSaysHowToUseIt(t *testing.T) {
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	for _, r := range []result{run(""), run("\n \n"), run("", "--strict")} {
		assert.Equal(t, result{code: 2, err: "error: no command, and no ResourceList on stdin; " +
			"write registry-profile render FILE, or see registry-profile --help\n"}, r)
	}
}

func TestWrongCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"rendr":                         `unknown command "rendr"; did you mean "render"?`,
		"frobnicate":                    `unknown command "frobnicate"; see registry-profile --help`,
		"a b":                           `unknown command "a"`,
		"--strct":                       "unknown flag: --strct",
		"no/such.yaml":                  "no/such.yaml: no such file",
		"render":                        "name the file of a RegistryProfile, or - for stdin",
		"render a.yaml b.yaml":          "add --output DIR",
		"render --fleet a.yaml":         "add --output DIR",
		"render - b.yaml":               "- cannot be read beside other files",
		"render --output a --check a x": "use one of them",
		"render --check":                "flag needs an argument",
		"validate":                      "name the file of a RegistryProfile, or - for stdin",
		"install":                       "say where to",
		"install --bin-dir /proc/x":     "/proc/x",
		"version now":                   "unknown command",
	} {
		r := run("", strings.Fields(line)...)
		assert.Equal(t, 2, r.code, line)
		assert.Empty(t, r.out, line)
		assert.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
		assert.Contains(t, r.err, want, line)
	}
}

func TestFindingsNameFileAndLine(t *testing.T) {
	dir := write(t, "a.yaml", head+"metadata:\n  name: a\nspec:\n  registry:\n    replicas: 0\n  pruner:\n    keepYoungerThanDuration: 30d\n", "b.yaml", profile("b", "{odf: {namespase: x}}"), "c.yaml", profile("c", "{}"))
	r := run("", "validate", dir+"/a.yaml", dir+"/b.yaml", dir+"/c.yaml", dir+"/d.yaml")
	assert.Equal(t, 2, r.code)
	assert.Empty(t, r.out)
	lines := strings.Split(strings.TrimSpace(r.err), "\n")
	require.Len(t, lines, 4)
	for i, want := range []string{
		dir + "/a.yaml:7: spec.registry.replicas: ",
		dir + "/a.yaml:9: spec.pruner.keepYoungerThanDuration: ",
		dir + "/b.yaml:5: spec.odf.namespase: ",
		dir + "/d.yaml: no such file",
	} {
		assert.True(t, strings.HasPrefix(lines[i], "error: "+want), lines[i])
	}
}
