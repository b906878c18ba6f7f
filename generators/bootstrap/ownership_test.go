package bootstrap

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// appliedBefore is a Config whose storage an old client-side apply wrote, recorded
// from a real API server.
const appliedBefore = `{
	"metadata": {
		"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"spec\":{\"httpSecret\":\"x\",\"storage\":{\"s3\":{}}}}\n"},
		"managedFields": [{"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsV1": {
			"f:metadata": {"f:annotations": {}}, "f:spec": {"f:httpSecret": {}, "f:storage": {"f:s3": {}}}}}]
	},
	"spec": {"storage": {"s3": {"bucket": "` + bucket + `", "regionEndpoint": "http://older", "encrypt": true}}}}`

// coOwned is the apply by which the script becomes a second owner.
func coOwned(resourceVersion, storage string) string {
	return `apply {"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
		"metadata": {"name": "cluster", "resourceVersion": "` + resourceVersion + `"},
		"spec": {"managementState": "Managed", "storage": {"managementState": "Unmanaged", ` + storage + `}}}`
}

// lastApplied is a Config that a client-side apply has annotated.
func lastApplied(manifest string) string {
	return `{"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": ` + text(manifest) + `}}}`
}

// appliedBy is a Config of which a manager has applied these fields of the spec.
func appliedBy(manager, fields string) string {
	return `{"metadata": {"managedFields": [
		{"manager": "` + manager + `", "operation": "Apply", "fieldsV1": {"f:spec": ` + fields + `}}]}}`
}

func TestOwnership(t *testing.T) {
	const (
		owned = `"s3": {"bucket": "` + bucket + `", "region": "us-east-1", "regionEndpoint": "https://rgw.apps.example.com",
			"virtualHostedStyle": false, "trustedCA": {"name": "registry-s3-ca"}}`
		forget = `"annotations": {"kubectl.kubernetes.io/last-applied-configuration": null}`
	)
	forgotten := `patch {"metadata": {"resourceVersion": "VERSION", ` + forget + `}}`
	for name, test := range map[string]struct {
		config string
		writes []string
	}{
		"last applied storage":         {lastApplied(`{"spec":{"storage":{}}}`), []string{forgotten}},
		"last applied managementState": {lastApplied(`{"spec":{"managementState":"Managed"}}`), []string{forgotten}},
		"last applied something else":  {lastApplied(`{"spec":{"replicas":2}}`), nil},
		"Argo CD": {
			appliedBy("argocd-controller", `{"f:storage": {"f:s3": {}}}`), []string{coOwned("VERSION", owned)},
		},
		// It was Managed before the switch, so that the patch has made nobody its owner.
		"Flux, managementState alone": {
			appliedBy("kustomize-controller", `{"f:managementState": {}}`), []string{coOwned("VERSION", owned)},
		},
		// What Argo CD's first sync of the profile's own Config leaves.
		"Argo CD, managementState that is ours too": {`{"metadata": {"managedFields": [
			{"manager": "argocd-controller", "operation": "Apply",
				"fieldsV1": {"f:spec": {"f:managementState": {}, "f:replicas": {}}}},
			{"manager": "registry-profile", "operation": "Update",
				"fieldsV1": {"f:spec": {"f:managementState": {}, "f:storage": {"f:s3": {}}}}}]}}`, nil},
		"Argo CD, and an oc apply": {`{"metadata": {
			"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
			"managedFields": [
				{"manager": "argocd-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:storage": {}}}}]}}`,
			[]string{forgotten, coOwned("NEXT", owned)}},
		"an applier of other fields": {`{"metadata": {"managedFields": [
			{"manager": "argocd-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
			{"manager": "x", "operation": "Update"}]}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := settledLab(t).with(config, test.config)
			version := l.Version
			var writes []string
			for _, w := range test.writes {
				writes = append(writes, strings.NewReplacer("VERSION", fmt.Sprint(version), "NEXT", fmt.Sprint(version+1)).Replace(w))
			}
			l.run().ends(0, "Done").writes(writes...)
			l.run().ends(0, "Done").writes()
		})
	}
	t.Run("with the switch itself", func(t *testing.T) {
		l := newLab(t).with(config, appliedBefore)
		version := l.Version
		// The operator drops encrypt: false between the two writes.
		l.run().ends(0, "Done").writes(appliedCA, appliedCredentials,
			strings.Replace(switched(fmt.Sprint(version)), `"}, "spec"`, `", `+forget+`}, "spec"`, 1),
			coOwned(fmt.Sprint(version+5), owned))
	})
	t.Run("volume", func(t *testing.T) {
		l := newLab(t).set(onVolume...).run().ends(0, "Done")
		l.with(config, appliedBy("argocd-controller", `{"f:storage": {}}`))
		l.run().ends(0, "Done").writes(coOwned(fmt.Sprint(l.Version-1), `"pvc": {"claim": "image-registry-storage"}`))
		l.run().ends(0, "Done").writes()
	})
	t.Run("every field there is", func(t *testing.T) {
		l := newLab(t).set("CHUNK_SIZE_MIB=64").run().ends(0, "Done")
		l.with(config, appliedBy("argocd-controller", `{"f:storage": {}}`))
		every := strings.Replace(owned, `"trustedCA"`, `"chunkSizeMiB": 64, "trustedCA"`, 1)
		l.run().ends(0, "Done").writes(coOwned(fmt.Sprint(l.Version-1), every))
		l.run().ends(0, "Done").writes()
	})
	t.Run("somebody applies again just then", func(t *testing.T) {
		annotations := object{"kubectl.kubernetes.io/last-applied-configuration": "{}"}
		apply := afterSwitch(object{"metadata": object{"annotations": annotations}})
		apply.Times = 1
		l := newLab(t).with(config, appliedBefore).plan(apply)
		l.run().ends(0, "Done")
		assert.NotContains(t, text(l.Objects[config]), "last-applied")
	})
}
