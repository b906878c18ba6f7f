package functioncontainer

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// shell runs a command in a folder.
func shell(t *testing.T, dir, command string, environ ...string) (stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	var out bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(machine.environ, environ...), &out
	err = cmd.Run()
	return out.String(), err
}

// inContainer makes of what names the binary what names the image.
func inContainer(text string) string {
	return strings.NewReplacer(
		"exec:\n        path: registry-profile", "container:\n        image: "+machine.image,
		"exec: registry-profile", "image: "+machine.image,
	).Replace(text)
}

// tree returns the files of a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
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

// write makes a folder of files.
func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	return dir
}

func translated(files map[string]string) map[string]string {
	all := map[string]string{}
	for name, content := range files {
		all[name] = inContainer(content)
	}
	return all
}

// TestSameAsTheBinary builds examples with the binary and with the image. The image needs
// no flag that lets programs run, and gives the same bytes.
func TestSameAsTheBinary(t *testing.T) {
	const build = "kustomize build --enable-alpha-plugins . > manifests.yaml"
	const buildByBinary = "kustomize build --enable-alpha-plugins --enable-exec . > manifests.yaml"
	for name, c := range map[string]struct {
		example, byBinary, byImage string
		containers                 int
	}{
		"generator":                 {"kustomize", buildByBinary, build, 1},
		"transformer":               {"kustomize-transformer", buildByBinary, build, 1},
		"generator and check":       {"check", buildByBinary, build, 2},
		"kpt fn render, with check": {"kpt", "kpt fn render --allow-exec", "kpt fn render", 2},
		"kpt fn eval": {
			"kpt", "kpt fn eval --exec registry-profile --fn-config profile.yaml",
			"kpt fn eval --image " + machine.image + " --fn-config profile.yaml", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := tree(t, filepath.Join(examples, c.example))
			bin, err := filepath.Abs(ofThisMachine)
			require.NoError(t, err)
			path := t.TempDir()
			require.NoError(t, os.Symlink(bin, filepath.Join(path, "registry-profile")))
			expected := write(t, files)
			stderr, err := shell(t, expected, "PATH="+path+":$PATH; "+c.byBinary)
			require.NoError(t, err, stderr)
			require.Contains(t, strings.Join(values(tree(t, expected)), ""), "kind: ImagePruner\n")

			require.NoError(t, os.WriteFile(machine.calls, nil, 0o644))
			dir := write(t, translated(files))
			stderr, err = shell(t, dir, c.byImage)
			require.NoError(t, err, stderr)
			require.Equal(t, translated(tree(t, expected)), tree(t, dir))
			requireConfined(t, c.containers)
		})
	}
}

func values(files map[string]string) (all []string) {
	for _, content := range files {
		all = append(all, content)
	}
	return all
}

// requireConfined requires that so many containers ran, of a user who is nobody, without a
// network.
func requireConfined(t *testing.T, containers int) {
	t.Helper()
	calls, err := os.ReadFile(machine.calls)
	require.NoError(t, err)
	ran := 0
	for call := range strings.Lines(string(calls)) {
		if !strings.HasPrefix(call, "run ") {
			continue
		}
		ran++
		for _, flag := range []string{"--network none", "--user nobody", "--security-opt=no-new-privileges", machine.image} {
			require.Contains(t, call, flag)
		}
	}
	require.Equal(t, containers, ran, "%s", calls)
}

const profile = `apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfile
metadata:
  name: registry
  annotations:
    config.kubernetes.io/local-config: "true"
    config.kubernetes.io/function: |
      exec:
        path: registry-profile
spec: {storge: {}}
`

const check = `apiVersion: registryprofile.dev/v1alpha1
kind: RegistryProfileCheck
metadata:
  name: final
  annotations:
    config.kubernetes.io/function: |
      exec:
        path: registry-profile
`

const config = `apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata: {name: cluster}
spec: {replicas: 2, storage: {emptyDir: {}}}
`

// TestRefusals: what the function says in the container reaches the user, and ends the build.
func TestRefusals(t *testing.T) {
	const kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
	const build = "kustomize build --enable-alpha-plugins ."
	for name, c := range map[string]struct {
		files         map[string]string
		command, says string
	}{
		"generator": {
			map[string]string{"kustomization.yaml": kustomization + "generators: [profile.yaml]\n", "profile.yaml": profile},
			build, `spec.storge: unknown field; did you mean "storage"?`,
		},
		"without docker": {
			map[string]string{"kustomization.yaml": kustomization + "generators: [profile.yaml]\n", "profile.yaml": profile},
			"kustomize=$(command -v kustomize); PATH= $kustomize build --enable-alpha-plugins .", "docker",
		},
		"validator": {
			map[string]string{
				"kustomization.yaml": kustomization + "resources: [config.yaml]\nvalidators: [check.yaml]\n",
				"config.yaml":        config, "check.yaml": check,
			},
			build, "Config/cluster: spec.storage: would fight the Job",
		},
		"check, last of the transformers": {
			map[string]string{
				"kustomization.yaml": kustomization + "resources: [config.yaml]\ntransformers: [check.yaml]\n",
				"config.yaml":        config, "check.yaml": check,
			},
			build, "Config/cluster: spec.storage: would fight the Job",
		},
		"validator of kpt": {
			map[string]string{
				"Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: registry}\n" +
					"pipeline:\n  validators:\n  - exec: registry-profile\n    configPath: check.yaml\n",
				"config.yaml": config, "check.yaml": check,
			},
			"kpt fn render", "Config/cluster: spec.storage: would fight the Job",
		},
		"mutator of kpt": {
			map[string]string{
				"Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: registry}\n" +
					"pipeline:\n  mutators:\n  - exec: registry-profile\n    configPath: profile.yaml\n",
				"profile.yaml": profile,
			},
			"kpt fn render", `spec.storge: unknown field; did you mean "storage"?`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, translated(c.files))
			stderr, err := shell(t, dir, c.command)
			require.Error(t, err)
			require.Contains(t, stderr, c.says)
			require.Equal(t, translated(c.files), tree(t, dir), "something was written")
		})
	}
}

// restricted is a container of a user without a name and without any right, as OpenShift gives
// it to a pod, in which nothing can be written to but what is mounted.
const restricted = "podman run --rm --interactive --network none --user 1000650000:0" +
	" --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges "

const resourceList = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: []
functionConfig:
  apiVersion: registryprofile.dev/v1alpha1
  kind: RegistryProfile
  metadata: {name: registry}
`

// TestRestricted: the function says and gives the same as the binary, whether it succeeds or not.
func TestRestricted(t *testing.T) {
	binary, err := filepath.Abs(ofThisMachine)
	require.NoError(t, err)
	for name, input := range map[string]string{
		"good": resourceList, "refused": resourceList + "  spec: {storge: {}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			input := map[string]string{"input.yaml": input}
			byBinary, byImage := write(t, input), write(t, input)
			expected, expectedErr := shell(t, byBinary, binary+" <input.yaml >output.yaml")
			require.Equal(t, name == "good", expectedErr == nil, expected)
			stderr, err := shell(t, byImage, restricted+machine.image+" <input.yaml >output.yaml")
			require.Equal(t, expected, stderr)
			require.Equal(t, exitCode(expectedErr), exitCode(err))
			require.Equal(t, tree(t, byBinary), tree(t, byImage))
		})
	}
}

// exitCode is that of a program that has ended with an error, else 0.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// TestInstall does what the init container of the Argo CD example does.
func TestInstall(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(examples, "argocd/argocd.yaml"))
	require.NoError(t, err)
	var argoCD struct {
		Spec struct {
			Repo struct {
				InitContainers []struct{ Args []string }
				VolumeMounts   []struct{ MountPath string }
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &argoCD))
	repo := argoCD.Spec.Repo
	plugins := t.TempDir()
	require.NoError(t, os.Chmod(plugins, 0o777))
	stderr, err := shell(t, plugins, restricted+"--volume "+plugins+":"+repo.VolumeMounts[0].MountPath+" "+machine.image+" "+
		strings.Join(repo.InitContainers[0].Args, " "))
	require.NoError(t, err, stderr)

	ours, err := os.ReadFile(ofThisMachine)
	require.NoError(t, err)
	for _, content := range tree(t, plugins) {
		require.True(t, content == string(ours), "the binary in the image is another than in dist/")
	}
	example, err := filepath.Abs(filepath.Join(examples, "kustomize-plugin"))
	require.NoError(t, err)
	dir := t.TempDir()
	stderr, err = shell(t, dir, "kustomize build --enable-alpha-plugins "+example+" > manifests.yaml", "KUSTOMIZE_PLUGIN_HOME="+plugins)
	require.NoError(t, err, stderr)
	require.Contains(t, tree(t, dir)["manifests.yaml"], "kind: ImagePruner\n")
}
