package cluster_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster"
)

const thingForbidden = `Error from server (Forbidden): things is forbidden: User "joe" cannot get resource "things"`

// TestLiveStates asks for one object, of a server that answers in each way.
func TestLiveStates(t *testing.T) {
	const there = "/api/v1/namespaces/ns/configmaps/there"
	const storage = "/apis/ocs.openshift.io/v1/namespaces/ns/storageclusters/x"
	for name, c := range map[string]struct {
		kind  cluster.Kind
		ask   string
		setUp func(*kubectl)
		state cluster.State
		why   string
	}{
		"present": {kind: cluster.ConfigMaps, ask: "there", state: cluster.Present},
		"present, with a warning": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Present,
			setUp: func(k *kubectl) { k.warning = "Warning: v1 is deprecated\n" },
		},
		"absent": {kind: cluster.ConfigMaps, ask: "x", state: cluster.Absent},
		"absent, with a warning": {
			kind: cluster.ConfigMaps, ask: "x", state: cluster.Absent,
			setUp: func(k *kubectl) { k.warning = "Warning: v1 is deprecated\nE0922 memcache.go:265] no\n" },
		},
		"no group": {kind: cluster.StorageClusters, ask: "x", state: cluster.NoKind},
		"no kind of every cluster": {
			kind: cluster.Jobs, ask: "x", state: cluster.Failed, why: "every cluster knows Job",
		},
		"no group of every cluster": {
			kind: cluster.Roles, ask: "x", state: cluster.Failed, why: "every cluster knows Role",
		},
		"nothing is found": {
			kind: cluster.ConfigMaps, ask: "x", state: cluster.Failed, why: "every cluster knows ConfigMap",
			setUp: func(k *kubectl) { delete(k.bodies, "/api/v1") },
		},
		"an older version":  {kind: cluster.AdmissionPolicies, ask: "x", state: cluster.Absent},
		"no cluster-scoped": {kind: cluster.ImagePruners, ask: "cluster", state: cluster.NoKind},
		"forbidden": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Forbidden, why: thingForbidden,
			setUp: func(k *kubectl) { k.refusals[there] = thingForbidden },
		},
		"forbidden and no group": {
			kind: cluster.StorageClusters, ask: "x", state: cluster.NoKind,
			setUp: func(k *kubectl) { k.refusals[storage] = thingForbidden },
		},
		"forbidden, also to look for the kind": {
			kind: cluster.StorageClusters, ask: "x", state: cluster.Forbidden, why: thingForbidden,
			setUp: func(k *kubectl) { k.refusals[storage], k.refusals["/apis"] = thingForbidden, thingForbidden },
		},
		"not found, and forbidden to look for the kind": {
			kind: cluster.StorageClusters, ask: "x", state: cluster.Failed,
			why:   "it is not found, and whether the cluster knows its kind cannot be read: " + thingForbidden,
			setUp: func(k *kubectl) { k.refusals["/apis"] = thingForbidden },
		},
		"the server of a group is down": {
			kind: cluster.Routes, ask: "x", state: cluster.Failed,
			why: "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
			setUp: func(k *kubectl) {
				k.refusals["/apis/route.openshift.io/v1/namespaces/ns/routes/x"] =
					"Error from server (ServiceUnavailable): the server is currently unable to handle the request"
			},
		},
		"an error without a reason": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Failed, why: "Error from server: etcdserver: no leader",
			setUp: func(k *kubectl) { k.refusals[there] = "Error from server: etcdserver: no leader" },
		},
		"words on several lines": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Forbidden, why: "Error from server (Forbidden): a b",
			setUp: func(k *kubectl) { k.refusals[there] = "Error from server (Forbidden): a\nb" },
		},
		"half an answer": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Failed, why: "is no JSON that can be read",
			setUp: func(k *kubectl) { k.bodies[there] = k.bodies[there][:60] },
		},
		"another object": {
			kind: cluster.ConfigMaps, ask: "x", state: cluster.Failed, why: "the answer is another object, ConfigMap ns/there",
			setUp: func(k *kubectl) { k.bodies["/api/v1/namespaces/ns/configmaps/x"] = k.bodies[there] },
		},
		"another kind": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Failed, why: `is a "Status" of "v1" named "", and no ConfigMap`,
			setUp: func(k *kubectl) { k.bodies[there] = `{"kind":"Status","apiVersion":"v1"}` },
		},
		"a field of another type": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Failed,
			why: "metadata.labels is not of the type that it should be, but a JSON array",
			setUp: func(k *kubectl) {
				k.bodies[there] = strings.Replace(k.bodies[there], `"name"`, `"labels":[],"name"`, 1)
			},
		},
		"a list for an object": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Failed, why: "is not of the type",
			setUp: func(k *kubectl) { k.bodies[there] = `[]` },
		},
		"no answer": {
			kind: cluster.ConfigMaps, ask: "there", state: cluster.Failed, why: "no answer within 50ms",
			setUp: func(k *kubectl) { k.hangs[there] = true },
		},
		"no API server": {
			kind: cluster.StorageClusters, ask: "x", state: cluster.Failed, why: "what answers is no API server",
			setUp: func(k *kubectl) { k.bodies["/apis"] = "<html>log in</html>" },
		},
		"another server": {
			kind: cluster.StorageClusters, ask: "x", state: cluster.Failed, why: `it sends a "Status", not an APIGroupList`,
			setUp: func(k *kubectl) { k.bodies["/apis"] = `{"kind":"Status"}` },
		},
		"a path for a name":   {kind: cluster.ConfigMaps, ask: "../secrets/x", state: cluster.Failed, why: "is the name of no object"},
		"no name":             {kind: cluster.ConfigMaps, ask: "", state: cluster.Failed, why: "is the name of no object"},
		"an escape in a name": {kind: cluster.ConfigMaps, ask: "a%2f", state: cluster.Failed, why: "is the name of no object"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKubectl(t)
			if c.setUp != nil {
				c.setUp(k)
			}
			answer := k.reader().Get(t.Context(), c.kind, "ns", c.ask)
			assert.Equal(t, c.state, answer.State, answer.Why)
			assert.Contains(t, answer.Why, c.why)
			assert.Equal(t, c.why == "", answer.Why == "", answer.Why)
			assert.NotContains(t, answer.Why, "\n")
			if answer.State != cluster.Present {
				assert.Equal(t, cluster.Object{}, answer.Object)
			}
		})
	}
}

// TestLiveNoConnection: where nothing answers, one call finds it out for all.
func TestLiveNoConnection(t *testing.T) {
	for what, setUp := range map[string]func(*kubectl){
		"refused":  func(k *kubectl) { k.refusals["/apis"] = "The connection to the server localhost:8080 was refused" },
		"hangs":    func(k *kubectl) { k.hangs["/apis"] = true },
		"log in":   func(k *kubectl) { k.refusals["/apis"] = "error: You must be logged in to the server (Unauthorized)" },
		"context":  func(k *kubectl) { k.refusals["/apis"] = `error: context "nope" does not exist` },
		"no words": func(k *kubectl) { k.refusals["/apis"] = " " },
	} {
		t.Run(what, func(t *testing.T) {
			k := newKubectl(t)
			setUp(k)
			reader := k.reader()
			var group sync.WaitGroup
			for range 10 {
				group.Go(func() {
					answer := reader.Get(t.Context(), cluster.ConfigMaps, "ns", "there")
					assert.Equal(t, cluster.Failed, answer.State)
					assert.NotEmpty(t, answer.Why)
					assert.NotContains(t, answer.Why, "error: ")
				})
				group.Go(func() {
					assert.Equal(t, cluster.Failed, reader.List(t.Context(), cluster.Pods, "").State)
				})
			}
			group.Wait()
			assert.Equal(t, []string{"/apis"}, k.calls)
		})
	}
}

// TestLiveCancelled: the end of a run is the end of its calls.
func TestLiveCancelled(t *testing.T) {
	k := newKubectl(t)
	k.hangs["/apis"] = true
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(5*time.Millisecond, cancel)
	answer := cluster.Live(k.call, time.Hour).Get(ctx, cluster.ConfigMaps, "ns", "there")
	assert.Equal(t, cluster.Failed, answer.State)
	assert.Equal(t, "context canceled", answer.Why)
}

// TestLiveAsksOnce counts the calls of many goroutines.
func TestLiveAsksOnce(t *testing.T) {
	k := newKubectl(t)
	reader := k.reader()
	var group sync.WaitGroup
	for i := range 40 {
		group.Go(func() {
			assert.Equal(t, cluster.Present, reader.Get(t.Context(), cluster.ConfigMaps, "ns", "there").State)
			assert.Equal(t, cluster.Absent, reader.Get(t.Context(), cluster.ConfigMaps, "ns", fmt.Sprint("n", i%8)).State)
			assert.Equal(t, cluster.NoKind, reader.List(t.Context(), cluster.NooBaas, "").State)
		})
	}
	group.Wait()
	assert.Len(t, k.calls, 1+1+8+1+1, "what is served, twice; each object and list, once")
	assert.LessOrEqual(t, k.most, 4)
}

// TestLiveList reads lists of one page and of several.
func TestLiveList(t *testing.T) {
	const path = "/api/v1/namespaces/ns/configmaps"
	item := func(name string) string { return `{"metadata":{"namespace":"ns","name":"` + name + `"}}` }
	for name, c := range map[string]struct {
		setUp func(*kubectl)
		state cluster.State
		names []string
		why   string
	}{
		"one page": {state: cluster.Present, names: []string{"there"}},
		"none":     {state: cluster.Absent, setUp: func(k *kubectl) { k.bodies[path+"?limit=500"] = configMaps("") }},
		"pages": {
			state: cluster.Present, names: []string{"a", "b", "c"},
			setUp: func(k *kubectl) {
				k.bodies[path+"?limit=500"] = configMaps("x=&/", item("a"))
				k.bodies[path+"?continue=x%3D%26%2F&limit=500"] = configMaps("y", item("b"))
				k.bodies[path+"?continue=y&limit=500"] = configMaps("", item("c"))
			},
		},
		"the server has forgotten the next page": {
			state: cluster.Present, names: []string{"a", "b"},
			setUp: func(k *kubectl) {
				k.bodies[path+"?limit=500"] = configMaps("x", item("a"))
				k.refusals[path+"?continue=x&limit=500"] = "Error from server (Expired): The provided continue parameter is too old"
				k.bodies[path+"?"] = configMaps("", item("a"), item("b"))
			},
		},
		"the server has forgotten it in the whole list, too": {
			state: cluster.Failed, why: "Expired",
			setUp: func(k *kubectl) {
				k.bodies[path+"?limit=500"] = configMaps("x", item("a"))
				k.refusals[path+"?continue=x&limit=500"] = "Error from server (Expired): The provided continue parameter is too old"
				k.bodies[path+"?"] = configMaps("x", item("a"))
				k.refusals[path+"?continue=x"] = "Error from server (Expired): The provided continue parameter is too old"
			},
		},
		"a list without an end": {
			state: cluster.Failed, why: "the same page of the list again and again",
			setUp: func(k *kubectl) {
				k.bodies[path+"?limit=500"] = configMaps("x", item("a"))
				k.bodies[path+"?continue=x&limit=500"] = configMaps("x", item("b"))
			},
		},
		"the next page is refused": {
			state: cluster.Forbidden, why: thingForbidden,
			setUp: func(k *kubectl) {
				k.bodies[path+"?limit=500"] = configMaps("x", item("a"))
				k.refusals[path+"?continue=x&limit=500"] = thingForbidden
			},
		},
		"an item of another type": {
			state: cluster.Failed, why: "item 1 of the list",
			setUp: func(k *kubectl) { k.bodies[path+"?limit=500"] = configMaps("", item("a"), `7`) },
		},
		"a kind that is served, and has no list": {
			state: cluster.Failed, why: "the cluster knows the kind, and does not find its list",
			setUp: func(k *kubectl) { delete(k.bodies, path+"?limit=500") },
		},
		"no list": {
			state: cluster.Failed, why: `the answer is a "ConfigMap" and no ConfigMapList`,
			setUp: func(k *kubectl) { k.bodies[path+"?limit=500"] = k.bodies[path+"/there"] },
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKubectl(t)
			if c.setUp != nil {
				c.setUp(k)
			}
			reader := k.reader()
			answers := reader.List(t.Context(), cluster.ConfigMaps, "ns")
			assert.Equal(t, c.state, answers.State, answers.Why)
			assert.Contains(t, answers.Why, c.why)
			assert.Equal(t, c.names, namesOf(answers))
			assert.Equal(t, c.state == cluster.Present || c.state == cluster.Absent, answers.Complete)
			if !answers.Complete {
				return
			}
			calls := len(k.calls)
			assert.Equal(t, cluster.Absent, reader.Get(t.Context(), cluster.ConfigMaps, "ns", "nowhere").State)
			assert.Len(t, k.calls, calls, "the list has told already")
		})
	}
}

func TestLiveLogs(t *testing.T) {
	const path = "/api/v1/namespaces/ns/pods/p/log?container=c&tailLines=2"
	k := newKubectl(t)
	k.bodies[path] = "last\nwords\n"
	assert.Equal(t, cluster.Log{Outcome: cluster.Outcome{State: cluster.Present}, Text: "last\nwords\n"},
		k.reader().Logs(t.Context(), "ns", "p", "c", 2))
	for refusal, state := range map[string]cluster.State{
		`Error from server (NotFound): pods "p" not found`: cluster.Absent,
		thingForbidden: cluster.Forbidden,
		`Error from server (BadRequest): container "c" in pod "p" is waiting to start`: cluster.Failed,
	} {
		k.refusals[path] = refusal
		log := k.reader().Logs(t.Context(), "ns", "p", "c", 2)
		assert.Equal(t, state, log.State)
		assert.Equal(t, refusal, log.Why)
		assert.Empty(t, log.Text)
	}
}

func namesOf(answers cluster.Answers) []string {
	var names []string
	for _, object := range answers.Objects {
		names = append(names, object.Metadata.Name)
	}
	return names
}

// TestRead decodes objects into what a caller needs of them.
func TestRead(t *testing.T) {
	k := newKubectl(t)
	type configMap struct {
		Metadata cluster.Metadata  `json:"metadata"`
		Data     map[string]string `json:"data"`
	}
	read, answer := cluster.Read[configMap](t.Context(), k.reader(), cluster.ConfigMaps, "ns", "there")
	require.Equal(t, cluster.Present, answer.State)
	assert.Equal(t, map[string]string{"a": "b"}, read.Data)
	assert.Equal(t, "there", read.Metadata.Name)

	type wrong struct {
		Data map[string]int `json:"data"`
	}
	none, answer := cluster.Read[wrong](t.Context(), k.reader(), cluster.ConfigMaps, "ns", "there")
	assert.Equal(t, cluster.Failed, answer.State)
	assert.Equal(t, "ConfigMap ns/there: data is not of the type that it should be, but a JSON string", answer.Why)
	assert.Empty(t, none)

	k.bodies["/api/v1/namespaces/ns/configmaps?limit=500"] = `{"kind":"ConfigMapList","apiVersion":"v1","items":[` +
		`{"metadata":{"name":"a","namespace":"ns"},"data":{"a":"x"}},{"metadata":{"name":"b","namespace":"ns"},"data":7}]}`
	all, answers := cluster.ReadAll[configMap](t.Context(), k.reader(), cluster.ConfigMaps, "ns")
	assert.Equal(t, cluster.Present, answers.State)
	assert.False(t, answers.Complete)
	assert.Equal(t, "ConfigMap ns/b: data is not of the type that it should be, but a JSON number", answers.Why)
	assert.Equal(t, []string{"a"}, namesOf(answers))
	require.Len(t, all, 1)
	assert.Equal(t, "x", all[0].Data["a"])
}
