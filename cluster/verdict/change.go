package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/cluster"
)

// lookAtWrites compares what the run would leave in the cluster with what is there.
func (l *look) lookAtWrites() error {
	if l.backend() == objectStore {
		l.compareCA()
		l.compareCredentials()
	}
	if l.backend() == objectStore && !l.fresh && (l.bucket == "" || l.endpoint == "") {
		return nil // nobody knows yet what Config would name
	}
	difference := l.difference()
	if difference == "" && len(l.leaving) == 0 && !l.mustForgetLastApplied() && !l.mustCoOwn() {
		return nil
	}
	write := Write{Object: "Config cluster", Why: difference, Patch: l.patch(difference != "")}
	switch {
	case difference != "":
		l.announceSwitch()
	case l.mustForgetLastApplied():
		write.Why = "by its annotation last-applied-configuration, the next oc apply could remove the storage"
	default:
		write.Why = "somebody else owns its storage, and could remove it"
	}
	l.verdict.Writes = append(l.verdict.Writes, write)
	return nil
}

// announceSwitch says of the registry what the script says before it writes Config.
func (l *look) announceSwitch() {
	say := func(format string, values ...any) {
		l.verdict.Reasons = append(l.verdict.Reasons, fmt.Sprintf(format, values...))
	}
	switch {
	case l.state() == v1alpha1.Removed:
		say("Removing the registry, as the profile says. Its storage stays: %s.", l.wantedStore())
	case l.config.Spec.ManagementState == v1alpha1.Removed:
		say("spec.managementState of %s is Removed, and the profile wants Managed. To keep it Removed, say so in the profile: "+
			"spec.registry.managementState: Removed.", theConfig)
	}
}

func (l *look) writes(object, why string) {
	l.verdict.Writes = append(l.verdict.Writes, Write{Object: object, Why: why})
}

func (l *look) compareCA() {
	if l.Parameters["CA_SOURCE_NAME"] == "" || l.caBundle == "" {
		return
	}
	object := fmt.Sprintf("ConfigMap %s/%s", v1alpha1.CANamespace, l.Parameters["TRUSTED_CA"])
	there, answer := cluster.Read[configMap](l.ctx, l.reader, cluster.ConfigMaps, v1alpha1.CANamespace, l.Parameters["TRUSTED_CA"])
	switch {
	case answer.State == cluster.Absent:
		l.writes(object, "it is not there")
	case answer.State != cluster.Present:
		l.doubts(answer.Outcome, object)
	case there.Data[v1alpha1.CAKey] != l.caBundle:
		l.writes(object, "its certificates are not those of the source")
	}
}

// compareCredentials never sees a credential: the reader keeps digests.
func (l *look) compareCredentials() {
	object := fmt.Sprintf("Secret %s/%s", v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret)
	there := l.reader.Get(l.ctx, cluster.Secrets, v1alpha1.ImageRegistryNamespace, v1alpha1.CredentialsSecret)
	claims := l.reader.Get(l.ctx, cluster.Secrets, l.Parameters["CLAIM_NAMESPACE"], l.Parameters["CLAIM_NAME"])
	switch {
	case there.State == cluster.Absent:
		l.writes(object, "it is not there")
	case there.State != cluster.Present:
		l.doubts(there.Outcome, object)
	case claims.State != cluster.Present && claims.State != cluster.Absent && !l.fresh:
		l.doubts(claims.Outcome, "Secret "+l.claim())
	case l.fresh || missingKey(claims.Values) != "":
		l.writes(object, "the claim's credentials are not there yet")
	default:
		l.compareValues(object, there.Values, claims.Values)
	}
}

func (l *look) compareValues(object string, there, claims map[string]cluster.Value) {
	for ours, theirs := range map[string]string{
		v1alpha1.CredentialsAccessKey: "AWS_ACCESS_KEY_ID", v1alpha1.CredentialsSecretKey: "AWS_SECRET_ACCESS_KEY",
	} {
		same, known := there[ours].Same(claims[theirs])
		switch {
		case !known:
			l.verdict.Doubts = append(l.verdict.Doubts, "whether "+object+" has the claim's credentials: the input has only their sizes")
			return
		case !same:
			l.writes(object, "it has other credentials than the claim's")
			return
		}
	}
}

// patch is the merge patch of Config, without the resourceVersion that makes it conditional.
// It is nil as long as the claim's bucket is not known.
func (l *look) patch(switches bool) map[string]any {
	if l.backend() == objectStore && (l.bucket == "" || l.endpoint == "") {
		return nil
	}
	annotations := map[string]any{}
	patch := map[string]any{}
	if l.mustForgetLastApplied() {
		annotations[lastApplied] = nil
	}
	if len(l.leaving) > 0 {
		annotations[leftStorage] = l.leftByNow()
	}
	if switches {
		patch["spec"] = l.wantedSpec()
		if l.config.Metadata.Annotations[confirmStorage] != "" {
			annotations[confirmStorage] = nil
		}
	}
	if len(annotations) > 0 {
		patch["metadata"] = map[string]any{"annotations": annotations}
	}
	return patch
}

// leftByNow is all that was ever left with a permission.
func (l *look) leftByNow() string {
	var all []string
	for _, f := range append(strings.Fields(l.config.left()), l.leaving...) {
		if item().MatchString(f) && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return strings.Join(all, " ")
}

func (l *look) wantedSpec() map[string]any {
	stores := map[string]any{"managementState": "Unmanaged"}
	for _, kind := range []string{"azure", "emptyDir", "gcs", "ibmcos", "oss", "s3", "swift", "pvc"} {
		stores[kind] = nil
	}
	if l.backend() == volume {
		stores["pvc"] = map[string]any{"claim": l.Parameters["CLAIM_NAME"]}
	} else {
		stores["s3"] = l.wantedS3()
	}
	spec := map[string]any{"managementState": l.state(), "storage": stores}
	starts := l.state() == v1alpha1.Managed && l.config.Spec.ManagementState != v1alpha1.Managed
	if starts || !l.namesOurStore() {
		spec["replicas"] = number(l.Parameters["REPLICAS"])
		spec["rolloutStrategy"] = l.Parameters["ROLLOUT_STRATEGY"]
	} else if l.backend() == volume && l.Parameters["ROLLOUT_STRATEGY"] == "Recreate" {
		spec["rolloutStrategy"] = "Recreate"
	}
	if redirect := l.Parameters["DISABLE_REDIRECT"]; redirect != "" {
		spec["disableRedirect"] = redirect == "true"
	}
	return spec
}

func (l *look) wantedS3() map[string]any {
	s3 := map[string]any{
		"encrypt": false, "keyID": nil, "cloudFront": nil, "chunkSizeMiB": nil, "trustedCA": map[string]any{"name": ""},
		"bucket": l.bucket, "region": l.Parameters["REGION"], "regionEndpoint": l.endpoint, "virtualHostedStyle": false,
	}
	if size := l.Parameters["CHUNK_SIZE_MIB"]; size != "" {
		s3["chunkSizeMiB"] = number(size)
	}
	if ca := l.Parameters["TRUSTED_CA"]; ca != "" {
		s3["trustedCA"] = map[string]any{"name": ca}
	}
	return s3
}

// number reads a parameter, which the rules of the profile have made one.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
