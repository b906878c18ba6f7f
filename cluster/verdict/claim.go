package verdict

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/registryprofile/registry-profile/cluster"
)

const again = "Then start the Job again."

// claim is what both kinds of claim have.
type claim struct {
	cluster.Metadata `json:"metadata"`
	Spec             struct {
		StorageClassName   string   `json:"storageClassName"`
		GenerateBucketName string   `json:"generateBucketName"`
		AccessModes        []string `json:"accessModes"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

type storageClass struct {
	Provisioner       string `json:"provisioner"`
	VolumeBindingMode string `json:"volumeBindingMode"`
}

func (l *look) lookAtClaim() error {
	kind := cluster.BucketClaims
	if l.backend() == volume {
		kind = cluster.VolumeClaims
	}
	namespace, name := l.Parameters["CLAIM_NAMESPACE"], l.Parameters["CLAIM_NAME"]
	found, answer := cluster.Read[claim](l.ctx, l.reader, kind, namespace, name)
	bound := l.waitForClaim("Deliver all that was rendered, or make the claim that the profile's existingClaim names.")
	if l.delivery.Claim && (answer.State == cluster.Absent || answer.State == cluster.NoKind) {
		bound.Why = "it is delivered with the profile"
		l.waits(bound)
		l.lookForClass()
		l.fresh, l.prefix, l.bucket = l.delivery.Bucket == "", l.delivery.Prefix, l.delivery.Bucket
		return nil
	}
	if !l.saw(answer.Outcome, l.theClaim(), bound) {
		return nil
	}
	if found.DeletionTimestamp != "" {
		wait := l.waitForClaim("Its storage goes with it. Find out who has deleted it; when it is gone, deliver it again.")
		wait.Why = l.theClaim() + " is being deleted"
		l.waits(wait)
		return nil
	}
	l.prefix = found.Spec.GenerateBucketName
	if err := l.judgeClaim(found); err != nil {
		return err
	}
	if l.backend() == volume {
		return l.judgeVolume(found)
	}
	return l.judgeBucket(found)
}

func (l *look) waitForClaim(advice string) Wait {
	what := l.theClaim() + " to be Bound"
	if l.backend() == objectStore {
		what += ", with its ConfigMap and Secret"
	}
	return Wait{For: what, Advice: advice + " " + again}
}

// notYet waits for the claim, of which something is not as it has to be.
func (l *look) notYet(format string, values ...any) {
	advice := fmt.Sprintf("Find out why its provisioner does not fill it: oc describe -n %s %s %s.",
		l.Parameters["CLAIM_NAMESPACE"], l.claimResource(), l.Parameters["CLAIM_NAME"])
	if storage := l.Parameters["STORAGE_CLUSTER"]; storage != "" {
		advice += fmt.Sprintf(" Check that StorageCluster %s/%s is Ready.", l.Parameters["STORAGE_NAMESPACE"], storage)
	}
	wait := l.waitForClaim(advice)
	wait.Why = fmt.Sprintf(format, values...)
	l.waits(wait)
}

func (l *look) judgeClaim(c claim) error {
	if wanted := l.Parameters["CLAIM_CLASS"]; c.Spec.StorageClassName != wanted {
		return never(
			fmt.Sprintf(`%s is of StorageClass "%s", but the profile wants "%s".`, l.theClaim(), js(c.Spec.StorageClassName), wanted),
			"A claim's class cannot change. Name the claim's class in the profile (storageClassName), or another claim.")
	}
	if phase := c.Status.Phase; phase == "Failed" || phase == "Lost" {
		return never(fmt.Sprintf("The phase of %s is %s.", l.theClaim(), phase),
			fmt.Sprintf("It stays so. Find out why, and make it anew: oc describe -n %s %s %s. %s",
				l.Parameters["CLAIM_NAMESPACE"], l.claimResource(), l.Parameters["CLAIM_NAME"], again))
	}
	return nil
}

func (l *look) class() (storageClass, bool) {
	name := l.Parameters["CLAIM_CLASS"]
	class, answer := cluster.Read[storageClass](l.ctx, l.reader, cluster.StorageClasses, "", name)
	wait := l.waitForClaim("Check storageClassName in the profile, and that OpenShift Data Foundation is set up: " +
		"oc get storageclasses.")
	return class, l.saw(answer.Outcome, "StorageClass "+name, wait)
}

// lookForClass tells of a class that is certainly not there: a claim that is not there yet
// either waits for it. What is known of a class otherwise is judged with its claim.
func (l *look) lookForClass() {
	if l.reader.Get(l.ctx, cluster.StorageClasses, "", l.Parameters["CLAIM_CLASS"]).State == cluster.Absent {
		l.class()
	}
}

func (l *look) judgeBucket(c claim) error {
	class, ok := l.class()
	if !ok {
		return nil
	}
	provisioner, wanted := c.Labels["bucket-provisioner"], labelOf(class.Provisioner)
	if provisioner != "" && provisioner != wanted {
		return never(fmt.Sprintf(`%s was served by "%s", but StorageClass %s means "%s".`,
			l.theClaim(), js(provisioner), l.Parameters["CLAIM_CLASS"], js(wanted)),
			"The class of a claim that was there was changed, which has no effect. Name another claim in the profile.")
	}
	switch {
	case c.Status.Phase != "Bound":
		l.notYet("the phase of %s is %s", l.theClaim(), orEmpty(c.Status.Phase))
		return nil
	case provisioner == "":
		l.notYet("%s has no label bucket-provisioner", l.theClaim())
		return nil
	}
	return l.readBucket()
}

func orEmpty(phase string) string {
	if phase == "" {
		return "empty"
	}
	return js(phase)
}

// js writes a text of the cluster as the script's log does: on one line, whatever it holds.
func js(text string) string { return template.JSEscapeString(text) }

var unfitForLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_.-]{1,63}$`) })

// labelOf is the value of the label that lib-bucket-provisioner puts on the claims of a
// provisioner (pkg/provisioner/helpers.go).
func labelOf(provisioner string) string {
	if !unfitForLabel().MatchString(provisioner) && len(provisioner) > 63 {
		provisioner = provisioner[:63]
	}
	return strings.ReplaceAll(provisioner, "/", "-")
}

// readBucket reads what the provisioner has written for the claim.
func (l *look) readBucket() error {
	namespace, name := l.Parameters["CLAIM_NAMESPACE"], l.Parameters["CLAIM_NAME"]
	unfilled := l.waitForClaim("The rook-ceph-operator or noobaa-operator fills that object; its log says why not yet.")
	where, answer := cluster.Read[configMap](l.ctx, l.reader, cluster.ConfigMaps, namespace, name)
	if !l.saw(answer.Outcome, "ConfigMap "+l.claim(), unfilled) {
		return nil
	}
	for _, key := range []string{"BUCKET_NAME", "BUCKET_HOST", "BUCKET_PORT"} {
		if where.Data[key] == "" {
			unfilled.Why = fmt.Sprintf("%s is missing or empty in ConfigMap %s", key, l.claim())
			l.waits(unfilled)
			return nil
		}
	}
	l.readCredentials(unfilled)
	for _, value := range []struct{ key, pattern, meaning string }{
		{"BUCKET_NAME", bucketName, "the name of a bucket"}, {"BUCKET_HOST", hostName, "the name of a host"},
		{"BUCKET_PORT", portNumber, "a port"},
	} {
		place := value.key + " in ConfigMap " + l.claim()
		if err := requireValue(value.pattern, value.meaning, where.Data[value.key], place); err != nil {
			return err
		}
	}
	l.bucket, l.bucketHost, l.bucketPort = where.Data["BUCKET_NAME"], where.Data["BUCKET_HOST"], where.Data["BUCKET_PORT"]
	l.bucketPlace = placeOf("https://" + l.bucketHost + ":" + l.bucketPort)
	return nil
}

type configMap struct {
	Data map[string]string `json:"data"`
}

func (l *look) readCredentials(unfilled Wait) {
	secret := l.reader.Get(l.ctx, cluster.Secrets, l.Parameters["CLAIM_NAMESPACE"], l.Parameters["CLAIM_NAME"])
	if !l.saw(secret.Outcome, "Secret "+l.claim(), unfilled) {
		return
	}
	if key := missingKey(secret.Values); key != "" {
		unfilled.Why = fmt.Sprintf("%s is missing or empty in Secret %s", key, l.claim())
		l.waits(unfilled)
	}
}

// missingKey is the first key of a claim's credentials without a value, or "".
func missingKey(values map[string]cluster.Value) string {
	for _, key := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if values[key].Size == 0 {
			return key
		}
	}
	return ""
}

// What values may look like, as in the script.
const (
	bucketName = `[A-Za-z0-9][A-Za-z0-9._-]{2,254}`
	hostName   = `[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]`
	portNumber = `[1-9][0-9]{0,4}`
)

func matches(pattern, value string) bool {
	return regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString(value)
}

func requireValue(pattern, meaning, value, where string) error {
	if matches(pattern, value) {
		return nil
	}
	return never(fmt.Sprintf(`%s is "%s", which is not %s.`, where, js(value), meaning),
		"Find out who wrote that value, mend it there, and start the Job again.")
}

func (l *look) judgeVolume(c claim) error {
	modes := c.Spec.AccessModes
	if !slices.Contains(modes, l.Parameters["ACCESS_MODE"]) && !slices.Contains(modes, "ReadWriteMany") {
		found := "none"
		if len(modes) > 0 {
			found = js(strings.Join(modes, " "))
		}
		return never(fmt.Sprintf("The accessModes of %s are %s, but the profile needs %s.",
			l.theClaim(), found, l.Parameters["ACCESS_MODE"]),
			"A claim's accessModes cannot change. Name another claim in the profile.")
	}
	if c.Status.Phase == "Bound" {
		return nil
	}
	class, ok := l.class()
	if ok && (c.Status.Phase != "Pending" || class.VolumeBindingMode != "WaitForFirstConsumer") {
		l.notYet("the phase of %s is %s", l.theClaim(), orEmpty(c.Status.Phase))
	}
	return nil
}
