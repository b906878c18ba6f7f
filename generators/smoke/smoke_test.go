package smoke

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPushAndPull(t *testing.T) {
	l := newLab(t).set("NODES=3").run()
	l.ends(0, "Done: an image was pushed, and 3 of 3 nodes have pulled it.")
	l.says("Node worker-1 has pulled the image.", "Node worker-2", "Node worker-3")
	require.Len(t, l.Pushed, 1)
	p := l.Pushed[0]
	assert.Regexp(t, `^`+regexp.QuoteMeta(registry+"/"+namespace)+`/registry-smoke-test:[0-9a-f]{12}$`, p.to)
	assert.Equal(t, "smoke-test:"+token, p.auth)
	assert.Contains(t, p.content, strings.Split(p.to, ":")[2], "each run's layer is its own")
	assert.JSONEq(t, `{"User": "65534", "Cmd": ["/none"]}`, p.config)

	l.run().ends(0, "Done")
	assert.NotEqual(t, p.content, l.Pushed[1].content, "no node can have the image already")
}

// TestTokensOfAnyLength: base64 ends in three ways.
func TestTokensOfAnyLength(t *testing.T) {
	for _, longer := range []string{"", "a", "ab"} {
		t.Run(longer, func(t *testing.T) {
			l := newLab(t)
			file := filepath.Join(l.parameters["ACCOUNT_FOLDER"], "token")
			require.NoError(t, os.WriteFile(file, []byte(token+longer), 0o600))
			l.run().ends(0, "Done")
			assert.Equal(t, "smoke-test:"+token+longer, l.Pushed[0].auth)
		})
	}
}

// TestPodsAreRestricted, chosen by the scheduler, and of the image by its digest.
func TestPodsAreRestricted(t *testing.T) {
	l := newLab(t).set("NODES=2", "TOPOLOGY_KEY=topology.kubernetes.io/zone",
		"NODE_SELECTOR=node-role.kubernetes.io/worker= zone=a", `TOLERATIONS=[{"key":"infra","operator":"Exists"},{"operator":"Exists"}]`)
	l.run().ends(0, "Done")
	var pods []object
	for _, c := range l.Calls {
		if c.Args[0] == "create" {
			var pod object
			require.NoError(t, json.Unmarshal([]byte(c.Stdin), &pod))
			pods = append(pods, pod)
		}
	}
	require.Len(t, pods, 2)
	meta, spec := pods[1]["metadata"].(object), pods[1]["spec"].(object)
	assert.Equal(t, object{"registryprofile.dev/smoke-test": "registry-smoke-test"}, meta["labels"])
	assert.Regexp(t, `^registry-smoke-test-[0-9a-f]{12}-2$`, meta["name"])
	container := spec["containers"].([]any)[0].(object)
	assert.Regexp(t, `^`+regexp.QuoteMeta(registry+"/"+namespace)+`/registry-smoke-test@sha256:[0-9a-f]{64}$`, container["image"])
	assert.Equal(t, "Always", container["imagePullPolicy"])
	for what, is := range map[string]any{
		`false`: spec["automountServiceAccountToken"],
		`{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}`:                                 spec["securityContext"],
		`{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true}`: container["securityContext"],
		`{"node-role.kubernetes.io/worker":"","zone":"a"}`:                                                 spec["nodeSelector"],
		`[{"key":"infra","operator":"Exists"},{"operator":"Exists"}]`:                                      spec["tolerations"],
		`{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"topology.kubernetes.io/zone",` +
			`"labelSelector":{"matchLabels":{"registryprofile.dev/smoke-test":"registry-smoke-test"}}}]}}`: spec["affinity"],
	} {
		content, err := json.Marshal(is)
		require.NoError(t, err)
		assert.JSONEq(t, what, string(content))
	}
	assert.Greater(t, spec["activeDeadlineSeconds"], 600.0)
	assert.NotContains(t, spec, "nodeName", "the scheduler obeys taints")
}

const (
	image  = registry + "/" + namespace + "/registry-smoke-test@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
	blob   = `reading blob sha256:403403403403403403403403403403403403403403403403403403403403abcd: `
	signed = `Get "https://HOST/image-registry-0b6f/docker/registry/v2/blobs/sha256/55/data?` +
		`X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=KEY&X-Amz-Signature=0f0f": `
	unsure = `rpc error: code = Unknown desc = `
)

// pulls are what nodes say, in the words of the kubelet and CRI-O, and what that means.
var pulls = map[string]struct{ message, fault, fix string }{
	"the guide's failure": {
		blob + strings.Replace(signed, "HOST", "rook-ceph-rgw-ocs.openshift-storage.svc", 1) +
			`dial tcp: lookup rook-ceph-rgw-ocs.openshift-storage.svc on 192.168.122.1:53: no such host`,
		"the node cannot resolve rook-ceph-rgw-ocs.openshift-storage.svc (no such host)", "registry.disableRedirect: true",
	},
	"the registry's own name": {
		`pinging container registry ` + registry + `: Get "https://` + registry + `/v2/": dial tcp: lookup ` +
			`image-registry.openshift-image-registry.svc on 192.168.122.1:53: no such host`,
		"cannot resolve image-registry.openshift-image-registry.svc", "node-resolver",
	},
	"a CA that nodes do not know": {
		blob + strings.Replace(signed, "HOST", "rgw.apps.example.com", 1) +
			`tls: failed to verify certificate: x509: certificate signed by unknown authority`,
		"the node does not trust the certificate of rgw.apps.example.com (x509)", "trustedCA",
	},
	"an expired certificate": {
		blob + strings.Replace(signed, "HOST", "rgw.apps.example.com", 1) + `x509: certificate has expired or is not yet valid`,
		"does not trust the certificate of rgw.apps.example.com", "trustedCA",
	},
	"the registry's own CA": {
		`pinging container registry ` + registry + `: Get "https://` + registry + `/v2/": ` +
			`tls: failed to verify certificate: x509: certificate signed by unknown authority`,
		"does not trust the certificate of " + registry, "node-ca",
	},
	"refused by the store": {
		blob + `fetching blob: invalid status code from registry 403 (Forbidden)`,
		"the store to which the registry sends nodes refuses them (403)", "credentials that were revoked",
	},
	"refused by the registry": {
		`reading manifest sha256:aa in ` + registry + `/ns/name: denied: requested access to the resource is denied`,
		"the registry refuses it (denied)", "Role",
	},
	"no pull secret": {
		`reading manifest sha256:aa in ` + registry + `/ns/name: unauthorized: authentication required`,
		"the registry does not know the node (unauthorized)", "pull secret",
	},
	"a firewall": {
		blob + strings.Replace(signed, "HOST", "rgw.apps.example.com:8443", 1) + `dial tcp 10.1.2.3:8443: i/o timeout`,
		"rgw.apps.example.com:8443 cannot be reached", "a firewall",
	},
	"nothing answers": {
		`pinging container registry ` + registry + `: Get "https://` + registry + `/v2/": dial tcp 172.30.1.1:5000: connect: connection refused`,
		registry + " cannot be reached", "pods that do not answer",
	},
	"a lost manifest": {
		`reading manifest sha256:aa in ` + registry + `/ns/name: manifest unknown`,
		"the storage has lost what was just pushed", "spec.storage",
	},
	"a lost blob": {
		blob + `fetching blob: StatusCode: 404, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code>..."`,
		"the storage has lost what was just pushed", "spec.storage",
	},
	"an error of the registry": {
		`reading manifest sha256:aa in ` + registry + `/ns/name: received unexpected HTTP status: 500 Internal Server Error`,
		"the registry has an error of its own", "oc logs -n openshift-image-registry deployment/image-registry",
	},
	"a busy registry": {
		`reading manifest sha256:aa in ` + registry + `/ns/name: toomanyrequests: too many requests`,
		"the registry has too much to do", "registry.requests",
	},
	"a full node": {
		`writing blob: storing blob to file "/var/tmp/storage1": write: no space left on device`,
		"the disk of the node is full", "Make room",
	},
	"a signature": {
		`Source image rejected: A signature was required, but no signature exists`,
		"a policy of the node refuses the image", "without a signature",
	},
	"http for https": {
		blob + strings.Replace(signed, "HOST", "rgw.example.com", 1) +
			`http: server gave HTTP response to HTTPS client`,
		"rgw.example.com answers with http", "scheme",
	},
	"anything else": {
		`something "new" & strange`, `an error that is not known here: ` + unsure + `something "new" & strange`,
		"Mend what it says",
	},
	"digits of a hash": {blob + "strange", "an error that is not known here", "Mend"},
}

func TestWhatNodesSay(t *testing.T) {
	for name, test := range pulls {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Nodes["1"] = node{on("worker-1", "waiting", "ErrImagePull", unsure+test.message)}
			l.run().ends(3, test.fix)
			l.says("0 of 1 nodes have pulled the image. These could not: worker-1.")
			assert.Contains(t, l.output, "Node worker-1 cannot pull the image: ")
			assert.Contains(t, l.output, test.fault)
			assert.NotContains(t, l.output, "X-Amz", "an address that is signed lets anybody read the blob")
		})
	}
}

// TestWhatProvesThePull: whatever comes after the pull, the image is there.
func TestWhatProvesThePull(t *testing.T) {
	withID := on("worker-1", "waiting", "ContainerCreating", "")
	withID["status"].(object)["containerStatuses"].([]any)[0].(object)["imageID"] = image
	for name, state := range map[string]object{
		"running": on("worker-1", "running", "", ""), "it has ended": ran("worker-1"), "its image has an id": withID,
		"no program":  on("worker-1", "waiting", "CreateContainerError", "no command specified"),
		"it is root":  on("worker-1", "waiting", "CreateContainerConfigError", "image will run as root"),
		"it did fail": on("worker-1", "waiting", "RunContainerError", `exec: "/none"`),
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Nodes["1"] = node{on("worker-1", "waiting", "ContainerCreating", ""), state}
			l.run().ends(0, "Done").says("Node worker-1 has pulled the image.")
		})
	}
}

// TestWhatDoesNotProveThePull: each is waited out, or is a fault.
func TestWhatDoesNotProveThePull(t *testing.T) {
	evicted := object{"node": "worker-1", "status": object{"phase": "Failed", "reason": "Evicted"}}
	for name, test := range map[string]struct {
		state object
		says  string
	}{
		"no node": {
			unscheduled("0/3 nodes are available: 3 node(s) had untolerated taint {infra: }."),
			"is on no node: 0/3 nodes are available",
		},
		"no state":    {object{"node": "worker-1", "status": object{}}, "node worker-1 is at it (no state yet)"},
		"creating":    {on("worker-1", "waiting", "ContainerCreating", ""), "node worker-1 is at it (ContainerCreating)"},
		"evicted":     {evicted, "node worker-1 has given up on registry-smoke-test"},
		"a lost node": {on("worker-1", "terminated", "ContainerStatusUnknown", "The container could not be located"), "has given up on"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Nodes["1"] = node{test.state, ran("worker-2")}
			l.run().ends(0, "Done").says("Node worker-2 has pulled the image.")
			assert.Contains(t, l.output, test.says)
		})
		t.Run(name+", for good", func(t *testing.T) {
			l := newLab(t).set("TIMEOUT_SECONDS=1")
			l.Nodes["1"] = node{test.state}
			l.run().ends(1, "Then start the Job again.").says("Time is up after")
			assert.NotContains(t, l.output, "has pulled")
		})
	}
}

// TestOneNodeOfTwo: what one node can does not hide what the other cannot.
func TestOneNodeOfTwo(t *testing.T) {
	l := newLab(t).set("NODES=2")
	l.Nodes["2"] = node{on("worker-2", "waiting", "ErrImagePull", pulls["a firewall"].message)}
	l.run().ends(3, "a firewall").says("1 of 2 nodes have pulled the image. These could not: worker-2.")
}

// TestTimeIsUpWithAFault: a node that cannot is not hidden by one that never takes its pod.
func TestTimeIsUpWithAFault(t *testing.T) {
	l := newLab(t).set("NODES=2", "TIMEOUT_SECONDS=8")
	l.Nodes["1"] = node{on("worker-1", "waiting", "ErrImagePull", pulls["a firewall"].message)}
	l.Nodes["2"] = node{unscheduled("0/1 nodes are available")}
	l.run().ends(3, "a firewall").says("0 of 2 nodes have pulled the image. These could not: worker-1.")
}

// TestAFaultThatPasses: the node tries again by itself.
func TestAFaultThatPasses(t *testing.T) {
	l := newLab(t).set("GRACE_SECONDS=60")
	fault := on("worker-1", "waiting", "ErrImagePull", pulls["nothing answers"].message)
	l.Nodes["1"] = node{fault, on("worker-1", "waiting", "ImagePullBackOff", `Back-off pulling image "x"`), fault, ran("worker-1")}
	l.run().ends(0, "Done").says("Not yet: node worker-1 cannot pull the image")
}

// TestShortTest: a fault that lasts is one before the time is up, however short that is.
func TestShortTest(t *testing.T) {
	l := newLab(t).set("GRACE_SECONDS=", "TIMEOUT_SECONDS=4")
	fault := on("worker-1", "waiting", "ErrImagePull", pulls["a firewall"].message)
	l.Nodes["1"] = node{fault}
	l.run().ends(3, "a firewall").says("Not yet: node worker-1 cannot pull the image")
}

// TestANewerKubeletRepeatsWhy, in other words, while it waits for its next try.
func TestANewerKubeletRepeatsWhy(t *testing.T) {
	l := newLab(t).set("GRACE_SECONDS=1")
	why := unsure + pulls["a firewall"].message
	again := on("worker-1", "waiting", "ImagePullBackOff", `Back-off pulling image "`+image+`": ErrImagePull: `+why)
	first := on("worker-1", "waiting", "ErrImagePull", why)
	l.Nodes["1"] = node{first, again, first, again}
	l.run().ends(3, "a firewall").says("Not yet: node worker-1 cannot pull the image: rgw.apps.example.com:8443 cannot be reached")
}

// TestWhyIsInTheEvents: an older kubelet says why in an event alone.
func TestWhyIsInTheEvents(t *testing.T) {
	l := newLab(t)
	l.Nodes["1"] = node{on("worker-1", "waiting", "ImagePullBackOff", `Back-off pulling image "`+image+`"`)}
	l.onCreate = func(pod string) {
		l.Events = []any{
			object{"reason": "Failed", "message": "Error: ImagePullBackOff", "involvedObject": object{"name": pod}},
			object{
				"reason":         "Failed",
				"message":        `Failed to pull image "` + image + `": ` + unsure + pulls["a firewall"].message,
				"involvedObject": object{"name": pod},
			},
			object{"reason": "Failed", "message": "Error: ErrImagePull", "involvedObject": object{"name": pod}},
			object{"reason": "Pulling", "message": "Failed to pull image: none", "involvedObject": object{"name": pod}},
		}
	}
	l.run().ends(3, "a firewall").says("rgw.apps.example.com:8443 cannot be reached: Failed")
}

// pushes are what the registry's client says to this Job.
var pushes = map[string]struct{ message, fault, fix string }{
	"unauthorized":   {"unauthorized: authentication required", "the registry does not take the token of this Job", "Role and RoleBinding"},
	"denied":         {"denied: requested access to the resource is denied", "the registry refuses it (denied)", "Role and RoleBinding"},
	"read-only":      {"unsupported: The operation is unsupported.", "the registry is read-only", "spec.readOnly"},
	"read-only, too": {"received unexpected HTTP status: 405 Method Not Allowed", "the registry is read-only", "spec.readOnly"},
	"a quota": {
		`unable to upload the new image manifest: unknown: s3aws: QuotaExceeded: 403`,
		"the storage is full, or its quota is used up", "bucket.maxSize",
	},
	"an error": {
		"received unexpected HTTP status: 500 Internal Server Error",
		"the registry has an error of its own, mostly of its storage", "a full bucket",
	},
	"no answer": {
		`Get "https://` + registry + `/v2/": dial tcp 172.30.1.1:5000: i/o timeout`, registry + " cannot be reached",
		"NetworkPolicy",
	},
	"no name": {
		`Get "https://` + registry +
			`/v2/": dial tcp: lookup image-registry.openshift-image-registry.svc on 172.30.0.10:53: no such host`,
		"this Job's pod cannot resolve image-registry.openshift-image-registry.svc", "openshift-dns",
	},
	"no trust": {
		`Get "https://` + registry + `/v2/": x509: certificate signed by unknown authority`,
		"this Job's pod does not trust the certificate of " + registry, "service-ca",
	},
	"its own token": {`strange: ` + token, "an error that is not known here: strange: (hidden)", "Mend"},
}

func TestWhatTheRegistrySaysToAPush(t *testing.T) {
	for name, test := range pushes {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Push = []string{test.message}
			l.run().ends(3, test.fix)
			assert.Contains(t, l.output, "The registry takes no image: "+test.fault)
		})
		t.Run(name+", for a while", func(t *testing.T) {
			l := newLab(t).set("GRACE_SECONDS=60")
			l.Push = []string{test.message, test.message, ""}
			l.run().ends(0, "Done").says("Not yet: " + test.fault)
		})
	}
}

func TestPushWithoutAWord(t *testing.T) {
	l := newLab(t)
	l.Plan = []incident{{On: "image append", Stderr: "Killed"}}
	l.run().ends(3, "Mend").says("The registry takes no image: an error that is not known here: Killed")
}

// TestWaits: the registry has to be ready, in the settings that Config has now.
func TestWaits(t *testing.T) {
	condition := func(kind, status, reason, message string) func(*lab) {
		return func(l *lab) {
			for _, c := range l.Config["status"].(object)["conditions"].([]any) {
				if c.(object)["type"] == kind {
					c.(object)["status"], c.(object)["reason"], c.(object)["message"] = status, reason, message
				}
			}
		}
	}
	for name, test := range map[string]struct {
		fault     func(*lab)
		says, fix string
	}{
		"no Job": {func(l *lab) { l.Job = nil }, "there is no Job registry-profile/registry-bootstrap-12345678", "Deliver"},
		"a Job":  {func(l *lab) { l.Job = object{} }, "is not complete", "oc logs -n registry-profile job/registry-bootstrap-12345678"},
		"failed": {func(l *lab) { l.Job["status"].(object)["conditions"].([]any)[0].(object)["type"] = "Failed" }, "has failed", "oc logs"},
		"Config": {func(l *lab) { l.Config = nil }, "there is no configs.imageregistry.operator.openshift.io/cluster", "Find out why"},
		"removed": {
			func(l *lab) { l.Config["spec"] = object{"managementState": "Removed"} },
			"spec.managementState of configs.imageregistry.operator.openshift.io/cluster is Removed",
			"verify.enabled",
		},
		"read-only": {
			func(l *lab) { l.Config["spec"].(object)["readOnly"] = true },
			"spec.readOnly of configs.imageregistry.operator.openshift.io/cluster is true",
			"verify.enabled: false",
		},
		"unseen": {func(l *lab) { l.Config["metadata"].(object)["generation"] = 8.0 }, "the operator saw generation 7", "Find out why"},
		"unavailable": {
			condition("Available", "False", "NoReplicasAvailable", "none"),
			"says Available=False NoReplicasAvailable: none", "oc describe",
		},
		"degraded": {condition("Degraded", "True", "Error", "s3"), "says Degraded=True Error: s3", "oc describe"},
		"rolling out": {
			condition("Progressing", "True", "DeploymentNotCompleted", "x"),
			"says Progressing=True DeploymentNotCompleted: x", "oc describe",
		},
		"no secret": {func(l *lab) { l.Account = object{} }, "it has no imagePullSecrets", "openshift-controller-manager"},
		"no account": {
			func(l *lab) { l.Account = nil }, "there is no ServiceAccount registry-profile-smoke-test/default",
			"openshift-controller-manager",
		},
		"no right": {
			func(l *lab) {
				l.Plan = []incident{{On: "create", Stderr: `Error from server (Forbidden): pods is forbidden: User "x" cannot create`}}
			}, "pods is forbidden: User", "Deliver the Job's Roles and RoleBindings",
		},
		"no token": {func(l *lab) { l.set("ACCOUNT_FOLDER=/nowhere") }, "/nowhere/token cannot be read", "Mend"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).set("TIMEOUT_SECONDS=0", "WAIT_SECONDS=0")
			test.fault(l)
			l.run().ends(1, test.fix)
			assert.Contains(t, l.output, "Not yet: ")
			assert.Contains(t, l.output, test.says)
		})
	}
}

// TestKilledAfterAnyCallThenStartedAgain: what a killed run has left, the next takes away.
func TestKilledAfterAnyCallThenStartedAgain(t *testing.T) {
	whole := newLab(t).set("NODES=2").run().ends(0, "Done")
	require.Greater(t, len(whole.Calls), 8)
	for n, c := range whole.Calls {
		t.Run(fmt.Sprint(n+1, c.Args[0]), func(t *testing.T) {
			l := newLab(t).set("NODES=2")
			l.KillAt = n + 1
			l.run()
			require.Equal(t, -1, l.status)
			l.KillAt = 0
			l.run().ends(0, "Done: an image was pushed, and 2 of 2 nodes have pulled it.")
		})
	}
}

// TestStoppedWhileItPullsOrPushes: a node is drained, or the Job's time is up.
func TestStoppedAtAnyCall(t *testing.T) {
	for _, at := range []string{"jobs.batch", "image append", "create", "get --ignore-not-found pods"} {
		t.Run(at, func(t *testing.T) {
			l := newLab(t)
			l.Plan = []incident{{On: at, Times: 1, Skip: strings.Count(at, "pods"), Signal: syscall.SIGTERM}}
			l.run().ends(1, "Nothing, if the Job starts another pod")
		})
	}
}

// TestLeftovers: only pods of this image are taken away. Another smoke test may be at work.
func TestLeftovers(t *testing.T) {
	l := newLab(t)
	l.Stream = true
	pod := func(name string, labels object) object {
		return object{"metadata": object{"name": name, "labels": labels}, "spec": object{}}
	}
	l.Pods = []object{
		pod("earlier-1", object{"registryprofile.dev/smoke-test": "registry-smoke-test"}),
		pod("of-others", object{"app": "x"}), pod("of-the-other", object{"registryprofile.dev/smoke-test": "registry-verify"}),
	}
	l.run()
	require.Len(t, l.Pods, 2)
	for i, name := range []string{"of-others", "of-the-other"} {
		assert.Equal(t, name, l.Pods[i]["metadata"].(object)["name"])
	}
	assert.False(t, l.Stream)
	assert.Equal(t, 0, l.status, l.output)
}

func TestCleaningUpThatFails(t *testing.T) {
	l := newLab(t)
	l.Plan = []incident{{On: "delete imagestreams", Skip: 1, Stderr: "Error from server: etcdserver: request timed out"}}
	l.run()
	assert.Equal(t, 0, l.status, l.output)
	l.says("Note: what this run has made is still in namespace registry-profile-smoke-test: Error from server")

	l = anotherLab(t)
	l.Plan = []incident{{On: "delete pods", Times: 2, Stderr: "Error from server: etcdserver: request timed out"}}
	l.run().ends(0, "Done").says("Not yet: Error from server: etcdserver: request timed out")
}

// Whatever the shell is told to do by its environment, it prints no credential.
func TestOptionsFromOutside(t *testing.T) {
	options := filepath.Join(t.TempDir(), "options.sh")
	require.NoError(t, os.WriteFile(options, []byte("set -o allexport -o verbose -o xtrace\n"), 0o600))
	for _, shell := range [][]string{{"SHELLOPTS=xtrace:allexport:verbose", "PS4=+ $token "}, {"BASH_ENV=" + options}} {
		t.Run(shell[0], func(t *testing.T) {
			l := newLab(t)
			l.shell = shell
			l.run().ends(0, "Done")
		})
	}
}

func TestParameters(t *testing.T) {
	t.Run("all missing", func(t *testing.T) {
		l := newLab(t)
		all := l.parameters
		l.parameters = map[string]string{}
		l.run().ends(2, "Correct the profile")
		for name := range all {
			if name != "POLL_SECONDS" && name != "GRACE_SECONDS" && name != "ACCOUNT_FOLDER" {
				l.says("Parameter " + name + " is missing: ")
			}
		}
		assert.Empty(t, l.Calls)
	})
	for _, wrong := range []string{
		"BOOTSTRAP_JOB=A", "PULL_NAMESPACE=", "IMAGE_NAME=a b", "NODES=0", "NODES=x", `TOPOLOGY_KEY="`, `NODE_SELECTOR=a="b"`,
		"NODE_SELECTOR=a", "TOLERATIONS={}", `TOLERATIONS=[{"a":{}}]`, "TIMEOUT_SECONDS=10m", "WAIT_SECONDS=-1", "SERVICE_CA_FILE=ca",
		"GRACE_SECONDS=a[0]",
	} {
		t.Run(wrong, func(t *testing.T) {
			name, value, _ := strings.Cut(wrong, "=")
			l := newLab(t).set(wrong).run().ends(2, "Correct the profile")
			l.says(fmt.Sprintf("Parameter %s: \"%s\" is not ", name, value))
			assert.Empty(t, l.Calls)
		})
	}
}
