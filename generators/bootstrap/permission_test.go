package bootstrap

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const onOldImages = `{"spec": {"storage": {"s3": {"bucket": "old-images", "regionEndpoint": "https://old.example"}}}}`

func leftStorage(l *lab) any {
	annotations, _ := l.Objects[config]["metadata"].(object)["annotations"].(object)
	return annotations["registryprofile.dev/left-storage"]
}

// TestPermissionIsSpentByItsUse: the patch that switches says so in Config, and keeps
// what was left before.
func TestPermissionIsSpentByItsUse(t *testing.T) {
	l := newLab(t).with(config, onOldImages).set("LEAVE_STORAGE=bucket=old-images claim=not-there")
	l.with(config, `{"metadata": {"annotations": {"registryprofile.dev/left-storage": "claim=mine bucket=a\"b x"}}}`)
	l.run().ends(0, "Done")
	assert.Equal(t, "claim=mine bucket=old-images", leftStorage(l))
	switches := 0
	for _, c := range l.Calls {
		if c.Args[0] == "patch" && !c.asks() {
			switches++
			patch := documents(t, c)[0].(object)
			assert.Contains(t, patch, "spec", "one patch switches and spends")
			assert.Contains(t, text(patch["metadata"]), "registryprofile.dev/left-storage")
		}
	}
	assert.Equal(t, 1, switches)
	l.run().ends(0, "Done").writes()

	l.with(config, onOldImages).run().ends(3, "oc annotate "+config+" registryprofile.dev/left-storage-").writes()
	l.with(config, `{"metadata": {"annotations": {"registryprofile.dev/left-storage": null}}}`).run().ends(0, "Done")
	assert.Equal(t, "bucket=old-images", leftStorage(l))
}

// TestConfirmationOfAMoveByHandGoes with the switch: it would make the admission policy
// refuse the same move later.
func TestConfirmationOfAMoveByHandGoes(t *testing.T) {
	const confirmed = "registryprofile.dev/confirm-storage-change"
	l := newLab(t).with(config, `{"metadata": {"annotations": {"`+confirmed+`": "claim=\"x\""}}}`)
	l.run().ends(0, "Done")
	assert.NotContains(t, text(l.Objects[config]), confirmed)
}

// TestTwoPermissionsDoNotSwitchBackAndForth: two Jobs, each of which may leave the
// other's bucket.
func TestTwoPermissionsDoNotSwitchBackAndForth(t *testing.T) {
	l := newLab(t)
	data := map[string]object{"1": {}, "2": {}}
	for name := range data {
		data[name] = merge(l.Objects[claimMap], object{"data": object{"BUCKET_NAME": "bucket-" + name}}).(object)
	}
	run := func(ours, theirs string) *lab {
		l.change(map[string]object{claimMap: data[ours]})
		l.with(claim, `{"spec": {"generateBucketName": null}}`)
		return l.set("LEAVE_STORAGE=bucket=bucket-" + theirs).run()
	}
	run("1", "2").ends(0, "Done")
	run("2", "1").ends(0, "Done")
	assert.Equal(t, "bucket=bucket-1", leftStorage(l))
	run("1", "2").ends(0, "Done")
	assert.Equal(t, "bucket=bucket-1 bucket=bucket-2", leftStorage(l))
	for range 2 {
		run("2", "1").ends(3, "oc annotate").says("The permission to leave bucket=bucket-1 was used before.").writes()
		run("1", "2").ends(0, "Done").writes()
	}
}

// TestPermissionKilledAfterAnyCall: wherever the run is killed, the next one ends the
// same way, though the operator has not followed and status still names the old store.
func TestPermissionKilledAfterAnyCall(t *testing.T) {
	begin := func() *lab {
		l := anotherLab(t).with(config, onOldImages).set("LEAVE_STORAGE=bucket=old-images")
		return l.with(config, `{"status": {"storage": {"s3": {"bucket": "old-images"}}}}`)
	}
	whole := begin().run().ends(0, "Done")
	for n := range whole.Calls {
		l := begin()
		l.Operator = false
		l.KillAt = n + 1
		l.set("TIMEOUT_SECONDS=0").run()
		l.KillAt, l.Operator = 0, true
		l.set("TIMEOUT_SECONDS=8").run().ends(0, "Done")
		assert.JSONEq(t, text(whole.Objects[config]["spec"]), text(l.Objects[config]["spec"]))
		assert.Equal(t, "bucket=old-images", leftStorage(l))
	}
}

// TestPermissionWhereTheSpecIsThereAlready: an administrator has switched by hand.
func TestPermissionWhereTheSpecIsThereAlready(t *testing.T) {
	l := settledLab(t).with(config, `{"status": {"storage": {"s3": {"bucket": "old-images"}}}}`)
	l.Operator = false
	l.run().ends(3, "leaveStorage: [{bucket: old-images}]").writes()
	l.set("LEAVE_STORAGE=bucket=old-images", "TIMEOUT_SECONDS=0").run().ends(1, "Mend what the conditions above say")
	assert.Equal(t, "bucket=old-images", leftStorage(l))
}

// TestUnprovenEndpointKeepsItsPermission: the operator has not followed yet, and the
// permission is spent.
func TestUnprovenEndpointKeepsItsPermission(t *testing.T) {
	l := settledLab(t).set("ENDPOINT=host", "ENDPOINT_HOST=h.example", "LEAVE_STORAGE=bucket="+bucket, "TIMEOUT_SECONDS=0")
	l.Operator = false
	l.run().ends(1, "Find out why the operator is idle")
	l.run().ends(1, "Find out why the operator is idle").writes()
	assert.Equal(t, "bucket="+bucket, leftStorage(l))
}

// TestGuardBeforeEveryWrite: an administrator moves the registry elsewhere while the
// Job is at work. What the Job would write next stays as the administrator has it.
func TestGuardBeforeEveryWrite(t *testing.T) {
	elsewhere := map[string]object{
		config:      {"spec": object{"storage": object{"s3": object{"bucket": "theirs", "regionEndpoint": "https://theirs"}}}},
		credentials: {"data": object{"REGISTRY_STORAGE_S3_SECRETKEY": "dGhlaXJz"}},
		copiedCA:    {"data": object{"ca-bundle.crt": "theirs"}},
	}
	for name, test := range map[string]struct {
		at      string // this call
		skip    int
		written string
	}{
		"before the CA": {"registry-s3-ca", 0, ""},
		"before the credentials": {
			"secrets image-registry-private", 0, "ConfigMap openshift-config/registry-s3-ca",
		},
		"before the switch": {
			theSwitch, 0,
			"ConfigMap openshift-config/registry-s3-ca, Secret openshift-image-registry/image-registry-private-configuration-user",
		},
		"in the last step": {
			"registry-s3-ca", 4, "ConfigMap openshift-config/registry-s3-ca, Secret openshift-image-registry/" +
				"image-registry-private-configuration-user, " + config,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Operator = false
			l.plan(&incident{On: test.at, Skip: test.skip, Times: 1, Change: elsewhere}).run()
			l.says(`names bucket "theirs" at "https://theirs" (s3).`)
			if test.written == "" {
				l.ends(3, "leaveStorage: [{bucket: theirs}]").writes()
			} else {
				l.ends(1, "leaveStorage: [{bucket: theirs}]")
				l.says("Before that, this run had written " + test.written + "; it writes nothing more.")
			}
			assert.Equal(t, "theirs", l.Objects[copiedCA]["data"].(object)["ca-bundle.crt"])
			assert.Contains(t, text(l.Objects[credentials]), "dGhlaXJz")
			assert.Contains(t, text(l.Objects[config]), `"bucket":"theirs"`)
			l.plan().run().ends(3, "leaveStorage").writes()
		})
	}
	t.Run("in the last step of a run that has written nothing", func(t *testing.T) {
		l := settledLab(t)
		l.Operator = false
		l.with(config, `{"status": {"conditions": []}}`)
		l.plan(&incident{On: "registry-s3-ca", Skip: 2, Times: 1, Change: elsewhere}).run().ends(3, "leaveStorage").writes()
	})
	t.Run("an answer that got lost", func(t *testing.T) {
		l := newLab(t).plan(
			&incident{On: "apply", Times: 1, Stderr: "Unable to connect to the server: EOF\n"},
			&incident{On: "registry-s3-ca", Skip: 2, Times: 1, Change: elsewhere})
		l.run().ends(1, "leaveStorage").says("this run had written ConfigMap openshift-config/registry-s3-ca;")
	})
	t.Run("Unmanaged by now", func(t *testing.T) {
		l := newLab(t).plan(&incident{On: theSwitch, Times: 1, Change: map[string]object{
			config: {"spec": object{"managementState": "Unmanaged"}},
		}})
		l.run().ends(1, "set spec.managementState of "+config+" to Managed").says("by hand")
	})
}
