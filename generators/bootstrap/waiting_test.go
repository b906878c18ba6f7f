package bootstrap

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// An API server that takes a call and never answers it must not stop the run.
func TestCallWithoutAnAnswer(t *testing.T) {
	l := newLab(t).set("CALL_SECONDS=1")
	l.plan(&incident{On: "get --ignore-not-found -n openshift-storage", Times: 1, Signal: hang})
	l.run().ends(0, "Done").says("oc has had no answer for 1 seconds")
}

// Short of memory, the kernel kills whatever it finds.
func TestCallWhoseStatusIsLost(t *testing.T) {
	l := newLab(t)
	l.plan(&incident{On: "get --ignore-not-found -n openshift-storage", Times: 1, Stdout: "Warning: old", Signal: orphan})
	l.run().ends(0, "Done").says("oc ended with status unknown")
}

// The operator writes back a whole Config that it read before the patch.
func TestLostPatchIsWrittenAgain(t *testing.T) {
	stale := object{"managementState": "Managed", "replicas": 1.0, "storage": object{"s3": nil, "emptyDir": object{}}}
	good := []any{object{"type": "Available", "status": "True"}, object{"type": "Degraded", "status": "False"}}
	reports := func(skip int, conditions ...any) *incident {
		change := map[string]object{operator: {"status": object{"conditions": conditions}}}
		return &incident{On: "get clusteroperators", Skip: skip, Times: 1, Change: change}
	}
	undo := &incident{On: "get clusteroperators", Times: 1, Change: map[string]object{config: {"spec": stale}}}
	l := newLab(t).plan(undo, reports(0), reports(1, good...))
	l.run().ends(0, "Done")
	spec := l.Objects[config]["spec"].(object)
	assert.Equal(t, 2.0, spec["replicas"])
	assert.Equal(t, bucket, spec["storage"].(object)["s3"].(object)["bucket"])
	assert.NotContains(t, spec["storage"], "emptyDir")
}

// Whatever is not there yet, or goes wrong for a while, is waited for; each
// fault is told once.
func TestWaits(t *testing.T) {
	gone := func(key string) map[string]object { return map[string]object{key: nil} }
	for name, test := range map[string]struct {
		key, at string // this object is only as it should be when asked for the third time
		like    string
		says    string
	}{
		"no claim": {
			claim, "get --ignore-not-found -n openshift-image-registry objectbucketclaims", ``,
			"Waiting for ObjectBucketClaim",
		},
		"pending claim":       {claim, "objectbucketclaims", `{"status": {"phase": "Pending"}}`, "Waiting for ObjectBucketClaim"},
		"claim without phase": {claim, "objectbucketclaims", `{"status": null}`, "Waiting for ObjectBucketClaim"},
		"no ConfigMap":        {claimMap, "-n openshift-image-registry configmaps", ``, "Waiting for ObjectBucketClaim"},
		"no port": {
			claimMap, "-n openshift-image-registry configmaps", `{"data": {"BUCKET_PORT": ""}}`,
			"Waiting for ObjectBucketClaim",
		},
		"no Secret": {claimSecret, "secrets image-registry -o", ``, "Waiting for ObjectBucketClaim"},
		"half a Secret": {
			claimSecret, "secrets image-registry -o", `{"data": {"AWS_SECRET_ACCESS_KEY": ""}}`,
			"Waiting for ObjectBucketClaim",
		},
		"no Route": {
			route, "routes", ``,
			"Waiting for Route openshift-storage/ocs-storagecluster-cephobjectstore-secure to have a host",
		},
		"Route without host": {route, "routes", `{"spec": {"host": ""}}`, "Waiting for Route"},
		"no CA": {
			ingressCA, "default-ingress-cert", ``,
			"Waiting for a CA certificate in ConfigMap openshift-config-managed/default-ingress-cert, key ca-bundle.crt",
		},
		"no certificate": {
			ingressCA, "default-ingress-cert", `{"data": {"ca-bundle.crt": "nothing"}}`,
			"Waiting for a CA certificate",
		},
		"no Config": {config, "get --ignore-not-found configs", ``, "Waiting for the registry's configuration"},
		"Config goes away": {
			config, "get --ignore-not-found configs", `{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}`,
			"Waiting for the registry's configuration",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			whole := merge(l.Objects[test.key], object{}).(object)
			if test.like == "" {
				l.change(gone(test.key))
			} else {
				l.with(test.key, test.like)
				for _, key := range slices.Collect(maps.Keys(l.Objects[test.key])) {
					if whole[key] == nil {
						whole[key] = nil
					}
				}
			}
			if m, ok := whole["metadata"].(object); ok {
				whole["metadata"] = merge(m, object{"deletionTimestamp": "x"})
				whole["metadata"].(object)["deletionTimestamp"] = nil
			}
			l.plan(&incident{On: test.at, Skip: 2, Times: 1, Change: map[string]object{test.key: whole}})
			l.run().ends(0, "Done").says(test.says)
		})
	}
}

func TestPassingFaults(t *testing.T) {
	forbidden := `Error from server (Forbidden): %s is forbidden: User "system:serviceaccount:x:y" cannot %s` + "\n"
	for name, test := range map[string]struct {
		incident incident
		says     string
	}{
		"RBAC has not landed": {
			incident{On: "get", Times: 3, Stderr: fmt.Sprintf(forbidden, "objectbucketclaims", "get")},
			"is forbidden",
		},
		"no server": {
			incident{
				On: "get", Times: 3,
				Stderr: "E0101 10:00:00.1 1 memcache.go:265] couldn't get current server API group list\n" +
					"The connection to the server was refused\n",
			},
			"The connection to the server was refused",
		},
		"no such kind": {
			incident{On: "routes", Times: 2, Stderr: "error: the server doesn't have a resource type \"routes\"\n"},
			"doesn't have a resource type",
		},
		"CA not written": {
			incident{
				On: "-n openshift-config -f", Times: 2,
				Stderr: "Warning: old\n" + fmt.Sprintf(forbidden, "configmaps", "patch"),
			},
			"is forbidden",
		},
		"CA source unreadable": {
			incident{On: "default-ingress-cert", Times: 2, Stderr: fmt.Sprintf(forbidden, "configmaps", "get")},
			"is forbidden",
		},
		"CA unreadable": {
			incident{On: "configmaps registry-s3-ca", Times: 2, Stderr: fmt.Sprintf(forbidden, "configmaps", "get")},
			"is forbidden",
		},
		"claim's map unreadable": {
			incident{On: "configmaps image-registry ", Times: 2, Stderr: fmt.Sprintf(forbidden, "configmaps", "get")},
			"is forbidden",
		},
		"claim's keys unreadable": {
			incident{On: "secrets image-registry ", Times: 2, Stderr: fmt.Sprintf(forbidden, "secrets", "get")},
			"is forbidden",
		},
		"Secret unreadable": {
			incident{
				On: "get --ignore-not-found -n openshift-image-registry secrets image-registry-private", Times: 2,
				Stderr: fmt.Sprintf(forbidden, "secrets", "get"),
			},
			"is forbidden",
		},
		"Secret not written": {
			incident{
				On: "-n openshift-image-registry -f", Times: 2,
				Stderr: "The Secret is invalid: \n* data: QUNDRVNTS0VZ and c2VjcmV0K2tleS8x\n",
			},
			"The Secret is invalid: * data: (hidden) and (hidden)",
		},
		"an answer that broke off": {
			incident{
				On: "secrets image-registry ", Times: 2,
				Stdout: "registry-profile reads:\nAWS_ACCESS_KEY_ID=QUNDRVNTS0VZ\n", Stderr: "unexpected EOF",
			},
			"oc broke off in the middle of its answer",
		},
		"no word": {incident{On: "get", Times: 1, Stderr: "\n"}, "oc ended with status 1"},
		"Config unreadable": {
			incident{
				On: "get --ignore-not-found configs", Times: 2, Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config not read before the credentials": {
			incident{
				On: "get --ignore-not-found configs", Skip: 2, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config not read before the switch": {
			incident{
				On: "get --ignore-not-found configs", Skip: 3, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config not read before the CA": {
			incident{
				On: "get --ignore-not-found configs", Skip: 1, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config not read back": {
			incident{
				On: "get --ignore-not-found configs", Skip: 4, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"Config conflict": {
			incident{On: theSwitch, Times: 2, Stderr: "Error from server (Conflict): Operation cannot be fulfilled\n"},
			"Conflict",
		},
		"second owner conflict": {
			incident{
				On: "apply --server-side", Skip: 2, Times: 1,
				Stderr: "error: Operation cannot be fulfilled\nPlease review the fields above\n",
			},
			"error: Operation cannot be fulfilled",
		},
		"second owner not read back": {
			incident{
				On: "get --ignore-not-found configs", Skip: 5, Times: 1,
				Stderr: "Error from server (InternalError): etcd\n",
			},
			"etcd",
		},
		"operator unreadable": {
			incident{On: "clusteroperators", Times: 2, Stderr: fmt.Sprintf(forbidden, "clusteroperators", "get")},
			"is forbidden",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(config, appliedBefore).plan(&test.incident)
			l.run().ends(0, "Done").says(test.says)
			assert.Equal(t, 1, strings.Count(l.output, "Waiting for"), l.output)
			assert.NotContains(t, l.output, "Warning:")
		})
	}
	t.Run("warnings are not the answer", func(t *testing.T) {
		l := newLab(t).plan(&incident{On: "get", Stdout: "Warning: phase=Lost\n"})
		l.run().ends(0, "Done")
		assert.NotContains(t, l.output, "Warning")
	})
}

func TestTimeIsUp(t *testing.T) {
	for name, test := range map[string]struct {
		key, like  string
		parameters []string
		says       []string
		lastLine   string
	}{
		"claim": {claim, `{"status": {"phase": "Pending"}}`, nil, []string{
			"Time is up after ", "ObjectBucketClaim openshift-image-registry/image-registry: phase Pending, " +
				"storage class ocs-storagecluster-ceph-rgw.",
			"Its events: MissingBucketClass: no such class", "StorageCluster openshift-storage/ocs-storagecluster: phase Ready.",
		}, "Check that StorageCluster openshift-storage/ocs-storagecluster is Ready"},
		"claim, nothing known": {
			claim, `{"status": null, "spec": {"generateBucketName": null}}`, []string{"STORAGE_NAMESPACE=", "STORAGE_CLUSTER="},
			[]string{"phase none, storage class ocs-storagecluster-ceph-rgw."}, "Find out why its provisioner",
		},
		"degraded operator": {
			operator, `{"status": {"conditions": [
				{"type": "Degraded", "status": "True", "reason": "Unavailable", "message": "exactly one storage type"}]}}`,
			nil,
			[]string{
				"Conditions of ClusterOperator image-registry: Degraded=True Unavailable: exactly one storage type",
				"Its conditions: Available=True : \nDegraded=True Unavailable: exactly one\n",
			},
			"oc logs -n openshift-image-registry deployment/cluster-image-registry-operator",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).with(test.key, test.like).set("TIMEOUT_SECONDS=0").set(test.parameters...)
			if name == "degraded operator" {
				l.Operator = false
				l.plan(status(2, ours, object{"type": "Available", "status": "True"},
					condition("Degraded", "True", "Unavailable", "exactly one")))
			}
			l.Objects["events"] = object{"items": []any{object{"reason": "MissingBucketClass", "message": "no such class"}}}
			l.run().ends(1, test.lastLine).says(test.says...)
		})
	}
	t.Run("volume", func(t *testing.T) {
		l := newLab(t).set(onVolume...).set("TIMEOUT_SECONDS=0")
		l.Operator = false
		l.plan(status(2, object{"pvc": object{"claim": "x"}}))
		l.run().ends(1, "leaveStorage: [{claim: x}]").says("Before that, this run had written " + config + ";")
	})
	t.Run("the cluster does not answer", func(t *testing.T) {
		l := newLab(t).set("TIMEOUT_SECONDS=1").plan(&incident{On: "get", Stderr: "Unable to connect to the server: EOF\n"})
		l.run().ends(1, "Find out why the Job's pod does not reach the API server").says("Its events: none")
	})
	t.Run("an operator that is not asked", func(t *testing.T) {
		l := newLab(t).set("TIMEOUT_SECONDS=0").plan(
			&incident{On: "clusteroperators", Stderr: "Error\n"},
			&incident{On: "get --ignore-not-found configs", Skip: 6, Stderr: "Error of the diagnosis\n"})
		l.Operator = false
		l.run().ends(1, "Then start the Job again").says("No answer: Error\n", "No answer: Error of the diagnosis\n")
		l.says("managementState none", "Conditions of ClusterOperator image-registry: none")
	})
	t.Run("a switch that does not stay", func(t *testing.T) {
		l := newLab(t).set("TIMEOUT_SECONDS=0").plan(afterSwitch(object{"spec": object{"managementState": "Removed"}}))
		l.run().ends(1, "Something else keeps writing that")
		l.says("Waiting for " + config + " to name the new storage")
		l.says("managementState Removed, spec.storage s3, status.storage none,")
	})
}

func TestStopped(t *testing.T) {
	const forbidden = "Error from server (Forbidden): routes is forbidden"
	stop := func(call string) *incident { return &incident{On: call, Signal: syscall.SIGTERM} }
	for name, test := range map[string]struct {
		incidents []*incident
		advice    string
		says      string
	}{
		"in a call": {
			[]*incident{stop("routes")},
			"Nothing, if the Job starts another pod: it goes on from here. Otherwise: Check the Route's name.",
			"Stopped while waiting for Route openshift-storage/ocs-storagecluster-cephobjectstore-secure to have a host.",
		},
		"by hand": {
			[]*incident{{On: "objectbucketclaims", Signal: syscall.SIGINT}}, "Find out why its provisioner",
			"Stopped while waiting for ObjectBucketClaim",
		},
		"in the first call": {[]*incident{stop("get")}, "Find out why its provisioner", "Stopped while waiting for"},
		"after a fault": {
			[]*incident{{On: "routes", Times: 1, Stderr: forbidden + "\n"}, stop("routes")},
			"Mend what the last reason says", "The last reason was: " + forbidden,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t).plan(test.incidents...)
			began := time.Now()
			l.run().ends(1, test.advice).says(test.says)
			assert.Less(t, time.Since(began), 5*time.Minute)
		})
	}
}
