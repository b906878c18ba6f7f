package bootstrap

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// removal is the patch that removes the registry: its storage is what it was, and Unmanaged.
// Replicas and the like are not in it.
func removal(version string) string {
	return `patch {"metadata": {"resourceVersion": "` + version + `"}, "spec": {"managementState": "Removed",
		"storage": {"managementState": "Unmanaged", "azure": null, "emptyDir": null, "gcs": null, "ibmcos": null,
		"oss": null, "swift": null, "pvc": null, ` + s3 + `}}}`
}

func TestRemovedAndBack(t *testing.T) {
	l := settledLab(t)
	before := text(l.Objects[config]["spec"].(object)["storage"])
	version := l.Objects[config]["metadata"].(object)["resourceVersion"].(string)
	l.set("MANAGEMENT_STATE=Removed").run().ends(0, "Done: the registry is Removed. Its images stay in bucket")
	l.says("Removing the registry, as the profile says. Its storage stays: bucket").writes(removal(version))
	assert.Equal(t, "Removed", l.Objects[config]["spec"].(object)["managementState"])
	l.run().ends(0, "Done: the registry is Removed.").writes()

	l.set("MANAGEMENT_STATE").run().ends(0, "Done: the registry keeps its images in bucket")
	l.says("is Removed, and the profile wants Managed.", "spec.registry.managementState: Removed.")
	assert.Equal(t, before, text(l.Objects[config]["spec"].(object)["storage"]))
}

// TestRemovalNeverEmptiesTheBucket: with storage Managed the operator deletes every image of
// a registry that is removed. Both change in one patch.
func TestRemovalNeverEmptiesTheBucket(t *testing.T) {
	l := settledLab(t).with(config, `{"spec": {"storage": {"managementState": "Managed"}}}`)
	l.set("MANAGEMENT_STATE=Removed").run().ends(0, "Done: the registry is Removed.")
	l.writes(removal("202")) // on top of what the operator has written last
}

// TestRotationWhileRemoved: the registry comes back with keys that work.
func TestRotationWhileRemoved(t *testing.T) {
	l := settledLab(t).set("MANAGEMENT_STATE=Removed").run().ends(0, "Done")
	l.with(credentials, `{"data": {"REGISTRY_STORAGE_S3_SECRETKEY": "b2xk"}}`)
	l.run().ends(0, "Done").writes(appliedCredentials)
}

// TestRemovalIsWaitedFor: the operator says that a registry is Removed while its pods still
// serve.
func TestRemovalIsWaitedFor(t *testing.T) {
	for name, test := range map[string]struct{ kind, status, says string }{
		"on its way":    {"Progressing", "True", "says Progressing=True Ready: The registry says so"},
		"stuck":         {"Degraded", "True", "says Degraded=True Ready: The registry says so"},
		"not yet begun": {"Removed", "False", "says Removed=False Ready: The registry says so"},
	} {
		t.Run(name, func(t *testing.T) {
			l := settledLabAgain(t).set("MANAGEMENT_STATE=Removed").run().ends(0, "Done")
			l.Operator = false
			conditions := []string{"Available=True"}
			for kind, status := range map[string]string{"Progressing": "False", "Degraded": "False", "Removed": "True"} {
				if kind == test.kind {
					status = test.status
				}
				conditions = append(conditions, kind+"="+status)
			}
			l.report(object{}, conditions...)
			l.set("TIMEOUT_SECONDS=0").run().ends(1, "Mend what the conditions above say")
			assert.Contains(t, l.output, test.says)
			assert.Contains(t, l.output, "to report the registry Removed, and not Degraded")
		})
	}
}
