package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// programs is the folder of the programs that tests run: the one that is tested,
// freshly built, and this test itself under the names of kustomize and kpt.
var programs string

func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "kustomize":
		os.Exit(kustomizeMain(os.Args[1:]))
	case "kpt":
		os.Exit(kptMain(os.Args[1:]))
	}
	code, err := withPrograms(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withPrograms(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "registry-profile-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	programs = dir
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "registry-profile"), "../../cmd/registry-profile")
	if output, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the program: %w\n%s", err, output)
	}
	self, err := os.Executable()
	if err != nil {
		return 1, err
	}
	for _, name := range []string{"kustomize", "kpt"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			return 1, err
		}
	}
	// Nothing of the machine's own set-up may be found.
	for name, value := range map[string]string{"PATH": dir + ":" + os.Getenv("PATH"), "KUSTOMIZE_PLUGIN_HOME": "", "XDG_CONFIG_HOME": dir} {
		if err := os.Setenv(name, value); err != nil {
			return 1, err
		}
	}
	return run(), nil
}

// result is what a run of the program left.
type result struct {
	code     int
	out, err string
}

// run runs the program in this process.
func run(stdin string, args ...string) result {
	var out, err bytes.Buffer
	code := cli.Main(args, strings.NewReader(stdin), &out, &err)
	return result{code, out.String(), err.String()}
}

// good runs the program and demands that it has nothing to say.
func good(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	r := run(stdin, args...)
	require.Empty(t, r.err)
	require.Zero(t, r.code)
	return r.out
}

// start runs the freshly built program, as a process.
func start(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	command := exec.Command(filepath.Join(programs, "registry-profile"), args...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &out, &err
	if failure := command.Run(); failure != nil {
		require.IsType(t, &exec.ExitError{}, failure)
	}
	return result{command.ProcessState.ExitCode(), out.String(), err.String()}
}

// profile returns the text of a profile with a spec, one line of YAML.
func profile(name, spec string) string {
	return "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata:\n  name: " + name + "\nspec: " + spec + "\n"
}

// write writes files, given as name and content in turn, and returns their folder.
func write(t *testing.T, namesAndContents ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(namesAndContents); i += 2 {
		path := filepath.Join(dir, namesAndContents[i])
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(namesAndContents[i+1]), 0o644))
	}
	return dir
}

// tree returns the content of every file below a folder, by its path in there.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(content)
		return err
	}))
	return files
}

// objects parses a YAML stream into plain values.
func objects(t *testing.T, stream string) []any {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(stream))
	var objects []any
	for {
		var object any
		if err := decoder.Decode(&object); err != nil {
			require.EqualError(t, err, "EOF")
			return objects
		}
		objects = append(objects, object)
	}
}

// at returns what stands at a path of keys.
func at(object any, path ...string) any {
	for _, key := range path {
		m, ok := object.(map[string]any)
		if !ok {
			return nil
		}
		object = m[key]
	}
	return object
}

// id names an object.
func id(object any) string {
	return fmt.Sprint(at(object, "kind"), "/", at(object, "metadata", "namespace"), "/", at(object, "metadata", "name"))
}

// byID indexes objects, of which no two may be the same.
func byID(t *testing.T, objects []any) map[string]any {
	t.Helper()
	index := map[string]any{}
	for _, object := range objects {
		require.NotContains(t, index, id(object))
		index[id(object)] = object
	}
	return index
}

// items returns the items of a ResourceList, without what only a ResourceList
// has, and without profiles.
func items(t *testing.T, resourceList string) []any {
	t.Helper()
	lists := objects(t, resourceList)
	require.Len(t, lists, 1)
	var items []any
	list, _ := at(lists[0], "items").([]any)
	for _, item := range list {
		if at(item, "kind") == "RegistryProfile" || at(item, "kind") == "Kptfile" {
			continue
		}
		if annotations, ok := at(item, "metadata", "annotations").(map[string]any); ok {
			delete(annotations, kioutil.PathAnnotation)
			delete(annotations, kioutil.IndexAnnotation)
		}
		items = append(items, item)
	}
	return items
}

// minimalResources are what a profile renders that sets nothing.
func minimalResources() []generators.Resource {
	p, _ := v1alpha1.Decode(yaml.MustParse(profile("registry", "{}")))
	return generators.Expand(p)
}

// temporaryName returns a name that the program could give to a file that is not complete yet.
func temporaryName(letter string) string { return ".registry-profile-" + strings.Repeat(letter, 26) }

// fileOf returns the name of the file of the first object of a kind.
func fileOf(kind string) string {
	for _, r := range minimalResources() {
		if r.GetKind() == kind {
			return r.FileName()
		}
	}
	panic("a minimal profile has no " + kind)
}

// allFiles is the number of files of a profile that sets nothing, with its
// kustomization.yaml.
func allFiles() int { return len(minimalResources()) + 1 }
