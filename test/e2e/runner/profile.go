package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/generators"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// Objects are what a profile renders to.
type Objects []*unstructured.Unstructured

// Render renders a RegistryProfile named registry whose spec is the given YAML,
// by the product's own command.
func (s *Scenario) Render(spec string) Objects {
	s.Helper()
	objects, err := Decode(bytes.NewReader(s.RenderStream(spec)))
	require.NoError(s, err)
	return objects
}

// RenderStream is what Render decodes: the YAML documents that the command prints.
func (s *Scenario) RenderStream(spec string) []byte {
	s.Helper()
	stream := s.render(spec)
	s.remember(spec, stream)
	return stream
}

// RenderFolder returns the files of the folder that the command writes, by their names.
func (s *Scenario) RenderFolder(spec string) map[string][]byte {
	s.Helper()
	dir := filepath.Join(s.TempDir(), "registry")
	s.render(spec, "--output", dir)
	entries, err := os.ReadDir(dir)
	require.NoError(s, err)
	files := map[string][]byte{}
	for _, entry := range entries {
		files[entry.Name()], err = os.ReadFile(filepath.Join(dir, entry.Name()))
		require.NoError(s, err)
	}
	return files
}

// Profile returns the text of a RegistryProfile named registry whose spec is the given YAML.
func Profile(spec string) []byte {
	spec = WithoutSmokeTest(spec)
	return fmt.Appendf(nil, "apiVersion: %s\nkind: %s\nmetadata: {name: registry}\nspec: %s\n",
		v1alpha1.APIVersion, v1alpha1.Kind, spec)
}

// WithoutSmokeTest leaves the smoke test out of a spec that says nothing of it: without a
// registry that runs, it would wait for one.
func WithoutSmokeTest(spec string) string {
	fields := map[string]any{}
	if sigsyaml.Unmarshal([]byte(spec), &fields) != nil || fields["verify"] != nil {
		return spec // what is wrong with it, the command says
	}
	fields["verify"] = map[string]any{"enabled": false}
	content, err := json.Marshal(fields)
	if err != nil {
		return spec
	}
	return string(content)
}

func (s *Scenario) render(spec string, flags ...string) []byte {
	s.Helper()
	file := filepath.Join(s.TempDir(), "profile.yaml")
	require.NoError(s, os.WriteFile(file, Profile(spec), 0o644))
	arguments := append([]string{"render", file}, flags...)
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), arguments...)
	var out, findings bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &findings
	require.NoError(s, cmd.Run(), findings.String())
	return out.Bytes()
}

// Decode reads the objects of a YAML stream.
func Decode(stream io.Reader) (Objects, error) {
	var objects Objects
	documents := yaml.NewYAMLOrJSONDecoder(stream, 4096)
	for {
		object := &unstructured.Unstructured{}
		err := documents.Decode(object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

// Of returns the objects of these kinds.
func (o Objects) Of(kinds ...string) Objects {
	var chosen Objects
	for _, object := range o {
		if slices.Contains(kinds, object.GetKind()) {
			chosen = append(chosen, object)
		}
	}
	return chosen
}

// Job is the one Job of a profile that switches the registry.
func (o Objects) Job() *unstructured.Unstructured { return o.Of("Job")[0] }

// SmokeTest is the Job that shows that the registry works.
func (o Objects) SmokeTest() *unstructured.Unstructured { return o.Of("Job")[1] }

// Prerequisites are all objects that an engine delivers before the Job or beside it.
func (o Objects) Prerequisites() Objects {
	return o.choose(func(g generators.Generator) bool { return g.Stage <= generators.StageSwitch && g.Kind != "Job" })
}

// After are all objects that an engine delivers when the Job is complete.
func (o Objects) After() Objects {
	return o.choose(func(g generators.Generator) bool { return g.Stage == generators.StageAfter })
}

// Kept are all objects that stay when the profile leaves Git.
func (o Objects) Kept() Objects {
	return o.choose(func(g generators.Generator) bool { return g.Class.Kept() })
}

// choose returns the objects of the generators that pick wants.
func (o Objects) choose(pick func(generators.Generator) bool) Objects {
	var kinds []string
	for _, generator := range generators.All() {
		if pick(generator) {
			kinds = append(kinds, generator.Kind)
		}
	}
	return o.Of(kinds...)
}

// Apply applies objects as a GitOps engine does with server-side apply.
func (s *Scenario) Apply(manager string, objects Objects) {
	s.Helper()
	for _, object := range objects {
		require.NoError(s, s.ApplyOne(manager, object), "%s %s", object.GetKind(), object.GetName())
	}
}

// ApplyOne is Apply of one object, which may be refused.
func (s *Scenario) ApplyOne(manager string, object *unstructured.Unstructured) error {
	fresh := object.DeepCopy()
	return s.Client.Apply(s.Ctx, client.ApplyConfigurationFromUnstructured(fresh), client.FieldOwner(manager), client.ForceOwnership)
}
