package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestSecrecy searches for the claim's credentials, as they are and in base64,
// in all that others than their readers can see.
func TestSecrecy(t *testing.T) {
	s := runner.Start(t)
	var seen processes
	stop := seen.watch()
	// At each call, oc is certain to be there.
	s.Kubelet.Plan(func(*kubelet.Run) apiproxy.Plan {
		return apiproxy.Plan{Before: func(apiproxy.Call) apiproxy.Answer { seen.look(); return nil }}
	})
	objects := s.Render("{}")
	outcome := s.Bootstrap(objects)
	stop()
	s.RequireComplete(outcome)

	credentials := credentialsOf(s)
	require.ElementsMatch(t, secretsByDesign, objectsWith(s, credentials))

	require.True(t, seen.any([]byte("oc\x00apply\x00--server-side")), "oc was never seen")
	for process := range seen.found {
		require.False(t, holds([]byte(process), credentials), "in a process: %q", process)
	}
	for _, run := range s.Kubelet.Runs() {
		require.False(t, holds([]byte(run.Output()), credentials), "in the log of pod %s", run.Pod.Name)
	}
	audit, err := s.ControlPlane.AuditLog()
	require.NoError(t, err)
	require.Contains(t, string(audit), accountOf(objects))
	require.False(t, holds(audit, credentials), "in the audit log")
}

// secretsByDesign hold the credentials.
var secretsByDesign = []string{
	"Secret " + claimKey.String(),                                          // the claim's
	"Secret openshift-image-registry/image-registry-private-configuration", // the operator's, for its pods
	"Secret " + registryCredentials.String(),
}

func credentialsOf(s *runner.Scenario) [][]byte {
	s.Helper()
	claim := &corev1.Secret{}
	require.NoError(s, s.Client.Get(s.Ctx, claimKey, claim))
	var forms [][]byte
	for _, key := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		require.NotEmpty(s, claim.Data[key])
		forms = append(forms, claim.Data[key], []byte(base64.StdEncoding.EncodeToString(claim.Data[key])))
	}
	return forms
}

func holds(text []byte, credentials [][]byte) bool {
	return slices.ContainsFunc(credentials, func(form []byte) bool { return bytes.Contains(text, form) })
}

// objectsWith names the objects, of every kind that can be listed, that hold one
// of the texts anywhere, metadata included.
func objectsWith(s *runner.Scenario, credentials [][]byte) []string {
	s.Helper()
	var found []string
	for _, kind := range listable(s) {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		require.NoError(s, s.Client.List(s.Ctx, list), kind)
		for _, object := range list.Items {
			encoded, err := json.Marshal(object.Object)
			require.NoError(s, err)
			if holds(encoded, credentials) || holds(decoded(s, object), credentials) {
				found = append(found, object.GetKind()+" "+object.GetNamespace()+"/"+object.GetName())
			}
		}
	}
	slices.Sort(found)
	return found
}

// listable are all kinds that the API server lists, each in one version.
func listable(s *runner.Scenario) []schema.GroupVersionKind {
	s.Helper()
	lists, err := s.Discovery().ServerPreferredResources()
	require.NoError(s, err)
	var kinds []schema.GroupVersionKind
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		require.NoError(s, err)
		for _, r := range list.APIResources {
			if slices.Contains(r.Verbs, "list") && !strings.Contains(r.Name, "/") {
				kinds = append(kinds, gv.WithKind(r.Kind))
			}
		}
	}
	require.Contains(s, kinds, corev1.SchemeGroupVersion.WithKind("Secret"))
	return kinds
}

// decoded is what a Secret holds; of another object, nothing.
func decoded(s *runner.Scenario, object unstructured.Unstructured) []byte {
	s.Helper()
	if object.GroupVersionKind() != corev1.SchemeGroupVersion.WithKind("Secret") {
		return nil
	}
	secret := &corev1.Secret{}
	require.NoError(s, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, secret))
	var values [][]byte
	for _, value := range secret.Data {
		values = append(values, value)
	}
	return bytes.Join(values, []byte("\n"))
}

// processes collects the command lines and environments of everything that runs
// on this machine, except the object store, which is told its users' keys so.
type processes struct {
	mu    sync.Mutex
	found map[string]bool
}

// watch looks again and again until the function that it returns is called.
func (p *processes) watch() (stop func()) {
	ticker, done, ended := time.NewTicker(5*time.Millisecond), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.look()
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (p *processes) look() {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		command, _ := os.ReadFile(filepath.Join(dir, "cmdline")) // it may have ended
		environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if program, _, _ := strings.Cut(string(command), "\x00"); filepath.Base(program) == "versitygw" {
			continue
		}
		p.add(string(command))
		p.add(string(environment))
	}
}

func (p *processes) add(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		p.found = map[string]bool{}
	}
	p.found[text] = true
}

func (p *processes) any(text []byte) bool {
	for found := range p.found {
		if bytes.Contains([]byte(found), text) {
			return true
		}
	}
	return false
}
