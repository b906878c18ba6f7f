package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// TestDryRun asks the API server about everything that is rendered of the good cases of
// testdata and of the reference, and about the objects that the operator makes of it.
func TestDryRun(t *testing.T) {
	s := runner.Start(t, runner.WithoutOperator)
	s.Apply("argocd-controller", s.Render("{}").Of("Namespace"))
	asked := map[string]bool{}
	for name, spec := range goodSpecs(t) {
		objects := s.Render(spec)
		for _, object := range objects {
			require.NoError(s, dryRun(s, object, asked), "%s: %s %s", name, object.GetKind(), object.GetName())
		}
		for _, object := range madeOf(s, objects) {
			require.NoError(s, s.Client.Create(s.Ctx, object, client.DryRunAll), "%s: %T %s", name, object, object.GetName())
		}
	}
	require.Greater(t, len(asked), 150)
}

// goodSpecs returns the specs of the profiles that are good, by the name of the case or of
// the document of the reference. Cases that hold a ResourceList are left out.
func goodSpecs(t *testing.T) map[string]string {
	t.Helper()
	const root = "../../.."
	files, err := filepath.Glob(root + "/testdata/*/input.yaml")
	require.NoError(t, err)
	profiles := map[string]string{}
	for _, file := range files {
		if name := filepath.Base(filepath.Dir(file)); !strings.HasPrefix(name, "refuse-") {
			profiles[name] = read(t, file)
		}
	}
	for i, document := range strings.Split(read(t, root+"/api/v1alpha1/reference.yaml"), "\n---\n") {
		profiles[fmt.Sprintf("reference %d", i)] = document
	}
	specs := map[string]string{}
	for name, text := range profiles {
		var profile struct {
			Kind string         `json:"kind"`
			Spec map[string]any `json:"spec"`
		}
		require.NoError(t, yaml.Unmarshal([]byte(text), &profile), name)
		if profile.Kind == "RegistryProfile" {
			spec, err := json.Marshal(profile.Spec)
			require.NoError(t, err)
			specs[name] = string(spec)
		}
	}
	require.Greater(t, len(specs), 60)
	return specs
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(content)
}

// dryRun applies an object as a GitOps engine does, but for the effect. Objects of other
// namespaces than the cluster has are asked about in the registry's.
func dryRun(s *runner.Scenario, object *unstructured.Unstructured, asked map[string]bool) error {
	s.Helper()
	fresh := object.DeepCopy()
	if namespace := fresh.GetNamespace(); namespace != "" {
		err := s.Client.Get(s.Ctx, client.ObjectKey{Name: namespace}, &corev1.Namespace{})
		require.NoError(s, client.IgnoreNotFound(err))
		if err != nil {
			fresh.SetNamespace(cluster.RegistryNamespace)
		}
	}
	content, err := fresh.MarshalJSON()
	require.NoError(s, err)
	if asked[string(content)] {
		return nil
	}
	asked[string(content)] = true
	return s.Client.Apply(s.Ctx, client.ApplyConfigurationFromUnstructured(fresh),
		client.FieldOwner("argocd-controller"), client.ForceOwnership, client.DryRunAll)
}

// madeOf returns what the operator makes of the Config and the ImagePruner of a profile.
func madeOf(s *runner.Scenario, objects runner.Objects) []client.Object {
	s.Helper()
	config, pruner := &imageregistryv1.Config{}, &imageregistryv1.ImagePruner{}
	decode := runtime.DefaultUnstructuredConverter.FromUnstructured
	require.NoError(s, decode(objects.Of("Config")[0].Object, config))
	require.NoError(s, decode(objects.Of("ImagePruner")[0].Object, pruner))
	made := []client.Object{deploymentOf(config.Spec), cronJobOf(pruner.Spec)}
	return append(made, routesOf(config.Spec)...)
}

// nearMisses are profiles that are hardly wrong. The API server refuses the objects that
// are made of them; of some it does not, as only the operator, the scheduler or a node
// would fail.
var nearMisses = map[string]struct {
	spec     string
	stricter bool // than the API server
}{
	"cpus":                        {spec: "{registry: {resources: {requests: {cpus: 1}}}}"},
	"requests.cpu":                {spec: "{registry: {resources: {limits: {requests.cpu: 1}}}}"},
	"storage as a resource":       {spec: "{pruner: {resources: {limits: {storage: 1Gi}}}}"},
	"half a device":               {spec: "{registry: {resources: {limits: {example.com/gpu: 500m}}}}"},
	"a device without a limit":    {spec: "{registry: {resources: {requests: {example.com/gpu: 1}}}}"},
	"half a huge page":            {spec: "{registry: {resources: {limits: {hugepages-2Mi: 3Mi, memory: 1Gi}}}}"},
	"huge pages alone":            {spec: "{registry: {resources: {limits: {hugepages-2Mi: 4Mi}}}}"},
	"a request above its limit":   {spec: "{bootstrap: {resources: {requests: {cpu: 2}, limits: {cpu: 1}}}}"},
	"a negative limit":            {spec: "{pruner: {resources: {limits: {memory: -1Gi}}}}"},
	"a tenth of a byte":           {spec: "{registry: {resources: {requests: {memory: 100m}}}}", stricter: true},
	"a word as a quantity":        {spec: "{registry: {resources: {requests: {memory: much}}}}"},
	"no label value":              {spec: "{registry: {nodeSelector: {a: 'b c'}}}"},
	"no label key":                {spec: "{pruner: {nodeSelector: {'a b': c}}}"},
	"a toleration's value":        {spec: "{registry: {tolerations: [{key: a, value: 'b c'}]}}"},
	"a toleration's key":          {spec: "{bootstrap: {tolerations: [{key: 'a b', operator: Exists}]}}"},
	"a toleration without a key":  {spec: "{pruner: {tolerations: [{effect: NoSchedule}]}}"},
	"Exists with a value":         {spec: "{registry: {tolerations: [{key: a, operator: Exists, value: b}]}}"},
	"seconds without NoExecute":   {spec: "{registry: {tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 1}]}}"},
	"In without values":           {spec: nodeAffinity("{matchExpressions: [{key: a, operator: In}]}")},
	"Exists with values":          {spec: nodeAffinity("{matchExpressions: [{key: a, operator: Exists, values: [b]}]}")},
	"Gt of two":                   {spec: nodeAffinity("{matchExpressions: [{key: a, operator: Gt, values: ['1', '2']}]}")},
	"Gt of a word":                {spec: nodeAffinity("{matchExpressions: [{key: a, operator: Gt, values: [b]}]}"), stricter: true},
	"an operator of another":      {spec: nodeAffinity("{matchExpressions: [{key: a, operator: Equal, values: [b]}]}")},
	"a node's key":                {spec: nodeAffinity("{matchExpressions: [{key: 'a b', operator: Exists}]}")},
	"a node's value":              {spec: nodeAffinity("{matchExpressions: [{key: a, operator: In, values: ['b c']}]}")},
	"a node's field":              {spec: nodeAffinity("{matchFields: [{key: metadata.uid, operator: In, values: [a]}]}")},
	"a field that exists":         {spec: nodeAffinity("{matchFields: [{key: metadata.name, operator: Exists}]}")},
	"two names of a field":        {spec: nodeAffinity("{matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}")},
	"no name of a node":           {spec: nodeAffinity("{matchFields: [{key: metadata.name, operator: In, values: [A_B]}]}")},
	"an empty term":               {spec: nodeAffinity("{}"), stricter: true},
	"no terms":                    {spec: "{registry: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}}}"},
	"a weight of 0":               {spec: "{registry: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, preference: {matchExpressions: [{key: a, operator: Exists}]}}]}}}}"},
	"a weight of 101":             {spec: "{registry: {affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, podAffinityTerm: {topologyKey: a, labelSelector: {}}}]}}}}"},
	"no topologyKey":              {spec: podAffinity("{topologyKey: '', labelSelector: {}}")},
	"a topologyKey of words":      {spec: podAffinity("{topologyKey: 'a b', labelSelector: {}}")},
	"a namespace's name":          {spec: podAffinity("{topologyKey: a, namespaces: [A]}")},
	"a selector's value":          {spec: podAffinity("{topologyKey: a, labelSelector: {matchLabels: {a: 'b c'}}}")},
	"a selector's key":            {spec: podAffinity("{topologyKey: a, namespaceSelector: {matchLabels: {'a b': c}}}")},
	"a selector without values":   {spec: podAffinity("{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: NotIn}]}}")},
	"a selector with Gt":          {spec: podAffinity("{topologyKey: a, labelSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}}")},
	"match without a selector":    {spec: podAffinity("{topologyKey: a, matchLabelKeys: [a]}")},
	"match and mismatch":          {spec: podAffinity("{topologyKey: a, labelSelector: {}, matchLabelKeys: [a], mismatchLabelKeys: [a]}")},
	"match what is selected":      {spec: podAffinity("{topologyKey: a, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a]}"), stricter: true}, // the server looks at pods
	"a skew of 0":                 {spec: spread("{maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule}")},
	"spread by nothing":           {spec: spread("{maxSkew: 1, topologyKey: '', whenUnsatisfiable: DoNotSchedule}")},
	"spread never":                {spec: spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: Never}")},
	"domains of any schedule":     {spec: spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}")},
	"no domains":                  {spec: spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, minDomains: 0}")},
	"the same spread twice":       {spec: spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: DoNotSchedule}")},
	"match without, spread":       {spec: spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [a]}")},
	"selected and matched spread": {spec: spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}, matchLabelKeys: [a]}"), stricter: true},
	"a schedule of four fields":   {spec: "{pruner: {schedule: 0 0 * *}}"},
	"a schedule with a zone":      {spec: "{pruner: {schedule: TZ=UTC 0 0 * * *}}"},
	"a schedule that never comes": {spec: "{bootstrap: {reconcile: {schedule: 0 0 30 2 *}}}", stricter: true},
	"a hostname with a scheme":    {spec: "{registry: {routes: [{name: a, hostname: 'https://a.example.com'}]}}"},
	"a hostname with a port":      {spec: "{registry: {routes: [{name: a, hostname: 'a.example.com:443'}]}}"},
	"a hostname with a wildcard":  {spec: "{registry: {routes: [{name: a, hostname: '*.example.com'}]}}"},
	"a hostname with a long part": {spec: "{registry: {routes: [{name: a, hostname: " + strings.Repeat("a", 64) + ".example.com}]}}"},
	"a pull secret twice":         {spec: "{bootstrap: {imagePullSecrets: [{name: a}, {name: a}]}}"},
	"a negative size":             {spec: "{storage: {cephfs: {size: -1Gi}}}"},
	"a size of 500 bytes":         {spec: "{storage: {cephfs: {size: 500}}}", stricter: true},
	"10000 replicas":              {spec: "{registry: {replicas: 10000}}", stricter: true}, // the script takes four digits
	"-1 replicas":                 {spec: "{registry: {replicas: -1}}"},
	"days as a duration":          {spec: "{pruner: {keepYoungerThanDuration: 30d}}"},
}

// nearHits are profiles that are good, though hardly.
var nearHits = []string{
	"{registry: {replicas: 9999}}",
	"{registry: {resources: {limits: {example.com/gpu: 1, hugepages-2Mi: 4Mi, memory: 1Mi}, requests: {example.com/gpu: 1}}}}",
	"{registry: {resources: {limits: {kubernetes.io/thing: 1, memory: 0}}}}",
	"{pruner: {tolerations: [{operator: Exists}, {key: a}, {key: a, value: b, effect: NoExecute, tolerationSeconds: -1}]}}",
	nodeAffinity("{matchExpressions: [{key: a, operator: Gt, values: ['8']}, {key: b, operator: In, values: ['']}]}"),
	podAffinity("{topologyKey: a}"),
	podAffinity("{topologyKey: a, labelSelector: {matchLabels: {a: b}}, mismatchLabelKeys: [a], matchLabelKeys: [c]}"),
	spread("{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}"),
	"{pruner: {schedule: '@weekly'}}",
	"{pruner: {schedule: 0 0 29 2 *}}",
	"{registry: {routes: [{name: " + strings.Repeat("a", 38) + "}, {name: b, hostname: " + strings.Repeat("b", 63) + ".example.com}]}}",
	"{bootstrap: {timeout: 168h}}",
	"{storage: {cephfs: {size: 1Mi}}}",
}

// TestDryRunNearMisses: what the API server refuses, validate has refused.
func TestDryRunNearMisses(t *testing.T) {
	s := runner.Start(t, runner.WithoutOperator)
	s.Apply("argocd-controller", s.Render("{}").Of("Namespace"))
	for name, c := range nearMisses {
		findings, good := validate(s, c.spec)
		assert.False(s, good, "%s is accepted", name)
		refused := refusal(s, c.spec)
		assert.Equal(s, c.stricter, refused == nil, "%s: the server says %v, validate says %s", name, refused, findings)
	}
	for _, spec := range nearHits {
		findings, good := validate(s, spec)
		assert.True(s, good, "%s: %s", spec, findings)
		assert.NoError(s, refusal(s, spec), spec)
	}
}

// validate returns the findings of a spec, and whether it is good.
func validate(s *runner.Scenario, spec string) (findings string, good bool) {
	s.Helper()
	file := filepath.Join(s.TempDir(), "profile.yaml")
	profile := "apiVersion: registryprofile.dev/v1alpha1\nkind: RegistryProfile\nmetadata: {name: registry}\nspec: " + spec + "\n"
	require.NoError(s, os.WriteFile(file, []byte(profile), 0o644))
	cmd := exec.CommandContext(s.Ctx, filepath.Join(sandbox.Prepared(), "registry-profile"), "validate", file)
	var out bytes.Buffer
	cmd.Stderr = &out
	err := cmd.Run()
	if err != nil {
		require.Equal(s, 1, cmd.ProcessState.ExitCode(), "%v: %s", err, out.String())
	}
	return out.String(), err == nil
}

// refusal returns what the API server, or the decoder that the operator uses, says against
// the objects that a profile leads to, or nil.
func refusal(s *runner.Scenario, spec string) error {
	s.Helper()
	profile := settings{}
	if err := yaml.Unmarshal([]byte(spec), &profile); err != nil {
		return err
	}
	for _, object := range profile.objects() {
		err := s.Client.Create(s.Ctx, object, client.DryRunAll)
		if apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) {
			return err
		}
		require.NoError(s, err, "%T", object)
	}
	job := profile.job()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(job)
	require.NoError(s, err)
	// Only a server-side apply looks at the keys of lists.
	return dryRun(s, &unstructured.Unstructured{Object: content}, map[string]bool{})
}

func nodeAffinity(term string) string {
	return "{registry: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + term + "]}}}}}"
}

func podAffinity(term string) string {
	return "{pruner: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [" + term + "]}}}}"
}

func spread(constraints string) string {
	return "{registry: {topologySpreadConstraints: [" + constraints + "]}}"
}
