package cli_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const examples = "../../examples"

// committed are the folders of examples that hold what their commands wrote.
var committed = []string{"acm/policy", "flux/registry", "kpt-live/registry"}

// eachExample runs a test for every folder of examples.
func eachExample(t *testing.T, test func(t *testing.T, name string)) {
	entries, err := os.ReadDir(examples)
	require.NoError(t, err)
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			require.True(t, entry.IsDir(), "examples holds a folder for each example, nothing else")
			test(t, entry.Name())
		})
	}
}

var fence = regexp.MustCompile("(?ms)^```(\\S*)\n(.*?)^```$")

// TestCommandsOfExamples runs every command of every README, in order, in a copy
// of the examples.
func TestCommandsOfExamples(t *testing.T) {
	eachExample(t, func(t *testing.T, name string) {
		readme, err := os.ReadFile(filepath.Join(examples, name, "README.md"))
		require.NoError(t, err)
		var script []string
		for _, block := range fence.FindAllStringSubmatch(string(readme), -1) {
			require.Equal(t, "sh", block[1], "a block that no test runs")
			script = append(script, block[2])
		}
		require.NotEmpty(t, script)

		copied := t.TempDir()
		require.NoError(t, os.CopyFS(copied, os.DirFS(examples)))
		dir := filepath.Join(copied, name)
		if *cases.Update {
			for _, folder := range committed {
				require.NoError(t, os.RemoveAll(filepath.Join(copied, folder)))
			}
		}
		var stdout, stderr bytes.Buffer
		command := exec.Command("sh", "-euc", strings.Join(script, "\n"))
		command.Dir, command.Stdout, command.Stderr = dir, &stdout, &stderr
		err = command.Run()
		require.Empty(t, stderr.String())
		require.NoError(t, err)
		assertManifests(t, dir, stdout.String())
		assertCommitted(t, name, dir)
	})
}

// assertManifests looks for the pruner in what the commands have written, to stdout
// or to files: an example that renders nothing must not pass.
func assertManifests(t *testing.T, dir, output string) {
	for _, content := range tree(t, dir) {
		output += content
	}
	assert.Regexp(t, `kind: ImagePruner\n *metadata:\n`, output, "the commands have rendered nothing")
}

// assertCommitted compares what an example commits with what its commands wrote.
func assertCommitted(t *testing.T, name, dir string) {
	for _, folder := range committed {
		if filepath.Dir(folder) != name {
			continue
		}
		source, copied := filepath.Join(examples, folder), filepath.Join(dir, filepath.Base(folder))
		if *cases.Update {
			require.NoError(t, os.RemoveAll(source))
			require.NoError(t, os.CopyFS(source, os.DirFS(copied)))
		}
		require.NotEmpty(t, tree(t, copied))
		if want, got := tree(t, copied), tree(t, source); !assert.ObjectsAreEqual(want, got) {
			t.Errorf("examples/%s is stale; run make update-golden", folder)
		}
	}
}

// exampleProfiles returns the profiles of all examples, by path.
func exampleProfiles(t *testing.T) map[string]string {
	profiles := map[string]string{}
	for path, content := range tree(t, examples) {
		if filepath.Base(path) == "profile.yaml" {
			profiles[path] = content
		}
	}
	require.Greater(t, len(profiles), 8)
	return profiles
}

func TestProfilesOfExamplesAreValid(t *testing.T) {
	for path := range exampleProfiles(t) {
		good(t, "", "validate", "--strict", filepath.Join(examples, path))
	}
}

// kpt would apply a profile in a package, unless it is marked as local.
func TestProfilesInKptPackagesAreLocal(t *testing.T) {
	packages := 0
	for path, content := range exampleProfiles(t) {
		if _, err := os.Stat(filepath.Join(examples, filepath.Dir(path), "Kptfile")); err == nil {
			packages++
			assert.Equal(t, "true", at(objects(t, content)[0], "metadata", "annotations", "config.kubernetes.io/local-config"), path)
		}
	}
	assert.Equal(t, 2, packages)
}

func TestExamplesHoldNoCredential(t *testing.T) {
	credential := regexp.MustCompile(`AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|(?i)(password|token|secret_?access_?key|aws_access_key_id)\s*[:=]\s*["']?[A-Za-z0-9/+]{8,}`)
	require.NoError(t, filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		assert.NotRegexp(t, credential, string(content), path)
		assert.NotRegexp(t, `(?m)^kind: Secret$`, string(content), path)
		return err
	}))
}

// readExample returns the objects of a file.
func readExample(t *testing.T, path string) []any {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(examples, path))
	require.NoError(t, err)
	return objects(t, string(content))
}

func TestGuideHasTheGuidesValues(t *testing.T) {
	got := byID(t, objects(t, good(t, "", "render", examples+"/guide/profile.yaml")))
	claim := got["ObjectBucketClaim/openshift-image-registry/rgw-bucket"]
	assert.Equal(t, map[string]any{"generateBucketName": "rgw-bucket", "storageClassName": "ocs-storagecluster-ceph-rgw"}, at(claim, "spec"))
	config := got["Config/<nil>/cluster"]
	assert.Equal(t, true, at(config, "spec", "defaultRoute"))
	assert.Equal(t, 2, at(config, "spec", "replicas"))
	pruner := got["ImagePruner/<nil>/cluster"]
	for field, want := range map[string]any{"schedule": "0 0 * * *", "suspend": false, "keepTagRevisions": 5, "keepYoungerThanDuration": "720h"} {
		assert.Equal(t, want, at(pruner, "spec", field))
	}
	script := good(t, "", "render", examples+"/guide/profile.yaml")
	for name, value := range map[string]string{"ENDPOINT_SCHEME": "http", "ROUTE_NAME": "ocs-storagecluster-cephobjectstore", "ROUTE_NAMESPACE": "openshift-storage", "REGION": "us-east-1"} {
		assert.Regexp(t, `- name: `+name+`\s+value: `+value+`\n`, script)
	}
}

// What the controller may do already, in OpenShift GitOps' own role.
var grantedByGitOps = []string{"Namespace", "ConfigMap", "PersistentVolumeClaim", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}

func TestArgoCDMayWriteEveryKindAndDeleteNothingThatIsKept(t *testing.T) {
	rules, _ := at(readExample(t, "argocd/rbac.yaml")[0], "rules").([]any)
	verbs := map[string][]any{}
	for _, rule := range rules {
		for _, resource := range at(rule, "resources").([]any) {
			verbs[fmt.Sprint(resource)], _ = at(rule, "verbs").([]any)
		}
	}
	for name, text := range surfaceProfiles {
		for _, object := range objects(t, run(text, "render", "-").out) {
			kind := fmt.Sprint(at(object, "kind"))
			if !slices.Contains(grantedByGitOps, kind) {
				assert.Contains(t, verbs[resourceOf(kind)], "patch", "%s in %s", kind, name)
			}
		}
	}
	for _, g := range generators.All() {
		if g.Class.Kept() {
			assert.NotContains(t, verbs[resourceOf(g.Kind)], "delete")
			assert.NotContains(t, verbs[resourceOf(g.Kind)], "*")
		}
	}
}

// resourceOf returns the name by which RBAC knows a kind.
func resourceOf(kind string) string {
	if stem, ok := strings.CutSuffix(strings.ToLower(kind), "y"); ok {
		return stem + "ies"
	}
	return strings.ToLower(kind) + "s"
}

func TestApplicationsProtectConfig(t *testing.T) {
	application := readExample(t, "argocd/application.yaml")[0]
	set := readExample(t, "fleet/applicationset.yaml")[0]
	assert.Equal(t, true, at(set, "spec", "syncPolicy", "preserveResourcesOnDeletion"))
	for _, a := range []any{application, at(set, "spec", "template")} {
		assert.Equal(t, "ServerSideDiff=true", at(a, "metadata", "annotations", "argocd.argoproj.io/compare-options"))
		assert.Nil(t, at(a, "metadata", "finalizers"))
		options := fmt.Sprint(at(a, "spec", "syncPolicy", "syncOptions"))
		assert.NotRegexp(t, "Replace|Force", options)
		assert.Contains(t, options, "ClientSideApplyMigration=false")
		assert.NotNil(t, at(a, "spec", "syncPolicy", "retry"))
	}
}

// The ArgoCD resource's init container is run as it stands there, and kustomize
// with its option on the folder of the Application.
func TestArgoCDInstallsAndBuilds(t *testing.T) {
	spec := at(readExample(t, "argocd/argocd.yaml")[0], "spec")
	repo := at(spec, "repo")
	variable := at(repo, "env").([]any)[0]
	require.Equal(t, "KUSTOMIZE_PLUGIN_HOME", at(variable, "name"))
	home := fmt.Sprint(at(variable, "value"))
	for _, container := range []any{repo, at(repo, "initContainers").([]any)[0]} {
		mount := at(container, "volumeMounts").([]any)[0]
		assert.Equal(t, home, at(mount, "mountPath"))
		assert.Equal(t, at(at(repo, "volumes").([]any)[0], "name"), at(mount, "name"))
	}

	installed := t.TempDir()
	var args []string
	for _, arg := range at(at(repo, "initContainers").([]any)[0], "args").([]any) {
		args = append(args, strings.ReplaceAll(fmt.Sprint(arg), home, installed))
	}
	require.Equal(t, result{}, start(t, "", args...))
	t.Setenv("KUSTOMIZE_PLUGIN_HOME", installed)
	require.Equal(t, "--enable-alpha-plugins", at(spec, "kustomizeBuildOptions"))
	output, err := build(examples+"/argocd/"+fmt.Sprint(at(readExample(t, "argocd/application.yaml")[0], "spec", "source", "path")), withPlugins)
	require.NoError(t, err)
	assert.Equal(t, objects(t, good(t, "", "render", examples+"/argocd/registry/profile.yaml")), objects(t, output))
}

func TestFleetPatchesTheProfile(t *testing.T) {
	installPlugin(t)
	render := func(cluster string) map[string]any {
		output, err := build(examples+"/fleet/clusters/"+cluster, withPlugins)
		require.NoError(t, err)
		return byID(t, objects(t, output))
	}
	alpha, beta := render("alpha"), render("beta")
	assert.Equal(t, 3, at(alpha["Config/<nil>/cluster"], "spec", "replicas"))
	assert.Equal(t, 2, at(beta["Config/<nil>/cluster"], "spec", "replicas"))
	claim := "ObjectBucketClaim/openshift-image-registry/image-registry-noobaa"
	assert.Equal(t, "openshift-storage.noobaa.io", at(beta[claim], "spec", "storageClassName"))
	assert.Contains(t, alpha, "ServiceAccount/registry-profile/registry-alpha-bootstrap")
	for _, cluster := range []map[string]any{alpha, beta} {
		assert.Equal(t, 3, at(cluster["ImagePruner/<nil>/cluster"], "spec", "keepTagRevisions"), "from the base")
	}
}

// kpt refuses a package in which a dependency names what is not there.
func TestKptDependenciesAreInThePackage(t *testing.T) {
	files := tree(t, examples+"/kpt-live/registry")
	known := map[string]bool{}
	for _, content := range files {
		object := objects(t, content)[0]
		group, _, found := strings.Cut(fmt.Sprint(at(object, "apiVersion")), "/")
		if !found {
			group = ""
		}
		reference := group + "/" + fmt.Sprint(at(object, "kind"), "/", at(object, "metadata", "name"))
		if namespace := at(object, "metadata", "namespace"); namespace != nil {
			reference = fmt.Sprint(group, "/namespaces/", namespace, "/", at(object, "kind"), "/", at(object, "metadata", "name"))
		}
		known[reference] = true
	}
	dependencies := 0
	for name, content := range files {
		on, _ := at(objects(t, content)[0], "metadata", "annotations", "config.kubernetes.io/depends-on").(string)
		for _, reference := range strings.Split(on, ",") {
			if reference != "" {
				dependencies++
				assert.True(t, known[reference], "%s depends on %s", name, reference)
			}
		}
	}
	assert.NotZero(t, dependencies)
}
