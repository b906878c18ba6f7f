package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/registryprofile/registry-profile/cluster"
)

// kubectl stands in for oc and the API server behind it: it prints what kubectl 1.37 printed
// when a kube-apiserver 1.37 was asked for such paths. A scenario of test/e2e holds the
// Reader to the real ones.
type kubectl struct {
	t *testing.T
	// bodies are what the server sends, by path.
	bodies map[string]string
	// refusals are what kubectl prints on stderr, by path.
	refusals map[string]string
	// hangs are paths that have no answer.
	hangs map[string]bool
	// warning stands on stderr before everything.
	warning string

	mutex sync.Mutex
	calls []string
	// running and most count calls at the same time.
	running, most int
}

// served returns a server's list of the resources of a group.
func served(resources ...string) string {
	return `{"kind":"APIResourceList","resources":[{"name":"` + strings.Join(resources, `"},{"name":"`) + `"}]}`
}

// configMaps returns a server's list, of which the next page begins at next.
func configMaps(next string, items ...string) string {
	return `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"continue":"` + next + `"},` +
		`"items":[` + strings.Join(items, ",") + `]}`
}

// newKubectl is a server that knows the groups of Kubernetes and OpenShift that tests ask for.
func newKubectl(t *testing.T) *kubectl {
	return &kubectl{t: t, refusals: map[string]string{}, hangs: map[string]bool{}, bodies: map[string]string{
		"/apis": `{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"batch"},{"name":"route.openshift.io"},` +
			`{"name":"imageregistry.operator.openshift.io"},{"name":"admissionregistration.k8s.io"}]}`,
		"/api/v1": served("configmaps", "secrets", "pods"),
		"/apis/imageregistry.operator.openshift.io/v1": served("configs"),
		"/apis/batch/v1":                             served("cronjobs"),
		"/apis/route.openshift.io/v1":                served("routes"),
		"/apis/admissionregistration.k8s.io/v1beta1": served("validatingadmissionpolicies"),
		"/apis/admissionregistration.k8s.io/v1":      served("validatingwebhookconfigurations"),
		"/api/v1/namespaces/ns/configmaps/there": `{"kind":"ConfigMap","apiVersion":"v1",` +
			`"metadata":{"name":"there","namespace":"ns"},"data":{"a":"b"}}`,
		"/api/v1/namespaces/ns/configmaps?limit=500": configMaps("", `{"metadata":{"name":"there","namespace":"ns"}}`),
	}}
}

// reader returns a Reader that calls the stand-in.
func (k *kubectl) reader() cluster.Reader { return cluster.Live(k.call, 50*time.Millisecond) }

func (k *kubectl) call(ctx context.Context, arguments ...string) (stdout, stderr []byte, err error) {
	if !assert.Len(k.t, arguments, 3) || !assert.Equal(k.t, []string{"get", "--raw"}, arguments[:2], "only reads") {
		return nil, nil, errors.New("not called so")
	}
	path := arguments[2]
	k.count(path, 1)
	defer k.count("", -1)
	failed := errors.New("exit status 1")
	switch {
	case k.hangs[path]:
		<-ctx.Done()
		return nil, nil, errors.New("signal: killed")
	case k.refusals[path] != "":
		return nil, []byte(k.warning + k.refusals[path] + "\n"), failed
	case k.bodies[path] != "":
		return []byte(k.bodies[path]), []byte(k.warning), nil
	case strings.Count(path, "/") > 4:
		name := path[strings.LastIndex(path, "/")+1:]
		return nil, fmt.Appendf(nil, "%sError from server (NotFound): things %q not found\n", k.warning, name), failed
	}
	const unknown = "Error from server (NotFound): the server could not find the requested resource\n"
	return nil, []byte(k.warning + unknown), failed
}

func (k *kubectl) count(path string, change int) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if path != "" {
		k.calls = append(k.calls, path)
	}
	k.running += change
	k.most = max(k.most, k.running)
}
