package bootstrap

import (
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
)

// fault is what is wrong in a cluster, and stays so.
type fault struct {
	key, like  string    // this object is like that; with no like, it is not there
	then       *incident // goes wrong later, and there is no operator
	parameters []string
}

func (f fault) in(l *lab) *lab {
	if f.key != "" && f.like == "" {
		l.change(map[string]object{f.key: nil})
	} else if f.key != "" {
		l.with(f.key, f.like)
	}
	if f.then != nil {
		l.Operator = false
		l.plan(f.then)
	}
	return l.set(f.parameters...)
}

// after patches an object when the script has made a call.
func after(call, key string, patch object) *incident {
	return &incident{On: call, After: true, Change: map[string]object{key: patch}}
}

func afterSwitch(patch object) *incident { return after(theSwitch, config, patch) }

func condition(kind, status, reason, message string) object {
	return object{"type": kind, "status": status, "reason": reason, "message": message}
}

// ours is the storage of the switch, as the operator repeats it.
var ours = object{"s3": object{
	"bucket": bucket, "regionEndpoint": "https://rgw.apps.example.com", "trustedCA": object{"name": "registry-s3-ca"},
}}

// status is what the operator has made of the switch.
func status(generation int, storage object, conditions ...object) *incident {
	list := []any{}
	for _, c := range conditions {
		list = append(list, c)
	}
	return afterSwitch(object{"status": object{
		"observedGeneration": float64(generation), "storage": storage, "conditions": list,
	}})
}

// TestReasons: whatever is missing, the script says so by its name while it waits
// and when it gives up, and its advice is about that.
func TestReasons(t *testing.T) {
	const (
		obc      = "ObjectBucketClaim openshift-image-registry/image-registry"
		inMap    = "ConfigMap openshift-image-registry/image-registry"
		inSecret = "Secret openshift-image-registry/image-registry"
		theRoute = "Route openshift-storage/ocs-storagecluster-cephobjectstore-secure"
		source   = "ConfigMap openshift-config-managed/default-ingress-cert"
		written  = "Secret openshift-image-registry/image-registry-private-configuration-user"

		provisioner = "The rook-ceph-operator or noobaa-operator fills that object"
		pem         = "Put the PEM certificate of the CA that signed the certificate of https://rgw.apps.example.com"
		capability  = "The image registry operator makes that object: check that the ImageRegistry capability is enabled"
		idle        = "Find out why the operator is idle: oc get pods -n openshift-image-registry"
		conditions  = "Mend what the conditions above say; oc logs -n openshift-image-registry"
		rewritten   = "Find out what else writes that object"
		undone      = "Something else keeps writing that"

		forbidden  = `Error from server (Forbidden): routes is forbidden: User "x" cannot get resource "routes"`
		noSuchKind = `error: the server doesn't have a resource type "objectbucketclaims"`
		guarded    = `Error from server (Forbidden): configs "cluster" is forbidden: ` +
			`ValidatingAdmissionPolicy 'registry-profile-config' with binding 'x' denied request: would move the registry`
		refused = "The connection to the server 172.30.0.1:443 was refused"
	)
	available := object{"type": "Available", "status": "True"}
	annotations := object{"kubectl.kubernetes.io/last-applied-configuration": `{"spec":{"storage":{}}}`}
	argo := object{
		"manager": "argocd-controller", "operation": "Apply", "fieldsV1": object{"f:spec": object{"f:storage": object{}}},
	}
	for name, test := range map[string]struct {
		fault
		reason, advice string
	}{
		"no claim": {fault{key: claim}, "there is no " + obc, "Deliver all that was rendered"},
		"pending claim": {
			fault{key: claim, like: `{"status": {"phase": "Pending"}}`}, "the phase of " + obc + " is Pending",
			"Find out why its provisioner does not fill it: oc describe -n openshift-image-registry " +
				"objectbucketclaims.objectbucket.io image-registry. Check that StorageCluster " +
				"openshift-storage/ocs-storagecluster is Ready. Then start the Job again.",
		},
		"claim without phase": {
			fault{key: claim, like: `{"status": null}`}, "the phase of " + obc + " is empty", "Find out why its provisioner",
		},
		"no ConfigMap": {fault{key: claimMap}, "there is no " + inMap, provisioner},
		"no bucket": {
			fault{key: claimMap, like: `{"data": null}`}, "BUCKET_NAME is missing or empty in " + inMap, provisioner,
		},
		"no host": {
			fault{key: claimMap, like: `{"data": {"BUCKET_HOST": null}}`},
			"BUCKET_HOST is missing or empty in " + inMap, provisioner,
		},
		"no port": {
			fault{key: claimMap, like: `{"data": {"BUCKET_PORT": ""}}`},
			"BUCKET_PORT is missing or empty in " + inMap, provisioner,
		},
		"no Secret": {fault{key: claimSecret}, "there is no " + inSecret, provisioner},
		"half a Secret": {
			fault{key: claimSecret, like: `{"data": {"AWS_SECRET_ACCESS_KEY": ""}}`},
			"AWS_SECRET_ACCESS_KEY is missing or empty in " + inSecret, provisioner,
		},
		"the other half": {
			fault{key: claimSecret, like: `{"data": {"AWS_ACCESS_KEY_ID": null}}`},
			"AWS_ACCESS_KEY_ID is missing or empty in " + inSecret, provisioner,
		},
		"no credential": {
			fault{key: claimSecret, like: `{"data": {"AWS_ACCESS_KEY_ID": "ACCESSKEY!"}}`},
			"AWS_ACCESS_KEY_ID in " + inSecret + " is not base64", provisioner,
		},
		"no Route": {fault{key: route}, "there is no " + theRoute, "Check the Route's name."},
		"Route without host": {
			fault{key: route, like: `{"spec": {"host": ""}}`}, theRoute + " has no spec.host",
			"OpenShift gives a Route its host: oc describe route -n openshift-storage " +
				"ocs-storagecluster-cephobjectstore-secure",
		},
		"no CA": {fault{key: ingressCA}, "there is no " + source, pem},
		"no key": {
			fault{key: ingressCA, like: `{"data": {"ca-bundle.crt": null, "other": "x"}}`},
			"ca-bundle.crt is missing or empty in " + source, pem,
		},
		"no certificate": {
			fault{key: ingressCA, like: `{"data": {"ca-bundle.crt": "nothing"}}`},
			"ca-bundle.crt in " + source + " holds no PEM certificate", pem,
		},
		"no Config": {fault{key: config}, "there is no " + config, capability},
		"deleted Config": {
			fault{key: config, like: `{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}`},
			config + " is being deleted", "Find out what keeps it from going away",
		},
		"the CA does not stay": {
			fault{then: after("-n openshift-config -f", copiedCA, object{"data": object{"ca-bundle.crt": "theirs"}})},
			"ConfigMap openshift-config/registry-s3-ca does not hold what was just written to it", rewritten,
		},
		"the credentials do not stay": {
			fault{then: after("-n openshift-image-registry -f", credentials,
				object{"data": object{"REGISTRY_STORAGE_S3_SECRETKEY": "dGhlaXJz"}})},
			written + " does not hold what was just written to it", rewritten,
		},
		"Removed again": {
			fault{then: afterSwitch(object{"spec": object{"managementState": "Removed"}})},
			`spec.managementState of ` + config + ` is "Removed" and not "Managed"`, undone,
		},
		"another region again": {
			fault{then: afterSwitch(object{"spec": object{"storage": object{"s3": object{"region": "x"}}}})},
			`spec.storage.s3.region of ` + config + ` is "x" and not "us-east-1"`, undone,
		},
		"encrypted again": {
			fault{then: afterSwitch(object{"spec": object{"storage": object{"s3": object{"encrypt": true}}}})},
			`spec.storage.s3.encrypt of ` + config + ` is "true" and not ""`, undone,
		},
		"annotated again": {
			fault{then: afterSwitch(object{"metadata": object{"annotations": annotations}})},
			"oc apply has just annotated " + config + " again", undone,
		},
		"no second owner": {
			fault{
				key: config, like: `{"metadata": {"managedFields": [` + text(argo) + `]}}`,
				then: after("apply", config, object{"metadata": object{"managedFields": []any{argo}}}),
			},
			"argocd-controller could still remove spec.storage of " + config, undone,
		},
		"an operator that has seen nothing": {
			fault{then: afterSwitch(object{"status": nil})},
			"the operator saw generation 0 of " + config + ", not 2", idle,
		},
		"an operator that has not seen the switch": {
			fault{then: status(1, ours, available, object{"type": "Degraded", "status": "False"})},
			"the operator saw generation 1 of " + config + ", not 2", idle,
		},
		"no storage set up": {
			fault{then: status(2, object{})}, "status.storage of " + config + " names nothing and not s3", conditions,
		},
		"another bucket set up": {
			fault{
				then:       status(2, object{"s3": object{"bucket": "old"}}),
				parameters: []string{"LEAVE_STORAGE=bucket=old"},
			},
			"status.storage.s3.bucket of " + config + ` is "old", not yet that of spec`, conditions,
		},
		"no conditions": {fault{then: status(2, ours)}, config + " says Available=nothing", conditions},
		"unavailable": {
			fault{then: status(2, ours, condition("Available", "False", "NoReplicas", "0 of 2"))},
			config + " says Available=False NoReplicas: 0 of 2", conditions,
		},
		"degraded": {
			fault{then: status(2, ours, available, condition("Degraded", "True", "Unavailable", "an \"unknown\"\nCA"))},
			config + ` says Degraded=True Unavailable: an \"unknown\"\u000ACA`, conditions,
		},
		"a quota": {
			fault{then: &incident{On: "apply", Stderr: "secrets is forbidden: exceeded quota"}},
			"secrets is forbidden: exceeded quota", "Mend what the last reason says (a quota",
		},
		"no right": {
			fault{then: &incident{On: "routes", Stderr: forbidden}}, forbidden,
			"Deliver the Job's Roles and RoleBindings, which allow that.",
		},
		"no ODF": {
			fault{then: &incident{On: "objectbucketclaims", Stderr: noSuchKind}}, noSuchKind, "Install what brings that kind",
		},
		"policies of another profile": {
			fault{then: &incident{On: "patch", Stderr: guarded}}, guarded, "Deliver this profile's own policies",
		},
		"no server": {
			fault{then: &incident{On: "get", Stderr: refused}}, refused,
			"Find out why the Job's pod does not reach the API server.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := test.in(newLab(t).set("TIMEOUT_SECONDS=0")).run()
			l.ends(1, "What to do: "+test.advice).says("Not yet: "+test.reason+"\n", "The last reason was: "+test.reason+"\n")
			assert.Contains(t, l.output, "Waiting for")
			assert.Regexp(t, regexp.MustCompile(`(?m)^What to do: .*[.]$`), l.output)
		})
	}
}

// TestReasonsAsTheyChange: a reason is told when it is another than before, and
// not as often as the script looks.
func TestReasonsAsTheyChange(t *testing.T) {
	phase := func(skip int, phase string) *incident {
		change := map[string]object{claim: {"status": object{"phase": phase}}}
		return &incident{On: "objectbucketclaims", Skip: skip, Times: 1, Change: change}
	}
	l := newLab(t).with(claim, `{"status": {"phase": "Pending"}}`)
	l.plan(phase(3, "Releasing"), phase(6, "Pending"), phase(9, "Bound")).run().ends(0, "Done")
	var told []string
	for line := range strings.Lines(l.output) {
		if strings.HasPrefix(line, "Waiting for ") || strings.HasPrefix(line, "Not yet: ") {
			told = append(told, strings.TrimSpace(line))
		}
	}
	const is = "Not yet: the phase of ObjectBucketClaim openshift-image-registry/image-registry is "
	assert.Equal(t, []string{
		"Waiting for ObjectBucketClaim openshift-image-registry/image-registry to be Bound, " +
			"with its ConfigMap and Secret.",
		is + "Pending", is + "Releasing", is + "Pending",
	}, told)
}

// TestReasonHidesCredentials: what the cluster says may quote them.
func TestReasonHidesCredentials(t *testing.T) {
	const quoted = `"QUNDRVNTS0VZ" c2VjcmV0K2tleS8x ACCESSKEY, secret+key/1.`
	denied := condition("Available", "False", "Denied", quoted)
	l := newLab(t).set("TIMEOUT_SECONDS=0")
	l.Operator = false
	l.plan(status(2, ours, denied)).run()
	l.ends(1, "Mend what the conditions above say")
	l.says("Not yet: " + config + ` says Available=False Denied: \"(hidden)\" (hidden) (hidden), (hidden).` + "\n")
}

// TestErrorHidesCredentials: the API server quotes what it refuses as it was, not in base64.
func TestErrorHidesCredentials(t *testing.T) {
	refuse := func(message string) *incident {
		return &incident{On: "-n openshift-image-registry -f", Stderr: message + "\n"}
	}
	l := newLab(t).set("TIMEOUT_SECONDS=0")
	l.plan(refuse(`admission webhook "x" denied the request: ACCESSKEY, "secret+key/1" are weak`)).run()
	l.ends(1, "Mend what the last reason says")
	l.says(`Not yet: admission webhook "x" denied the request: (hidden), "(hidden)" are weak`)
}

// TestShortCredentialsHideNoNames: a short one is hidden where it stands for itself,
// not where some name has it as a part.
func TestShortCredentialsHideNoNames(t *testing.T) {
	l := newLab(t).set("TIMEOUT_SECONDS=0")
	l.with(claimSecret, `{"data": {"AWS_ACCESS_KEY_ID": "aW1hZ2U=", "AWS_SECRET_ACCESS_KEY": "a2V5"}}`)
	l.plan(&incident{On: "-n openshift-image-registry -f", Stderr: "quota: image-registry key (image) image key\n"})
	l.run().ends(1, "Mend what the last reason says")
	l.says("Not yet: quota: image-registry (hidden) ((hidden)) (hidden) (hidden)\n",
		"Writing Secret openshift-image-registry/image-registry-private-configuration-user.")
}

// TestReasonOfAStoppedRun: the last words of a pod that is deleted tell it, too.
func TestReasonOfAStoppedRun(t *testing.T) {
	l := newLab(t).with(route, `{"spec": {"host": ""}}`).plan(&incident{On: "routes", Skip: 2, Signal: syscall.SIGTERM})
	l.run().ends(1, "Otherwise: OpenShift gives a Route its host")
	l.says("Stopped while waiting for Route", "The last reason was: Route")
}
