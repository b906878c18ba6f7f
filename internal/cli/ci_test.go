package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// pipeline is a snippet of docs/ci.md, as far as it can be run here: its commands, and the
// files that it hands to the CI system. The installation needs the network and is left out,
// and so is what belongs to the CI system.
type pipeline struct {
	commands [][]string
	reports  []string
}

func TestPipelines(t *testing.T) {
	for name, p := range pipelines(t) {
		t.Run(name, func(t *testing.T) {
			require.NotEmpty(t, p.commands)
			gitRepository(t)
			assert.Zero(t, p.run(t))
			for _, report := range p.reports {
				assert.FileExists(t, report)
			}

			gitRepository(t)
			writeProfile(t, "{pruner: {keepYoungerThanDuration: 30d}}")
			assert.Equal(t, 1, p.run(t), "a wrong profile")
			if len(p.reports) > 0 {
				report, err := os.ReadFile(p.reports[0])
				require.NoError(t, err)
				assert.Contains(t, string(report), "pruner-duration")
			}

			gitRepository(t)
			writeProfile(t, "{registry: {replicas: 3}}")
			assert.Equal(t, 1, p.run(t), "a stale folder")

			gitRepository(t)
			require.NoError(t, os.WriteFile("registry/mine.yaml", []byte(wrongConfig), 0o644))
			assert.Equal(t, 1, p.run(t), "a manifest that must not be delivered")

			gitRepository(t)
			require.NoError(t, os.Remove("profile.yaml"))
			assert.Equal(t, 2, p.run(t), "no profile")
		})
	}
}

// gitRepository makes a repository of a profile and its rendered folder, and enters it.
func gitRepository(t *testing.T) {
	t.Helper()
	t.Chdir(write(t, "profile.yaml", profile("registry", "{}")))
	good(t, "", "render", "-o", "registry", "profile.yaml")
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}} {
		out, err := exec.Command("git", args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

func writeProfile(t *testing.T, spec string) {
	t.Helper()
	require.NoError(t, os.WriteFile("profile.yaml", []byte(profile("registry", spec)), 0o644))
}

// run runs the commands in turn, as processes, and returns the exit code of the first that
// fails.
func (p pipeline) run(t *testing.T) int {
	t.Helper()
	for _, command := range p.commands {
		cmd := exec.Command(command[0], command[1:]...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			require.IsType(t, &exec.ExitError{}, err, string(out))
			return cmd.ProcessState.ExitCode()
		}
	}
	return 0
}

// pipelines reads the snippets of docs/ci.md, none of which may have a field that is not
// known here.
func pipelines(t *testing.T) map[string]pipeline {
	t.Helper()
	var github struct {
		Name        string
		On          []string
		Permissions map[string]string
		Jobs        map[string]struct {
			RunsOn string `yaml:"runs-on"`
			Steps  []struct {
				Name, Uses, Run, If string
				With                map[string]string
			}
		}
	}
	var gitlab map[string]struct {
		Image     string
		Before    []string `yaml:"before_script"`
		Script    []string
		Artifacts struct {
			When    string
			Reports struct{ JUnit []string }
		}
	}
	var tekton struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   map[string]string
		Spec       struct {
			Workspaces   []map[string]string
			StepTemplate struct {
				Image      string
				WorkingDir string `yaml:"workingDir"`
				Command    []string
			} `yaml:"stepTemplate"`
			Steps []struct {
				Name string
				Args []string
			}
		}
	}
	decodeSnippet(t, "GitHub Actions", &github)
	decodeSnippet(t, "GitLab CI", &gitlab)
	decodeSnippet(t, "Tekton", &tekton)
	all := map[string]pipeline{}

	p := pipeline{}
	for _, step := range github.Jobs["registry"].Steps {
		if step.Run != "" && step.Name != "Install" {
			p.commands = append(p.commands, []string{"bash", "-e", "-c", step.Run})
		}
		if file := step.With["sarif_file"]; file != "" {
			p.reports = append(p.reports, file)
			assert.Contains(t, step.If, "hashFiles('"+file+"')")
		}
	}
	require.Len(t, p.reports, 2)
	all["GitHub Actions"] = p

	job := gitlab["registry"]
	all["GitLab CI"] = pipeline{[][]string{{"sh", "-ec", strings.Join(job.Script, "\n")}}, job.Artifacts.Reports.JUnit}
	require.Len(t, job.Artifacts.Reports.JUnit, 2)

	p = pipeline{}
	require.Equal(t, []string{"/registry-profile"}, tekton.Spec.StepTemplate.Command, "where the image has it")
	for _, step := range tekton.Spec.Steps {
		p.commands = append(p.commands, append([]string{"registry-profile"}, step.Args...))
	}
	all["Tekton"] = p
	return all
}

// snippet returns the first block of YAML below a heading of docs/ci.md.
func snippet(t *testing.T, heading string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "docs", "ci.md"))
	require.NoError(t, err)
	_, below, found := strings.Cut(string(content), "\n## "+heading+"\n")
	require.True(t, found, heading)
	for _, block := range fence.FindAllStringSubmatch(below, -1) {
		if block[1] == "yaml" {
			return block[2]
		}
	}
	require.FailNow(t, "no YAML below "+heading)
	return ""
}

func decodeSnippet(t *testing.T, heading string, into any) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(snippet(t, heading)))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(into), heading)
}

// repository is the folder of the repository, however a test has changed its own.
var repository, _ = filepath.Abs(root)

// hook is one of .pre-commit-hooks.yaml. pre-commit knows more fields; these are used.
type hook struct {
	ID, Name, Description, Entry, Language, Files string
	Args                                          []string
	PassFilenames                                 *bool `yaml:"pass_filenames"`
}

// TestPreCommitHooks does what pre-commit does, which is not here: it splits the entry into
// words, adds the args and, unless the hook does not want them, the files of the repository
// that match, and starts that in the repository's folder without a shell.
func TestPreCommitHooks(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(repository, ".pre-commit-hooks.yaml"))
	require.NoError(t, err)
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	var hooks []hook
	require.NoError(t, decoder.Decode(&hooks))
	require.Len(t, hooks, 3)

	var config struct {
		Repos []struct {
			Repo, Rev string
			Hooks     []struct {
				ID   string
				Args []string
			}
		}
	}
	decodeSnippet(t, "pre-commit", &config)
	for i, used := range config.Repos[0].Hooks {
		assert.Equal(t, hooks[i].ID, used.ID)
		assert.Equal(t, hooks[i].Args, used.Args)
	}

	// What pre-commit's language golang makes: "go install ./..." in a clone.
	list := exec.Command("go", "list", "-f", "{{.Name}} {{.ImportPath}}", "./...")
	list.Dir = repository
	packages, err := list.Output()
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^main .*/cmd/registry-profile$`, string(packages))

	broken := map[string]func(){
		"registry-profile-validate": func() { require.NoError(t, os.WriteFile("profile.yaml", []byte("a: b\n"), 0o644)) },
		"registry-profile-fresh":    func() { require.NoError(t, os.Remove(filepath.Join("registry", fileOf("Job")))) },
		"registry-profile-check": func() {
			require.NoError(t, os.WriteFile("registry/mine.yaml", []byte(wrongConfig), 0o644))
		},
	}
	for _, h := range hooks {
		t.Run(h.ID, func(t *testing.T) {
			assert.Equal(t, "golang", h.Language)
			gitRepository(t)
			assert.Zero(t, pipeline{commands: [][]string{h.command(t)}}.run(t))
			broken[h.ID]()
			assert.Equal(t, 1, pipeline{commands: [][]string{h.command(t)}}.run(t))
		})
	}
	for file, matches := range map[string]bool{
		"profile.yaml": true, "clusters/a/profile.yml": true, "profiles/a.yaml": true, "x/profiles/a.yml": true,
		"registry/600-config.yaml": false, "myprofile.yaml": false, "profiles/a/b.yaml": false, "profile.yaml.bak": false,
	} {
		assert.Equal(t, matches, regexp.MustCompile(hooks[0].Files).MatchString(file), file)
	}
}

func (h hook) command(t *testing.T) []string {
	t.Helper()
	command := append(strings.Fields(h.Entry), h.Args...)
	if h.PassFilenames != nil && !*h.PassFilenames {
		return command
	}
	out, err := exec.Command("git", "ls-files").Output()
	require.NoError(t, err)
	matches := regexp.MustCompile(h.Files)
	files := slices.DeleteFunc(strings.Fields(string(out)), func(file string) bool { return !matches.MatchString(file) })
	require.NotEmpty(t, files)
	return append(command, files...)
}

// TestDocumentedFormat holds docs/ci.md to the fields of the JSON that the goldens show, and
// the schema to the command that it names.
func TestDocumentedFormat(t *testing.T) {
	document, err := os.ReadFile(filepath.Join(repository, "docs", "ci.md"))
	require.NoError(t, err)
	golden, err := os.ReadFile(filepath.Join("testdata", "report.json"))
	require.NoError(t, err)
	var report map[string]any
	require.NoError(t, json.Unmarshal(golden, &report))
	names := map[string]bool{}
	fieldNames(report, names)
	for name := range names {
		assert.Contains(t, string(document), "`"+name+"`")
	}
	assert.Greater(t, len(names), 14)
	assert.Equal(t, string(v1alpha1.JSONSchema()), good(t, "", "schema"))
}

func fieldNames(value any, names map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, below := range value {
			names[name] = true
			fieldNames(below, names)
		}
	case []any:
		for _, item := range value {
			fieldNames(item, names)
		}
	}
}
