package bootstrap

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	theClaim  = "ObjectBucketClaim openshift-image-registry/image-registry"
	theVolume = "PersistentVolumeClaim openshift-image-registry/image-registry-storage"
)

// unusable is a claim, or its class, that is not as it has to be.
type unusable struct {
	key, like string
	status    int
	says      string
	advice    string
}

func (u unusable) test(t *testing.T, l *lab) {
	if u.like == "" {
		l.change(map[string]object{u.key: nil})
	} else {
		l.with(u.key, u.like)
	}
	l.Objects["events"] = object{"items": []any{object{"reason": "ProvisioningFailed", "message": "no OSDs"}}}
	l.set("TIMEOUT_SECONDS=0").run().ends(u.status, u.advice).writes()
	assert.Contains(t, l.output, u.says)
	if strings.HasPrefix(u.says, "The phase of ") {
		l.says("Its events: ProvisioningFailed: no OSDs")
	}
}

func TestClaim(t *testing.T) {
	const waits, never = 1, 2
	for name, test := range map[string]unusable{
		"being deleted": {
			claim, `{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}`, waits,
			"Not yet: " + theClaim + " is being deleted\n", "Its storage goes with it.",
		},
		"of another class": {
			claim, `{"spec": {"storageClassName": "openshift-storage.noobaa.io"}}`, never,
			theClaim + ` is of StorageClass "openshift-storage.noobaa.io", but the profile wants "ocs-storagecluster-ceph-rgw".`,
			"A claim's class cannot change.",
		},
		"of no class": {
			claim, `{"spec": {"storageClassName": null}}`, never,
			theClaim + ` is of StorageClass "", but`, "A claim's class cannot change.",
		},
		"of another provisioner": {
			claim, `{"metadata": {"labels": {"bucket-provisioner": "openshift-storage.noobaa.io-obc"}}}`, never,
			theClaim + ` was served by "openshift-storage.noobaa.io-obc", but StorageClass ocs-storagecluster-ceph-rgw ` +
				`means "openshift-storage.ceph.rook.io-bucket".`,
			"The class of a claim that was there was changed",
		},
		"of no provisioner": {
			claim, `{"metadata": {"labels": null}}`, waits,
			"Not yet: " + theClaim + " has no label bucket-provisioner\n", "Find out why its provisioner",
		},
		"failed": {
			claim, `{"status": {"phase": "Failed"}}`, never, "The phase of " + theClaim + " is Failed.",
			"It stays so. Find out why, and make it anew",
		},
		"whose class is not there": {
			class, ``, waits, "Not yet: there is no StorageClass ocs-storagecluster-ceph-rgw\n",
			"Check storageClassName in the profile",
		},
	} {
		t.Run(name, func(t *testing.T) { test.test(t, newLab(t)) })
	}
	t.Run("whose class cannot be read", func(t *testing.T) {
		const forbidden = `Error from server (Forbidden): storageclasses is forbidden: User "x" cannot get`
		l := newLab(t).set("TIMEOUT_SECONDS=0").plan(&incident{On: "storageclasses", Stderr: forbidden + "\n"})
		l.run().ends(1, "Deliver the Job's Roles").says("Not yet: " + forbidden + "\n").writes()
	})
	t.Run("pending, and its class is not there", func(t *testing.T) {
		l := newLab(t).with(claim, `{"status": {"phase": "Pending"}}`)
		unusable{class, ``, waits, "there is no StorageClass", "Check storageClassName"}.test(t, l)
	})
}

// TestProvisionerLabel: the label is cut before its slash is replaced
// (lib-bucket-provisioner, pkg/provisioner/helpers.go).
func TestProvisionerLabel(t *testing.T) {
	for provisioner, label := range map[string]string{
		"plain": "plain", "example.com/bucket": "example.com-bucket",
		strings.Repeat("x", 70):         strings.Repeat("x", 63),
		"e/" + strings.Repeat("x", 70):  "e-" + strings.Repeat("x", 61),
		strings.Repeat("x", 62) + "/yz": strings.Repeat("x", 62) + "-",
	} {
		l := anotherLab(t).with(class, `{"provisioner": "`+provisioner+`"}`)
		l.with(claim, `{"metadata": {"labels": {"bucket-provisioner": "`+label+`"}}}`)
		l.run().ends(0, "Done")
	}
}

// TestClaimOfAnotherNamespace: Red Hat's own procedure makes it in openshift-storage.
func TestClaimOfAnotherNamespace(t *testing.T) {
	l := newLab(t).set("CLAIM_NAMESPACE=openshift-storage", "CLAIM_NAME=rgwbucket")
	for _, kind := range []string{"objectbucketclaims.objectbucket.io", "configmaps", "secrets"} {
		here := kind + "/openshift-image-registry/image-registry"
		l.Objects[kind+"/openshift-storage/rgwbucket"] = l.Objects[here]
		delete(l.Objects, here)
	}
	l.run().ends(0, "Done").writes(appliedCA, appliedCredentials, switched("100"))
	l.run().ends(0, "Done").writes()
}

func TestVolumeClaim(t *testing.T) {
	const waits, never = 1, 2
	for name, test := range map[string]unusable{
		"not there": {volume, ``, waits, "there is no " + theVolume, "Deliver all that was rendered"},
		"being deleted": {
			volume, `{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}`, waits,
			theVolume + " is being deleted", "Its storage goes with it.",
		},
		"of another class": {
			volume, `{"spec": {"storageClassName": "gp3"}}`, never,
			theVolume + ` is of StorageClass "gp3", but the profile wants "ocs-storagecluster-ceph-rbd".`,
			"A claim's class cannot change.",
		},
		"lost": {volume, `{"status": {"phase": "Lost"}}`, never, "The phase of " + theVolume + " is Lost.", "It stays so."},
		"pending": {
			volume, `{"status": {"phase": "Pending"}}`, waits, "the phase of " + theVolume + " is Pending\n",
			"Find out why its provisioner does not fill it: oc describe -n openshift-image-registry " +
				"persistentvolumeclaims image-registry-storage. Then start the Job again.",
		},
		"for one pod": {
			volume, `{"spec": {"accessModes": ["ReadWriteOncePod"]}}`, never,
			"The accessModes of " + theVolume + " are ReadWriteOncePod, but the profile needs ReadWriteOnce.",
			"A claim's accessModes cannot change.",
		},
		"to read": {
			volume, `{"spec": {"accessModes": null}}`, never, "The accessModes of " + theVolume + " are none,", "A claim's",
		},
	} {
		t.Run(name, func(t *testing.T) { test.test(t, newLab(t).set(onVolume...)) })
	}
	t.Run("for one node, and the profile needs many", func(t *testing.T) {
		newLab(t).set(onVolume...).set("ACCESS_MODE=ReadWriteMany").run().ends(2, "Name another claim in the profile.")
	})
	t.Run("for many nodes, and the profile needs one", func(t *testing.T) {
		l := newLab(t).set(onVolume...).with(volume, `{"spec": {"accessModes": ["ReadOnlyMany", "ReadWriteMany"]}}`)
		l.run().ends(0, "Done")
	})
	t.Run("pending until its first pod", func(t *testing.T) {
		l := newLab(t).set(onVolume...).with(volume, `{"status": {"phase": "Pending"}}`)
		l.with(volumeClass, `{"volumeBindingMode": "WaitForFirstConsumer"}`).run().ends(0, "Done")
	})
	t.Run("pending, and its class is not there", func(t *testing.T) {
		l := newLab(t).set(onVolume...).with(volume, `{"status": {"phase": "Pending"}}`)
		unusable{volumeClass, ``, waits, "there is no StorageClass", "Check storageClassName"}.test(t, l)
	})
	t.Run("last words", func(t *testing.T) {
		l := newLab(t).set(onVolume...).set("TIMEOUT_SECONDS=0").with(volume, `{"status": {"phase": "Pending"}}`)
		l.Objects["events"] = object{"items": []any{object{"reason": "ProvisioningFailed", "message": "no OSDs"}}}
		l.run().ends(1, "Find out why")
		l.says(theVolume+": phase Pending, storage class ocs-storagecluster-ceph-rbd.", "Its events: ProvisioningFailed: no OSDs")
	})
}
